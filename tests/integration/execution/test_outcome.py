"""What the pages tell: before an execution what it will do, after it what it did."""

from datetime import datetime

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.invoices.operations import void_invoice
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.models import Execution, Order
from purveyor.domain.provisioning.models import InvoiceWhen, LinkOf
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.execution.outcome import execution_rows, item_rows
from purveyor.flows.execution.preview import invoice_options, preview_execution
from tests.factories.accounts import an_end_customer
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.orders import a_submitted_order, an_execution
from tests.factories.provisioning import a_setup

NONE, DRAFT, ISSUE = InvoiceOption


def first_item(order: Order) -> int:
    return order.items.order_by("position").values_list("pk", flat=True)[0]


def deliver_first(order: Order, now: datetime) -> Execution:
    plan = ExecutionPlan(start_date=TODAY, option=ISSUE)
    only = [first_item(order)]
    return execute_order(order=order, plan=plan, only=only, actor=DAN, now=now)


# ------------------------------------------------------------------ before


def test_the_preview_tells_what_the_execution_then_does() -> None:
    order = a_submitted_order(items=2)

    told = preview_execution(order=order, now=NOON)
    an_execution(order=order)

    assets, invoice = list(Asset.objects.order_by("pk")), Invoice.objects.get()
    assert [(a.name, a.licenses) for a in told.lines] == [
        (asset.name, asset.quantity) for asset in assets
    ]
    assert told.bill.total == invoice.total
    assert told.bill.lines_count == invoice.lines.count()
    assert told.bill_to_name == invoice.bill_to.name
    assert told.bill.buyer.to_json() == invoice.buyer
    assert (told.bill.issue_date, told.bill.due_date) == (
        invoice.issue_date,
        invoice.due_date,
    )
    assert [(line.net, line.tax) for line in told.lines] == [
        (line.charge.net, line.charge.tax) for line in invoice.lines.order_by("pk")
    ]
    (mail,) = told.mails
    assert (mail.count, mail.recipient) == (2, order.recipient_email)
    (call,) = told.calls
    assert (call.vendor, call.coupons_count) == ("BitTitan", 2)
    assert call.is_synchronized
    assert not call.is_refused


def test_a_preview_writes_nothing() -> None:
    order = a_submitted_order()

    preview_execution(order=order, now=NOON)

    assert not Execution.objects.exists()
    assert not Asset.objects.exists()


def test_the_preview_of_a_delivery_tells_the_ticked_items_only() -> None:
    order = a_submitted_order(items=3)

    only = [first_item(order)]
    told = preview_execution(order=order, only=only, now=NOON)

    assert len(told.lines) == told.bill.lines_count == told.mails[0].count == 1


def test_the_preview_leaves_out_what_was_executed(now: datetime) -> None:
    order = a_submitted_order(items=3)
    deliver_first(order, now)

    assert len(preview_execution(order=order, now=NOON).lines) == 2


def test_the_preview_tells_which_account_would_be_refused() -> None:
    order = a_submitted_order(account=an_end_customer(), is_linked=False)
    (asked,) = preview_execution(order=order, now=NOON).calls
    assert asked.is_refused

    a_setup(sync_on_checkout=True, link_of=LinkOf.RESELLER)

    (asked,) = preview_execution(order=order, now=NOON).calls
    assert (asked.account_name, asked.is_refused) == ("Northwind", False)
    assert asked.is_synchronized_on_the_way


def test_the_preview_tells_what_is_billed_on_delivery() -> None:
    order = a_submitted_order(items=2)
    a_setup(invoice_when=InvoiceWhen.DELIVERY)

    bill = preview_execution(order=order, now=NOON).bill

    assert (bill.lines_count, bill.waiting_count) == (0, 2)
    assert bill.total.amount == 0


def test_the_options_stand_in_the_order_of_the_dialog() -> None:
    assert invoice_options() == (NONE, DRAFT, ISSUE)


# ------------------------------------------------------------------ after


def test_each_item_shows_its_delivery(now: datetime) -> None:
    order = a_submitted_order(items=2)
    deliver_first(order, now)

    first, second = item_rows(order)

    assert (second.delivery, second.is_cancelled) == (None, False)
    assert first.delivery is not None
    assert (first.delivery.number, first.delivery.status) == ("AS-000001-1", "PENDING")
    assert first.delivery.explanation is not None
    assert first.delivery.explanation.why == "It was just bought."


def test_executions_are_told_newest_first_with_all_that_they_made(
    now: datetime,
) -> None:
    order = a_submitted_order(items=2)
    deliver_first(order, now)
    an_execution(order=order, option=NONE)

    newest, oldest = execution_rows(order)

    assert (newest.option, newest.invoices) == (NONE, ())
    assert [asset.number for asset in newest.assets] == ["AS-000001-2"]
    assert oldest.actor == DAN
    assert [invoice.number for invoice in oldest.invoices] == ["INV-000001"]


def test_a_voided_draft_no_longer_counts(now: datetime) -> None:
    order = an_execution(option=DRAFT).order
    assert len(execution_rows(order)[0].invoices) == 1

    void_invoice(invoice=Invoice.objects.get(), because="a mistake", actor=DAN, now=now)

    assert execution_rows(order)[0].invoices == ()
