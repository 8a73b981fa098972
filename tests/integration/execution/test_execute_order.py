"""One transaction turns an order into assets, charges and an invoice, once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Organization
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.writing import ProfileMissing
from purveyor.domain.orders.executing import ExecutionPlan, StartsInThePast
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.domain.orders.operations import (
    cancel_order,
)
from purveyor.domain.orders.queries import get_order
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.work.models import Lane
from tests.factories.accounts import an_account
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_draft_order, a_submitted_order, an_execution
from tests.factories.provisioning import a_link

NONE, DRAFT, ISSUE = InvoiceOption

#: BEGIN, COMMIT and the wake-up call among them; a payer with a limit takes one more.
STATEMENTS_MAX = 17


def execute(
    order: Order,
    now: datetime,
    *,
    option: InvoiceOption = ISSUE,
    start_date: date = TODAY,
) -> Execution:
    plan = ExecutionPlan(start_date=start_date, option=option)
    return execute_order(order=order, plan=plan, actor=DAN, now=now)


def nothing_was_made() -> bool:
    """Return whether no execution left anything behind."""
    records = (Execution, Asset, Charge, Invoice)
    return not any(model.objects.exists() for model in records) and not (
        OrderItem.objects.exclude(state="OPEN").exists()
    )


# ------------------------------------------------------------------ what it makes


def test_every_item_becomes_an_asset_and_the_order_is_executed(now: datetime) -> None:
    order = a_submitted_order(items=3)

    execution = execute(order, now)

    order.refresh_from_db()
    assert order.state == OrderState.EXECUTED
    assert (execution.actor, execution.at) == (DAN, now)
    assert execution.assets.count() == execution.charges.count() == 3
    assert {item.state for item in order.items.all()} == {"EXECUTED"}
    assert {item.execution for item in order.items.all()} == {execution}


def test_a_new_asset_is_due_at_once_and_goes_first(now: datetime) -> None:
    asset = execute(a_submitted_order(), now).assets.get()

    assert (asset.due_at, asset.give_up_at) == (now, now + timedelta(hours=24))
    assert asset.lane == Lane.INTERACTIVE
    assert asset.waits_because == "It was just bought."


def test_an_execution_is_told_on_the_order_and_on_each_asset(now: datetime) -> None:
    order = a_submitted_order(items=2)
    Entry.objects.all().delete()

    execute(order, now)

    on_order = Entry.objects.get(record_type="orders.order")
    assert (on_order.verb, on_order.before, on_order.after) == (
        "execute",
        "SUBMITTED",
        "EXECUTED",
    )
    assert on_order.facts == {
        "assets": ["AS-000001-1", "AS-000001-2"],
        "invoice": "INV-000001",
        "option": "Create and issue the invoice",
    }
    assert Entry.objects.filter(record_type="assets.asset", verb="create").count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_called_once_for_all_assets(now: datetime) -> None:
    order = a_submitted_order(items=5)

    execute(order, now)

    assert DBTaskResult.objects.count() == 1


# ------------------------------------------------------------------ the three options


def test_without_an_invoice_the_charge_waits(now: datetime) -> None:
    execute(a_submitted_order(), now, option=NONE)

    assert not Invoice.objects.exists()
    assert Charge.objects.get().state == ChargeState.PENDING


def test_a_draft_invoice_has_the_charges_and_no_number(now: datetime) -> None:
    execute(a_submitted_order(items=2), now, option=DRAFT)

    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.number) == (InvoiceState.DRAFT, None)
    assert invoice.lines.count() == 2
    assert {charge.state for charge in Charge.objects.all()} == {ChargeState.INVOICED}


def test_an_issued_invoice_has_its_number_and_the_orders_total(now: datetime) -> None:
    execute(a_submitted_order(), now, option=ISSUE)

    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.number) == (InvoiceState.ISSUED, "INV-000001")
    assert str(invoice.total) == "€117.81"  # 10 × 9.90 and 19 % tax
    assert invoice.issue_date == TODAY


# ------------------------------------------------------------------ start date


def test_a_later_start_leaves_the_assets_waiting_until_midnight(now: datetime) -> None:
    next_week = TODAY + timedelta(days=7)

    asset = execute(a_submitted_order(), now, start_date=next_week).assets.get()

    midnight_in_berlin = datetime(2030, 1, 21, 23, tzinfo=UTC)
    assert asset.due_at == midnight_in_berlin
    assert asset.give_up_at == midnight_in_berlin + timedelta(hours=24)
    assert (asset.purchase_date, asset.start_date) == (TODAY, next_week)
    assert asset.waits_because == "It starts on 22 Jan 2030."
    assert Invoice.objects.get().state == InvoiceState.ISSUED


def test_a_start_in_the_past_is_refused(now: datetime) -> None:
    order = a_submitted_order()

    with pytest.raises(StartsInThePast, match="2030-01-14 has passed"):
        execute(order, now, start_date=TODAY - timedelta(days=1))

    assert nothing_was_made()


def test_today_is_today_where_the_distributor_works() -> None:
    late_in_london = datetime(2030, 1, 15, 23, 30, tzinfo=UTC)
    order = a_submitted_order()

    with pytest.raises(StartsInThePast):
        execute(order, late_in_london, start_date=date(2030, 1, 15))

    asset = execute(order, late_in_london, start_date=date(2030, 1, 16)).assets.get()
    assert (asset.purchase_date, asset.due_at) == (date(2030, 1, 16), late_in_london)


# ------------------------------------------------------------------ once, or not at all


def test_an_order_is_executed_once(now: datetime) -> None:
    order = a_submitted_order()
    in_another_tab = Order.objects.get(pk=order.pk)
    execute(order, now)

    for copy in (order, in_another_tab):
        with pytest.raises(MoveRefused, match="is “Executed”"):
            execute(copy, now)

    assert Execution.objects.count() == Asset.objects.count() == 1
    assert Invoice.objects.count() == 1


def test_a_draft_is_not_executed(now: datetime) -> None:
    order = a_draft_order()
    a_link(account=order.account)

    with pytest.raises(MoveRefused, match="is “Draft”"):
        execute(order, now)

    assert nothing_was_made()


def test_a_cancelled_order_is_not_executed(now: datetime) -> None:
    order = a_submitted_order()
    in_another_tab = Order.objects.get(pk=order.pk)
    cancel_order(order=order, because="a mistake", actor=DAN, now=now)

    with pytest.raises(MoveRefused, match="is “Cancelled”"):
        execute(in_another_tab, now)

    assert nothing_was_made()


def test_an_order_that_awaits_approval_is_not_executed(now: datetime) -> None:
    order = a_submitted_order()
    Order.objects.update(state=OrderState.AWAITING_APPROVAL)

    with pytest.raises(MoveRefused, match="is “Awaiting approval”"):
        execute(order, now)

    assert nothing_was_made()


def test_if_the_invoice_cannot_be_issued_nothing_happens_at_all(now: datetime) -> None:
    order = a_submitted_order()
    Organization.objects.all().delete()
    lines = Entry.objects.count()

    with pytest.raises(ProfileMissing):
        execute(order, now)

    assert nothing_was_made()
    assert Order.objects.get().state == OrderState.SUBMITTED
    assert Entry.objects.count() == lines


def test_a_refused_execution_takes_no_invoice_number(now: datetime) -> None:
    account = an_account()
    an_execution(order=a_submitted_order(account=account))
    with pytest.raises(MoveRefused):
        execute(Order.objects.get(), now)

    execute(a_submitted_order(account=account), now)

    assert [i.number for i in Invoice.objects.order_by("pk")] == [
        "INV-000001",
        "INV-000002",
    ]


# ------------------------------------------------------------------ how much it asks


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("items", [1, 10])
@pytest.mark.parametrize("limit", [None, "9999"])
def test_an_execution_asks_the_database_few_questions(
    items: int, limit: str | None, now: datetime
) -> None:
    account = an_account(credit_limit=limit)
    an_execution(order=a_submitted_order(account=account))
    number = a_submitted_order(account=account, items=items).number
    order = get_order(number=number, seen_by=None)

    with CaptureQueriesContext(connection) as asked:
        execute(order, now)

    statements = [query["sql"].strip()[:80] for query in asked.captured_queries]
    most = STATEMENTS_MAX + (limit is not None)
    assert len(statements) <= most, "\n".join(statements)
