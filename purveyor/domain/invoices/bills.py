"""Issued invoices as the account that pays them sees them; nobody else does."""

from typing import Any

from django.db.models import QuerySet

from purveyor.domain.accounts.models import Account
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.invoices.queries import BINDING
from purveyor.domain.orders.models import Order, OrderItem

BILLS_MAX = 50


def bills_of_item(*, item: OrderItem, payer: Account) -> tuple[str, ...]:
    """Return the numbers of the issued invoices on which an order item stands."""
    bills = _bills_of(payer, lines__charge__order_item=item)
    return _numbers(bills.filter(state__in=BINDING))


def bills_of_order(*, order: Order, payer: Account) -> tuple[str, ...]:
    """Return the numbers of an order's invoices; one that is a draft yet has none."""
    return _numbers(_bills_of(payer, lines__charge__order_item__order=order))


def _bills_of(payer: Account, **charged: Any) -> QuerySet[Invoice]:
    return Invoice.objects.filter(bill_to=payer, lines__counts=True, **charged)


def _numbers(bills: QuerySet[Invoice]) -> tuple[str, ...]:
    rows = bills.order_by("id").values_list("id", "number").distinct()
    return tuple(number or "" for _pk, number in rows[:BILLS_MAX])
