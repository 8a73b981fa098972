"""Questions about orders."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import FETCH_RAISE

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import accounts_under
from purveyor.domain.orders.lifecycle import ItemState, OrderState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.kernel.errors import NotFound
from purveyor.kernel.money import Money, total

COUNT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an order, from its items; each rounded on its line."""

    cost: Money
    discount: Money
    net: Money
    tax: Money

    @property
    def margin(self) -> Money:
        """What is left of the price after the cost."""
        return self.net - self.cost

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.net + self.tax


def totals_of(*, items: Iterable[OrderItem], currency: str) -> Totals:
    """Return the sums of some items of an order."""
    lines = list(items)
    return Totals(
        cost=total((line.cost for line in lines), currency),
        discount=total((line.discount for line in lines), currency),
        net=total((line.net for line in lines), currency),
        tax=total((line.tax for line in lines), currency),
    )


def get_order(*, number: str, seen_by: Account | None) -> Order:
    """
    Return one order, if this account may see it; staff pass None.

    :raises NotFound: if there is none, or the viewer may not see it.
    """
    orders = Order.objects.filter(number=number).select_related("account", "bill_to")
    if seen_by is not None:
        orders = orders.filter(accounts_under(seen_by))
    order = orders.first()
    if order is None:
        message = f"There is no order {number}."
        raise NotFound(message, number=number)
    return order


def items_of(order: Order) -> list[OrderItem]:
    """Return the items of an order with all that executing them needs to know."""
    return list(
        OrderItem.objects.filter(order=order)
        .select_related("product__product_type__application__setup")
        .order_by("position", "id")
        .fetch_mode(FETCH_RAISE)
    )


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """An order with all its items, kept for the running transaction."""

    order: Order
    items: tuple[OrderItem, ...]

    @property
    def open_items(self) -> tuple[OrderItem, ...]:
        """The items that were not executed yet."""
        return tuple(item for item in self.items if item.state == ItemState.OPEN)


def lock_order(order: Order) -> LockedOrder:
    """Return an order with its items; others who would execute it wait or come late."""
    items = OrderItem.objects.filter(order=order).select_for_update(of=("self",))
    items = items.select_related("product__product_type__application__setup")
    in_order = items.order_by("position", "id").fetch_mode(FETCH_RAISE)
    return LockedOrder(order, tuple(in_order))


def open_items_of(order: Order) -> list[OrderItem]:
    """Return the items of an order that were not executed yet."""
    return [item for item in items_of(order) if item.state == ItemState.OPEN]


def count_open_orders(*, limit: int = COUNT_MAX) -> int:
    """Return how many orders wait for something, at most a limit."""
    waiting = (OrderState.SUBMITTED, OrderState.AWAITING_APPROVAL, OrderState.EXECUTING)
    return Order.objects.filter(state__in=waiting).order_by()[:limit].count()


def newest_orders(*, limit: int = 8) -> tuple[Order, ...]:
    """Return the newest orders with their accounts and items."""
    orders = Order.objects.select_related("account").prefetch_related("items")
    return tuple(orders.order_by("-created_at", "-id")[:limit])
