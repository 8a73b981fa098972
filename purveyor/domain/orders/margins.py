"""
What an order item earns at today's cost.

Price and cost are frozen on the item, but what the vendor asks of us may have risen
since. The margin is told, and guarded, by what the item costs on its price list now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from purveyor.domain.orders.models import OrderItem
from purveyor.domain.orders.queries import Today
from purveyor.kernel.money import Money

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Margin:
    """
    What one item earns: its price without tax, less what it costs us today.

    Units:  `floor_percent` and `percent` are shares of the net price.
    """

    item: OrderItem
    net: Money
    cost: Money
    floor_percent: Decimal

    @property
    def margin(self) -> Money:
        """What is left of the price; below nought if it is a loss."""
        return self.net - self.cost

    @property
    def percent(self) -> Decimal | None:
        """The margin as a share of the price; None for what is given away."""
        if not self.net.amount:
            return None
        return round(self.margin.amount * WHOLE / self.net.amount, 1)

    @property
    def is_loss(self) -> bool:
        """Whether it costs more than it brings."""
        return self.margin.amount < 0

    @property
    def is_thin(self) -> bool:
        """Whether it earns less than the organization profile asks for."""
        return self.margin.amount * WHOLE < self.floor_percent * self.net.amount or (
            self.is_loss
        )


def margins_of(items: Iterable[OrderItem]) -> list[Margin]:
    """Return what items earn; they were read by `items_of` or `lock_order`."""
    return [_margin_of(item, Today.of(item)) for item in items]


def _margin_of(item: OrderItem, today: Today) -> Margin:
    unit_cost = item.unit_cost if today.unit_cost is None else today.unit_cost
    return Margin(
        item=item,
        net=item.net,
        cost=Money(unit_cost * item.quantity, item.currency),
        floor_percent=today.margin_floor,
    )
