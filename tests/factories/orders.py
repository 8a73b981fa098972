"""Orders in their states, made by the product's own operations."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from django.db import transaction

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Product
from purveyor.domain.catalogue.operations import execute_by_hand
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.labels import (
    establish_labels,
)
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import (
    ORDER_NUMBERS,
    Execution,
    Order,
    OrderItem,
    StatusLabel,
)
from purveyor.domain.orders.operations import (
    create_order,
    put_items,
)
from purveyor.domain.orders.queries import order_as_it_is
from purveyor.flows.execution.choosing import prepare_bulk, start_bulk
from purveyor.flows.execution.models import BulkExecution
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.ordering.operations import submit_order
from tests.factories.accounts import an_account
from tests.factories.catalogue import BUNDLE, MAILBOX, a_product, a_product_type
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.provisioning import a_link, a_setup


def a_draft_order(
    *,
    account: Account | None = None,
    items: int = 1,
    quantity: int = 10,
    **fields: Any,
) -> Order:
    """Return a draft order of mailbox licenses (and bundles, by turns)."""
    a_setup()
    order = Order(account=account or an_account(), currency="", **fields)
    create_order(order=order, actor=DAN, now=NOON)
    kinds = (MAILBOX, BUNDLE)[:items]
    products = [a_product(external_id=kind) for kind in kinds]
    lines = [Line(products[n % len(products)], quantity) for n in range(items)]
    if lines:
        put_items(order=order, lines=lines, actor=DAN, now=NOON)
    return order


def a_submitted_order(*, is_linked: bool = True, **fields: Any) -> Order:
    """Return a submitted order; BitTitan knows its account unless told otherwise."""
    order = a_draft_order(**fields)
    if is_linked:
        a_link(account=order.account)
    submit_order(order=order, actor=DAN, now=NOON)
    return order


def copies_of(order: Order, *, count: int) -> list[Order]:
    """Return further submitted orders of the same account and item, made at once."""
    item = order.items.get()
    with transaction.atomic():
        numbers = ORDER_NUMBERS.take(count)
    copies = [copy(order) for _number in numbers]
    for each, number in zip(copies, numbers, strict=True):
        each.pk, each.number = None, number
    made = Order.objects.bulk_create(copies)
    items = [copy(item) for _order in made]
    for row, of_order in zip(items, made, strict=True):
        row.pk, row.order = None, of_order
    OrderItem.objects.bulk_create(items)
    return made


def an_execution(
    *,
    order: Order | None = None,
    option: InvoiceOption = InvoiceOption.ISSUE,
    **fields: Any,
) -> Execution:
    """Return the execution of a whole order, as of today."""
    order = order or a_submitted_order(**fields)
    plan = ExecutionPlan(start_date=TODAY, option=option)
    return execute_order(order=order, plan=plan, actor=DAN, now=NOON)


def a_part_executed_order(*, items: int = 3, **fields: Any) -> Order:
    """Return an order of which the first item was executed, as of today."""
    order = a_submitted_order(items=items, **fields)
    first = order.items.order_by("position")[0]
    plan = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)
    execute_order(order=order, plan=plan, only={first.pk}, actor=DAN, now=NOON)
    return order_as_it_is(pk=order.pk)


def a_line(product: Product | None = None, quantity: int = 10) -> Line:
    """Return what is asked for on one line."""
    return Line(product or a_product(), quantity)


def a_label(
    name: str, *, state: OrderState = OrderState.SUBMITTED, **fields: Any
) -> StatusLabel:
    """Return a label of the distributor's own, beside those that come along."""
    establish_labels()
    return StatusLabel.objects.create(system_type=state, name=name, **fields)


def is_executed_by_hand(*, external_id: str = BUNDLE) -> None:
    """Have the orders of a product type wait for staff."""
    product_type = a_product_type(external_id=external_id)
    execute_by_hand(product_type=product_type, is_by_hand=True, actor=DAN, now=NOON)


def a_bulk(orders: Sequence[Order], *, is_started: bool = False) -> BulkExecution:
    """Return a bulk execution of orders, started today with issued invoices if told."""
    bulk = prepare_bulk(orders=orders, actor=DAN, now=NOON)
    if is_started:
        plan = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)
        start_bulk(bulk=bulk, plan=plan, actor=DAN, now=NOON)
    return bulk
