"""Drafts: made from pending charges, issued once, or voided with a reason."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from purveyor.domain.accounts.models import Organization
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import (
    ChargeWaits,
    NothingToBill,
    ReasonMissing,
    create_draft,
    drop_charge,
    issue_invoice,
    void_invoice,
)
from purveyor.domain.invoices.queries import invoice_document
from purveyor.domain.invoices.writing import (
    ChargeNotPending,
    ChargesDiffer,
    ProfileMissing,
)
from purveyor.domain.orders.models import Order
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.accounts import an_account, an_end_customer
from tests.factories.invoices import (
    Sold,
    a_draft_invoice,
    an_issued_invoice,
    pending_charges,
)
from tests.factories.moments import DAN


def test_charges_of_several_orders_make_one_draft(now: datetime) -> None:
    account = an_account()
    charges = [
        *pending_charges(account=account, po_code="PO-1"),
        *pending_charges(
            [Sold(price="250", quantity=1)], account=account, po_code="PO-2"
        ),
    ]

    draft = create_draft(charges=charges, actor=DAN, now=now)

    assert (draft.account, str(draft.total)) == (account, "€415.31")
    assert draft.po_code == ""
    assert draft.lines.count() == 2


def test_a_draft_for_several_end_customers_belongs_to_the_payer(now: datetime) -> None:
    lea = an_end_customer()
    reseller = lea.parent
    charges = [
        *pending_charges(account=lea, bill_to=reseller),
        *pending_charges(account=an_end_customer(reseller=reseller), bill_to=reseller),
    ]

    draft = create_draft(charges=charges, actor=DAN, now=now)

    assert (draft.account, draft.bill_to) == (reseller, reseller)


def test_an_empty_choice_makes_no_draft(now: datetime) -> None:
    with pytest.raises(NothingToBill):
        create_draft(charges=[], actor=DAN, now=now)


def test_different_payers_share_no_draft(now: datetime) -> None:
    charges = [*pending_charges(), *pending_charges()]

    with pytest.raises(ChargesDiffer) as refusal:
        create_draft(charges=charges, actor=DAN, now=now)

    assert refusal.value.facts == {"payers": 2, "currencies": ["EUR"]}
    assert not Invoice.objects.exists()


def test_a_charge_that_waits_for_delivery_is_refused(now: datetime) -> None:
    charges = pending_charges(is_waiting=True)

    with pytest.raises(ChargeWaits) as refusal:
        create_draft(charges=charges, actor=DAN, now=now)

    assert charges[0].description in refusal.value.message


def test_a_charge_that_was_dropped_meanwhile_is_refused(now: datetime) -> None:
    account = an_account()
    (kept,), (dropped,) = (
        pending_charges(account=account),
        pending_charges(account=account),
    )
    seen_before = Charge.objects.get(pk=dropped.pk)
    drop_charge(charge=dropped, because="a gift", actor=DAN, now=now)

    with pytest.raises(ChargeNotPending):
        create_draft(charges=[kept, seen_before], actor=DAN, now=now)

    kept.refresh_from_db()
    assert kept.state == ChargeState.PENDING


def test_a_charge_ticked_twice_stands_on_the_draft_once(now: datetime) -> None:
    (charge,) = pending_charges()

    draft = create_draft(charges=[charge, charge], actor=DAN, now=now)

    assert str(draft.total) == "€117.81"


# ------------------------------------------------------------ issue


def test_a_draft_is_issued_with_the_facts_of_that_day(now: datetime) -> None:
    draft = a_draft_invoice(bill_to=an_account(name="Old Name"))
    draft.bill_to.name = "New Name"
    draft.bill_to.save(update_fields=["name"])
    next_day = now + timedelta(days=1)

    issue_invoice(invoice=draft, actor=DAN, now=next_day)

    invoice = Invoice.objects.get(pk=draft.pk)
    assert (invoice.number, invoice.state) == ("INV-000001", InvoiceState.ISSUED)
    assert invoice.buyer["name"] == "New Name"
    assert str(invoice.issue_date) == "2030-01-16"
    entry = Entry.objects.get(record_type="invoices.invoice", verb="issue")
    assert (entry.before, entry.after) == ("DRAFT", "ISSUED")


def test_of_two_who_issue_a_draft_the_second_is_refused(now: datetime) -> None:
    draft = a_draft_invoice()
    same_draft_in_another_tab = Invoice.objects.get(pk=draft.pk)
    issue_invoice(invoice=draft, actor=DAN, now=now)

    with pytest.raises(MoveRefused):
        issue_invoice(invoice=same_draft_in_another_tab, actor=DAN, now=now)

    draft.refresh_from_db()
    assert draft.number == "INV-000001"
    assert an_issued_invoice().number == "INV-000002"


def test_a_draft_is_not_issued_without_a_seller(now: datetime) -> None:
    draft = a_draft_invoice()
    Organization.objects.all().delete()

    with pytest.raises(ProfileMissing):
        issue_invoice(invoice=draft, actor=DAN, now=now)

    draft.refresh_from_db()
    assert draft.state == InvoiceState.DRAFT


# ------------------------------------------------------------ void


def test_voiding_a_draft_returns_its_charges(now: datetime) -> None:
    draft = a_draft_invoice([Sold(), Sold()])
    other = a_draft_invoice()

    void_invoice(invoice=draft, because="wrong address", actor=DAN, now=now)

    draft.refresh_from_db()
    entry = Entry.objects.get(record_type="invoices.invoice", verb="void")
    assert (draft.state, draft.voided_because) == ("VOIDED", "wrong address")
    assert [line.counts for line in draft.lines.all()] == [False, False]
    assert Charge.objects.filter(state=ChargeState.PENDING).count() == 2
    assert entry.facts["because"] == "wrong address"
    assert other.lines.get().charge.state == ChargeState.INVOICED


def test_charges_of_a_voided_draft_can_be_billed_again(now: datetime) -> None:
    draft = a_draft_invoice()
    void_invoice(invoice=draft, because="wrong address", actor=DAN, now=now)

    again = create_draft(charges=list(Charge.objects.all()), actor=DAN, now=now)

    assert again.total == draft.total
    assert Charge.objects.get().lines.filter(counts=True).count() == 1


def test_a_draft_is_not_voided_without_a_reason(now: datetime) -> None:
    draft = a_draft_invoice()

    with pytest.raises(ReasonMissing):
        void_invoice(invoice=draft, because="", actor=DAN, now=now)

    draft.refresh_from_db()
    assert draft.state == InvoiceState.DRAFT


def test_an_issued_invoice_cannot_be_voided(now: datetime) -> None:
    invoice = an_issued_invoice()

    with pytest.raises(MoveRefused), transaction.atomic():
        void_invoice(invoice=invoice, because="a mistake", actor=DAN, now=now)

    assert Charge.objects.get().state == ChargeState.INVOICED
    assert invoice.lines.get().counts


def test_each_order_keeps_its_po_code_on_a_shared_invoice(now: datetime) -> None:
    account = an_account()
    charges = [
        *pending_charges(account=account, po_code="PO-1"),
        *pending_charges(account=account, po_code="PO-2"),
    ]
    draft = create_draft(charges=charges, actor=DAN, now=now)
    codes = [line.po_code for line in invoice_document(invoice=draft).lines]

    issue_invoice(invoice=draft, actor=DAN, now=now)
    Order.objects.update(po_code="PO-3")

    issued = invoice_document(invoice=draft)
    assert codes == [line.po_code for line in issued.lines] == ["PO-1", "PO-2"]
    assert issued.po_code == ""
