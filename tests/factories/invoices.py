"""Charges and invoices, in the states that billing staff meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Product
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import bill, charge_items, create_draft
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import ORDER_NUMBERS, Execution, Order, OrderItem
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN, NOON, TODAY


@dataclass(frozen=True, slots=True)
class Sold:
    """What was agreed on one line of an order."""

    price: str = "9.90"
    quantity: int = 10
    discount: str = "0"
    tax: str = "19"
    tax_name: str = "VAT"


ONE = (Sold(),)


def an_execution_of(
    sold: Sequence[Sold] = ONE,
    *,
    bill_to: Account | None = None,
    account: Account | None = None,
    option: InvoiceOption = InvoiceOption.NONE,
    currency: str = "EUR",
    po_code: str = "",
) -> Execution:
    """Return an execution of a submitted order that is not charged yet."""
    payer = bill_to or account or an_account()
    order = Order.objects.create(
        number=ORDER_NUMBERS.take()[0],
        account=account or payer,
        bill_to=payer,
        state=OrderState.SUBMITTED,
        currency=currency,
        po_code=po_code,
        created_at=NOON,
        created_by=DAN,
        submitted_at=NOON,
    )
    product = a_product()
    OrderItem.objects.bulk_create(
        _item(order, product, position, line)
        for position, line in enumerate(sold, start=1)
    )
    return Execution.objects.create(
        order=order, actor=DAN, at=NOON, start_date=TODAY, invoice_option=option
    )


def _item(order: Order, product: Product, position: int, line: Sold) -> OrderItem:
    return OrderItem(
        order=order,
        position=position,
        product=product,
        product_name=product.name,
        quantity=line.quantity,
        currency=order.currency,
        unit_price=Decimal(line.price),
        unit_cost=Decimal("7.00"),
        discount_percent=Decimal(line.discount),
        tax_name=line.tax_name,
        tax_percent=Decimal(line.tax),
    )


def pending_charges(
    sold: Sequence[Sold] = ONE, *, is_waiting: bool = False, **order: Any
) -> list[Charge]:
    """Return the charges of one execution; with `is_waiting` they wait for delivery."""
    execution = an_execution_of(sold, **order)
    items = executed_items(execution)
    waiting = frozenset(item.pk for item in items) if is_waiting else frozenset()
    return charge_items(items=items, now=NOON, waiting=waiting)


def executed_items(execution: Execution) -> list[OrderItem]:
    """Return the items of the order of an execution, as an execution hands them on."""
    items = list(execution.order.items.order_by("position"))
    for item in items:
        item.execution = execution
    return items


def a_draft_invoice(sold: Sequence[Sold] = ONE, **order: Any) -> Invoice:
    """Return a draft of one order."""
    return create_draft(charges=pending_charges(sold, **order), actor=DAN, now=NOON)


def an_issued_invoice(sold: Sequence[Sold] = ONE, **order: Any) -> Invoice:
    """Return an issued invoice of one order."""
    charges = pending_charges(sold, **order)
    invoice = bill(charges=charges, option=InvoiceOption.ISSUE, actor=DAN, now=NOON)
    assert invoice is not None
    return invoice
