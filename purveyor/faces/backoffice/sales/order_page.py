"""What the page of an order shows besides its form, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from purveyor.domain.orders.lifecycle import ORDER, ItemState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import Totals, totals_of
from purveyor.faces.backoffice.frame.badges import order_badge
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.looks import (
    LOOKS_MAX,
    address_of_look,
    is_expected_soon,
    looks_of,
)
from purveyor.faces.backoffice.sales.approvals import Row, row_of
from purveyor.flows.execution.outcome import (
    Delivery,
    ExecutionRow,
    ItemRow,
    execution_rows,
    item_rows,
)
from purveyor.flows.ordering.approving import UNDECIDED, waiting_for
from purveyor.kernel.money import Money


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """The items of an order, and whether the page should look again by itself."""

    rows: tuple[ItemRow, ...]
    next_look: str
    waiting: tuple[Delivery, ...]

    @property
    def has_deliveries(self) -> bool:
        """Whether any item has become an asset."""
        return any(row.delivery is not None for row in self.rows)

    @property
    def awaits_mails(self) -> bool:
        """Whether mails are written soon: once what is delivered now is there."""
        deliveries = (row.delivery for row in self.rows)
        return bool(self.next_look) or any(d and d.is_word_due for d in deliveries)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything on the page of one order."""

    order: Order
    badge: SafeString
    account_url: str
    bill_to_url: str
    totals: Totals
    delivery: DeliveryPage
    executions: tuple[ExecutionRow, ...]
    approvals: tuple[Row, ...]  # what it waits for

    @property
    def may_be_executed(self) -> bool:
        """Whether items of it can be executed now."""
        return ORDER.allows(self.order, "execute")


@dataclass(frozen=True, slots=True)
class Part:
    """Some items of an order, and what they cost with tax."""

    items: tuple[OrderItem, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class Rest:
    """What stays of an order, and what goes, if its rest is cancelled now."""

    stays: Part
    goes: Part


def rest_of(order: Order) -> Rest:
    """Return what cancelling the rest of an order would leave, and take."""
    items = tuple(order.items.order_by("position", "id"))

    def part(state: ItemState) -> Part:
        chosen = tuple(item for item in items if item.state == state)
        return Part(chosen, totals_of(items=chosen, currency=order.currency).total)

    return Rest(stays=part(ItemState.EXECUTED), goes=part(ItemState.OPEN))


def order_page(order: Order, query: Mapping[str, str]) -> OrderPage:
    """Return what the page of an order shows."""
    return OrderPage(
        order=order,
        badge=order_badge(order),
        account_url=page_of(order.account),
        bill_to_url=page_of(order.bill_to),
        totals=totals_of(items=order.items.all(), currency=order.currency),
        delivery=delivery_page(order, query),
        executions=execution_rows(order),
        approvals=_approvals_of(order),
    )


def _approvals_of(order: Order) -> tuple[Row, ...]:
    if order.state not in UNDECIDED:
        return ()
    return tuple(row_of(waiting) for waiting in waiting_for(order=order))


def delivery_page(order: Order, query: Mapping[str, str]) -> DeliveryPage:
    """
    Return the items with their delivery, and where to look again in a second.

    After `LOOKS_MAX` looks, or if nothing is due soon, there is no next one: the page
    then says what each asset waits for.
    """
    rows = item_rows(order)
    deliveries = [row.delivery for row in rows if row.delivery is not None]
    look = looks_of(query)
    goes_on = look < LOOKS_MAX and any(is_expected_soon(d) for d in deliveries)
    address = reverse("bss:orders_order_delivery", args=[order.pk])
    return DeliveryPage(
        rows=rows,
        next_look=address_of_look(address, look=look, goes_on=goes_on),
        waiting=() if goes_on else tuple(d for d in deliveries if d.explanation),
    )
