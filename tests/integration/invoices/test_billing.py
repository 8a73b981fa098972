"""What an execution does about the bill: nothing, a draft, or an issued invoice."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Organization, PaymentMethod
from purveyor.domain.invoices import writing
from purveyor.domain.invoices.deliveries import bill_on_delivery
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import (
    bill,
    drop_charge,
)
from purveyor.domain.invoices.writing import (
    ChargeNotPending,
    ChargesDiffer,
    ProfileMissing,
    TooManyLines,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import an_account, an_end_customer
from tests.factories.invoices import (
    Sold,
    a_draft_invoice,
    an_issued_invoice,
    pending_charges,
)
from tests.factories.moments import DAN

ISSUE = InvoiceOption.ISSUE


def billed(
    charges: list[Charge], *, now: datetime, option: InvoiceOption = ISSUE
) -> Invoice:
    """Bill charges of which one at least is ripe."""
    invoice = bill(charges=charges, option=option, actor=DAN, now=now)
    assert invoice is not None
    return invoice


def test_without_an_invoice_the_charges_go_on_waiting(now: datetime) -> None:
    charges = pending_charges()

    made = bill(charges=charges, option=InvoiceOption.NONE, actor=DAN, now=now)

    assert made is None
    assert not Invoice.objects.exists()
    assert Charge.objects.get().state == ChargeState.PENDING


def test_a_draft_holds_the_charges_and_has_no_number(now: datetime) -> None:
    charges = pending_charges([Sold(), Sold(price="5", tax="7")], po_code="PO-1")

    draft = billed(charges, option=InvoiceOption.DRAFT, now=now)

    draft = Invoice.objects.get(pk=draft.pk)
    assert (draft.state, draft.number, draft.issue_date) == ("DRAFT", None, None)
    assert (str(draft.total), draft.po_code, draft.seller) == ("€171.31", "PO-1", {})
    assert [line.charge for line in draft.lines.order_by("position")] == charges
    assert {c.state for c in Charge.objects.all()} == {ChargeState.INVOICED}


def test_an_issued_invoice_has_number_dates_and_both_parties(now: datetime) -> None:
    invoice = an_issued_invoice(bill_to=an_account(name="Żółw Sp. z o.o."))

    invoice = Invoice.objects.get(pk=invoice.pk)
    assert (invoice.state, invoice.number) == (InvoiceState.ISSUED, "INV-000001")
    assert invoice.issue_date == date(2030, 1, 15)
    assert invoice.due_date == date(2030, 2, 14)
    assert invoice.seller["name"] == "Aurora Distribution GmbH"
    assert invoice.buyer["name"] == "Żółw Sp. z o.o."
    assert invoice.buyer["address"] == ["Main Street 1", "10115 Berlin"]


def test_issuing_leaves_one_journal_line_with_the_number(now: datetime) -> None:
    invoice = an_issued_invoice()

    entry = Entry.objects.get(record_type="invoices.invoice")
    assert (entry.verb, entry.actor, entry.after) == ("issue", DAN, "ISSUED")
    assert entry.record_label == f"invoice {invoice.number}"
    assert entry.facts == {"total": "117.81", "currency": "EUR"}


@pytest.mark.parametrize("lines_count", [1, 25])
def test_issuing_takes_seven_statements_whatever_its_length(
    now, django_assert_num_queries, lines_count
) -> None:
    charges = pending_charges([Sold()] * lines_count)

    # buyer, seller, charges, number, invoice, lines, journal
    with django_assert_num_queries(7) as statements:
        bill(charges=charges, option=ISSUE, actor=DAN, now=now)

    takes_number = ["numbering_counter" in query["sql"] for query in statements]
    assert takes_number.index(True) == 3


def test_an_invoice_is_due_after_the_days_of_the_payment_method(now: datetime) -> None:
    at_once = PaymentMethod.objects.create(name="At once", payment_days=0)

    invoice = an_issued_invoice(bill_to=an_account(payment_method=at_once))

    assert invoice.due_date == invoice.issue_date == date(2030, 1, 15)
    assert invoice.buyer["payment_method"] == "At once"


def test_the_invoice_date_is_the_day_where_the_distributor_works() -> None:
    before_midnight_in_london = datetime(2030, 1, 15, 23, 30, tzinfo=UTC)
    charges = pending_charges()

    invoice = billed(charges, now=before_midnight_in_london)

    assert invoice.issue_date == date(2030, 1, 16)


def test_a_buyer_without_a_billing_address_is_billed_by_name(now: datetime) -> None:
    account = an_account(name="No Address Ltd")
    account.addresses.update(is_billing=False)

    invoice = an_issued_invoice(bill_to=account)

    assert invoice.buyer["name"] == "No Address Ltd"
    assert (invoice.buyer["address"], invoice.buyer["country"]) == ([], "")


def test_a_reseller_reads_for_which_end_customer_it_pays(now: datetime) -> None:
    lea = an_end_customer(name="Lea GmbH")

    invoice = an_issued_invoice(account=lea, bill_to=lea.parent)

    assert (invoice.account, invoice.bill_to) == (lea, lea.parent)
    line = invoice.lines.select_related("charge__execution__order").get()
    order = line.charge.execution.order
    assert invoice.buyer["delivered_to"] == {order.number: f"Lea GmbH ({lea.number})"}


def test_without_an_organization_profile_nothing_is_issued(now: datetime) -> None:
    charges = pending_charges()
    Organization.objects.all().delete()

    with pytest.raises(ProfileMissing) as refusal, transaction.atomic():
        bill(charges=charges, option=ISSUE, actor=DAN, now=now)

    assert "Setup > Organization profile" in refusal.value.message
    assert not Invoice.objects.exists()
    assert Charge.objects.get().state == ChargeState.PENDING


def test_a_draft_needs_no_organization_profile(now: datetime) -> None:
    charges = pending_charges()
    Organization.objects.all().delete()

    assert bill(charges=charges, option=InvoiceOption.DRAFT, actor=DAN, now=now)


def test_charges_are_billed_once_and_leave_no_gap_when_refused(now: datetime) -> None:
    charges = pending_charges()
    same_charges_elsewhere = list(Charge.objects.select_related("execution__order"))
    bill(charges=charges, option=ISSUE, actor=DAN, now=now)

    with pytest.raises(ChargeNotPending) as refusal, transaction.atomic():
        bill(charges=same_charges_elsewhere, option=ISSUE, actor=DAN, now=now)

    assert refusal.value.facts == {"count": 1}
    assert [invoice.number for invoice in Invoice.objects.all()] == ["INV-000001"]
    assert an_issued_invoice().number == "INV-000002"


def test_what_fails_after_the_number_gives_the_number_back(now: datetime) -> None:
    charges = pending_charges()
    with pytest.raises(Refused):
        _issue_and_fail(charges, now)

    fresh = list(Charge.objects.select_related("execution__order"))
    invoice = billed(fresh, now=now)

    assert invoice.number == "INV-000001"


@transaction.atomic
def _issue_and_fail(charges: list[Charge], now: datetime) -> None:
    bill(charges=charges, option=ISSUE, actor=DAN, now=now)
    raise Refused("Something later in the execution says no.")


def test_one_invoice_has_one_payer(now: datetime) -> None:
    account = an_account()
    charges = [
        *pending_charges(account=account),
        *pending_charges(account=account, bill_to=an_account()),
    ]

    with pytest.raises(ChargesDiffer), transaction.atomic():
        bill(charges=charges, option=ISSUE, actor=DAN, now=now)

    assert not Invoice.objects.exists()


def test_one_invoice_has_one_currency(now: datetime) -> None:
    account = an_account()
    charges = [
        *pending_charges(account=account),
        *pending_charges(account=account, currency="USD"),
    ]

    with pytest.raises(ChargesDiffer) as refusal, transaction.atomic():
        bill(charges=charges, option=ISSUE, actor=DAN, now=now)

    assert refusal.value.facts == {"payers": 1, "currencies": ["EUR", "USD"]}


def test_an_invoice_holds_a_bounded_number_of_lines(now, monkeypatch) -> None:
    monkeypatch.setattr(writing, "LINES_MAX", 2)
    charges = pending_charges([Sold()] * 3)

    with pytest.raises(TooManyLines) as refusal, transaction.atomic():
        bill(charges=charges, option=ISSUE, actor=DAN, now=now)

    assert refusal.value.facts == {"limit": 2, "count": 3}


# ------------------------------------------------------------ billed on delivery


def test_what_waits_for_delivery_is_left_out_of_the_bill(now: datetime) -> None:
    (ready,) = pending_charges()
    (waiting,) = pending_charges(is_waiting=True, account=ready.account)

    invoice = billed([ready, waiting], now=now)

    assert [line.charge for line in invoice.lines.all()] == [ready]
    assert bill(charges=[waiting], option=ISSUE, actor=DAN, now=now) is None


@pytest.mark.parametrize(
    ("option", "state"),
    [(InvoiceOption.DRAFT, "DRAFT"), (InvoiceOption.ISSUE, "ISSUED")],
)
def test_delivery_bills_by_the_option_of_the_execution(now, option, state) -> None:
    (charge,) = pending_charges(is_waiting=True, option=option)

    invoice = bill_on_delivery(order_item=charge.order_item, actor="worker", now=now)

    assert invoice is not None
    assert invoice.state == state
    assert [line.charge for line in invoice.lines.all()] == [charge]


def test_delivery_without_an_invoice_makes_the_charge_pending(now: datetime) -> None:
    (charge,) = pending_charges(is_waiting=True)

    made = bill_on_delivery(order_item=charge.order_item, actor="worker", now=now)

    charge.refresh_from_db()
    assert made is None
    assert (charge.state, charge.waits_for_delivery) == (ChargeState.PENDING, False)


def test_a_second_word_of_the_delivery_bills_nothing(now: datetime) -> None:
    (charge,) = pending_charges(is_waiting=True, option=ISSUE)
    bill_on_delivery(order_item=charge.order_item, actor="worker", now=now)

    again = bill_on_delivery(order_item=charge.order_item, actor="worker", now=now)

    assert again is None
    assert Invoice.objects.count() == 1
    assert Entry.objects.filter(verb="become_due").count() == 1


def test_the_delivery_of_what_was_dropped_bills_nothing(now: datetime) -> None:
    (charge,) = pending_charges(is_waiting=True, option=ISSUE)
    drop_charge(charge=charge, because="a gift", actor=DAN, now=now)

    made = bill_on_delivery(order_item=charge.order_item, actor="worker", now=now)

    assert made is None
    assert not Invoice.objects.exists()


def test_what_waits_goes_on_waiting_if_it_cannot_be_billed(now: datetime) -> None:
    (charge,) = pending_charges(is_waiting=True, option=ISSUE)
    Organization.objects.all().delete()

    with pytest.raises(ProfileMissing), transaction.atomic():
        bill_on_delivery(order_item=charge.order_item, actor="worker", now=now)

    charge.refresh_from_db()
    assert charge.waits_for_delivery


def test_numbers_have_no_gap_whatever_comes_between(now: datetime) -> None:
    numbers = []
    for _round in range(3):
        a_draft_invoice()
        numbers.append(an_issued_invoice().number)

    assert numbers == ["INV-000001", "INV-000002", "INV-000003"]
