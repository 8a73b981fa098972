"""Orders that are executed together leave the same records as one after the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Product
from purveyor.domain.invoices.models import Charge, Invoice, InvoiceLine
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.domain.orders.operations import (
    cancel_order,
    create_order,
    put_items,
)
from purveyor.domain.provisioning.models import InvoiceWhen
from purveyor.flows.execution.bulk import walk_bulk
from purveyor.flows.execution.choosing import prepare_bulk, start_bulk
from purveyor.flows.execution.models import BulkExecution, BulkOrder
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.numbering.models import Counter as Series
from purveyor.kernel.work.leases import claim
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import BUNDLE, MAILBOX, a_product
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.orders import is_executed_by_hand
from tests.factories.provisioning import a_link, a_setup

TOGETHER = "purveyor.flows.execution.bulk.execute_plain"
MANY_ROWS = "purveyor.kernel.rows.MANY"
MINUTES_PASS = "purveyor.kernel.clock.Stopwatch.now"
BUYERS = ("plain", "limited", "exhausted", "unknown", "end customer")


@dataclass(frozen=True)
class Wanted:
    """An order of a random shop: who buys what, and what happened to it before."""

    buyer: str
    items: tuple[tuple[str, int, str], ...]  # SKU, quantity, discount
    po_code: str
    fate: str
    unit_price: str | None


WANTED = st.builds(
    Wanted,
    buyer=st.sampled_from((*BUYERS, "plain", "end customer")),
    items=st.lists(
        st.tuples(
            st.sampled_from((MAILBOX, MAILBOX, BUNDLE)),
            st.integers(1, 40),
            st.sampled_from(("0", "3.50", "12")),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    po_code=st.sampled_from(("", "PO-1", "PO-2")),
    fate=st.sampled_from(("submitted",) * 5 + ("draft", "cancelled", "delivered")),
    unit_price=st.sampled_from((None, None, None, "10.10", "5.00")),  # at a loss
)


def buyers() -> dict[str, Account]:
    """Return accounts of every kind that an execution treats differently."""
    known = {
        "plain": an_account(),
        "limited": an_account(credit_limit=10_000_000),
        "exhausted": an_account(),
        "end customer": an_end_customer(reseller=a_reseller()),
    }
    for account in known.values():
        a_link(account=account)
    return {**known, "unknown": an_account()}


def an_order(wanted: Wanted, buyer: Account, products: dict[str, Product]) -> Order:
    order = Order(account=buyer, currency="", po_code=wanted.po_code)
    create_order(order=order, actor=DAN, now=NOON)
    price = None if wanted.unit_price is None else Decimal(wanted.unit_price)
    lines = [
        Line(products[sku], quantity, Decimal(discount), price, f"Seats {quantity}")
        for sku, quantity, discount in wanted.items
    ]
    put_items(order=order, lines=lines, actor=DAN, now=NOON)
    if wanted.fate != "draft":
        submit_order(order=order, actor=DAN, now=NOON)
    if wanted.fate == "cancelled":
        cancel_order(order=order, because="Ordered twice", actor=DAN, now=NOON)
    return order


def deliver_the_first_item(order: Order) -> None:
    plan = ExecutionPlan(TODAY, InvoiceOption.NONE, "It was promised.")
    first = order.items.order_by("position")[0]
    execute_order(order=order, plan=plan, only={first.pk}, actor=DAN, now=NOON)


# ------------------------------------------------------------------ what is left behind


def rows_of(model: type[models.Model], *left_out: str) -> list[dict[str, Any]]:
    names = {field.attname for field in model._meta.concrete_fields} - set(left_out)
    return list(model._default_manager.order_by("pk").values(*sorted(names)))


#: What an execution writes, and what of it is another each time.
KINDS: dict[type[models.Model], tuple[str, ...]] = {
    Order: (),
    OrderItem: (),
    Series: (),
    Execution: ("id",),
    Charge: ("id",),
    Invoice: ("id",),
    InvoiceLine: ("id",),
    Asset: ("id", "key"),
    BulkOrder: ("id", "bulk_id"),
}


class Books:
    """Every record that an execution touches, by what it belongs to, not by its id."""

    def __init__(self) -> None:
        lines = InvoiceLine.objects.order_by("-position")
        self._named: dict[str, dict[Any, Any]] = {
            "execution_id": dict(Execution.objects.values_list("pk", "order")),
            "charge_id": dict(Charge.objects.values_list("pk", "order_item")),
            "invoice_id": dict(lines.values_list("invoice", "charge__order_item")),
        }
        bills = self._named["invoice_id"]
        issued = Invoice.objects.filter(number__isnull=False)
        self._numbers = {each.number: f"bill {bills[each.pk]}" for each in issued}
        self._records = {
            "invoices.invoice": bills,
            "assets.asset": dict(Asset.objects.values_list("pk", "number")),
            "execution.bulkexecution": dict.fromkeys(
                BulkExecution.objects.values_list("pk", flat=True), "the one"
            ),
        }

    def told(self) -> dict[str, list[str]]:
        """Return the records of each kind as sorted text."""
        return {
            model.__name__: sorted(str(sorted(row.items())) for row in rows)
            for model, rows in self._rows()
        }

    def _rows(self) -> Iterator[tuple[type[models.Model], list[dict[str, Any]]]]:
        for model, left_out in KINDS.items():
            yield model, [self._plain(row) for row in rows_of(model, *left_out)]
        yield Entry, [self._line(row) for row in rows_of(Entry, "id")]

    def _plain(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with order or item in the place of new ids and numbers."""
        told = dict(row)
        for name, known in self._named.items():
            if told.get(name) is not None:
                told[name] = known[told[name]]
        if told.get("number") in self._numbers:
            told["number"] = self._numbers[told["number"]]
        return told

    def _line(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a journal line with its record named by what it belongs to."""
        told, facts = dict(row), dict(row["facts"])
        kind, pk = told["record_type"], told["record_id"]
        told["record_id"] = self._records.get(kind, {}).get(pk, pk)
        if kind in ("invoices.invoice", "execution.bulkexecution"):
            told["record_label"] = ""  # it holds the number, or the id
        if facts.get("invoice"):
            facts["invoice"] = self._numbers[facts["invoice"]]
        return {**told, "facts": facts}


def invoice_numbers() -> list[str]:
    issued = Invoice.objects.filter(number__isnull=False)
    return sorted(str(number) for number in issued.values_list("number", flat=True))


def walk(orders: Sequence[Order], plan: ExecutionPlan) -> dict[str, list[str]]:
    """Execute orders at once, tell what is left behind, and undo all of it."""
    with transaction.atomic():
        bulk = prepare_bulk(orders=orders, actor=DAN, now=NOON)
        start_bulk(bulk=bulk, plan=plan, actor=DAN, now=NOON)
        (lease,) = claim(BulkExecution, now=NOON, limit=1)
        with patch(MINUTES_PASS, return_value=NOON):
            walk_bulk(lease=lease, now=NOON)
        numbers = invoice_numbers()
        assert numbers == [f"INV-{n:06d}" for n in range(1, len(numbers) + 1)]
        told = Books().told()
        transaction.set_rollback(True)
    return told


def one_after_the_other(**_facts: Any) -> list[Execution]:
    """Execute nothing together, so that each order is executed by itself."""
    return []


@given(
    wanted=st.lists(WANTED, min_size=1, max_size=8),
    option=st.sampled_from(InvoiceOption),
    days=st.sampled_from((0, 0, 3)),
    when=st.sampled_from(InvoiceWhen),
    by_hand=st.booleans(),
)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_together_leaves_what_one_after_the_other_leaves(
    wanted: list[Wanted],
    option: InvoiceOption,
    days: int,
    when: InvoiceWhen,
    by_hand: bool,
) -> None:
    with transaction.atomic():
        a_setup(invoice_when=when)
        products = {sku: a_product(external_id=sku) for sku in (MAILBOX, BUNDLE)}
        known = buyers()
        orders = [an_order(each, known[each.buyer], products) for each in wanted]
        for each, order in zip(wanted, orders, strict=True):
            if each.fate == "delivered":
                a_link(account=order.account)
                deliver_the_first_item(order)
        Account.objects.filter(pk=known["exhausted"].pk).update(credit_limit=0)
        if by_hand:
            is_executed_by_hand(external_id=BUNDLE)
        plan = ExecutionPlan(TODAY + timedelta(days), option)

        with patch(MANY_ROWS, 2):
            together = walk(orders, plan)
        with patch(TOGETHER, one_after_the_other):
            in_turn = walk(orders, plan)

        for kind, rows in together.items():
            assert rows == in_turn[kind], kind
        transaction.set_rollback(True)


def test_plain_orders_get_their_numbers_in_the_order_they_were_chosen() -> None:
    a_setup()
    wanted = Wanted("plain", ((MAILBOX, 5, "0"),), "", "submitted", None)
    buyer, products = an_account(), {MAILBOX: a_product()}
    a_link(account=buyer)
    orders = [an_order(wanted, buyer, products) for _n in range(4)]
    bulk = prepare_bulk(orders=orders[::-1], actor=DAN, now=NOON)
    plan = ExecutionPlan(TODAY, InvoiceOption.ISSUE)
    start_bulk(bulk=bulk, plan=plan, actor=DAN, now=NOON)
    (lease,) = claim(BulkExecution, now=NOON, limit=1)

    walk_bulk(lease=lease, now=NOON)

    charged = Charge.objects.order_by("lines__invoice__number")
    of_orders = charged.values_list("execution__order", flat=True)
    assert list(of_orders) == [order.pk for order in orders[::-1]]


def test_many_plain_orders_take_no_more_statements_than_few(
    django_assert_max_num_queries,
) -> None:
    a_setup()
    wanted = Wanted(
        "plain", ((MAILBOX, 5, "0"), (BUNDLE, 1, "0")), "", "submitted", None
    )
    buyer = an_account()
    products = {sku: a_product(external_id=sku) for sku in (MAILBOX, BUNDLE)}
    a_link(account=buyer)
    orders = [an_order(wanted, buyer, products) for _n in range(40)]
    bulk = prepare_bulk(orders=orders, actor=DAN, now=NOON)
    plan = ExecutionPlan(TODAY, InvoiceOption.ISSUE)
    start_bulk(bulk=bulk, plan=plan, actor=DAN, now=NOON)
    (lease,) = claim(BulkExecution, now=NOON, limit=1)

    with django_assert_max_num_queries(50):
        walk_bulk(lease=lease, now=NOON)

    assert Counter(bulk.chosen.values_list("result", flat=True)) == {"EXECUTED": 40}
