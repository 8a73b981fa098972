"""What pages, papers and the dashboard read about invoices."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account, Organization, PaymentMethod
from purveyor.domain.invoices.lifecycle import InvoiceState
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.invoices.operations import (
    bill,
    create_draft,
    drop_charge,
    void_invoice,
)
from purveyor.domain.invoices.queries import (
    InvoiceNotFound,
    get_invoice,
    invoice_document,
    invoiced_by_month,
    pending_by_bill_to,
)
from purveyor.kernel.money import Money
from tests.factories.accounts import an_account, an_end_customer
from tests.factories.invoices import (
    Sold,
    a_draft_invoice,
    an_issued_invoice,
    pending_charges,
)
from tests.factories.moments import DAN

# ------------------------------------------------------------ who may see it


def test_staff_and_the_payer_see_an_issued_invoice() -> None:
    invoice = an_issued_invoice()

    assert get_invoice(pk=invoice.pk, seen_by=None) == invoice
    assert get_invoice(pk=invoice.pk, seen_by=invoice.bill_to_id) == invoice


def test_a_reseller_sees_what_its_end_customer_has_to_pay() -> None:
    lea = an_end_customer()
    invoice = an_issued_invoice(account=lea, bill_to=lea)

    assert get_invoice(pk=invoice.pk, seen_by=lea.parent_id) == invoice


def test_an_end_customer_does_not_see_what_its_reseller_pays() -> None:
    lea = an_end_customer()
    invoice = an_issued_invoice(account=lea, bill_to=lea.parent)

    with pytest.raises(InvoiceNotFound):
        get_invoice(pk=invoice.pk, seen_by=lea.pk)


def test_somebody_else_and_nobody_get_the_same_answer() -> None:
    invoice = an_issued_invoice()

    with pytest.raises(InvoiceNotFound) as not_yours:
        get_invoice(pk=invoice.pk, seen_by=an_account(name="Eve").pk)
    with pytest.raises(InvoiceNotFound) as not_there:
        get_invoice(pk=0, seen_by=None)

    assert not_yours.value.message == not_there.value.message


def test_only_staff_see_drafts() -> None:
    draft = a_draft_invoice()

    assert get_invoice(pk=draft.pk, seen_by=None) == draft
    with pytest.raises(InvoiceNotFound):
        get_invoice(pk=draft.pk, seen_by=draft.bill_to_id)


# ------------------------------------------------------------ the document


def test_the_document_of_an_issued_invoice_shows_what_was_frozen() -> None:
    account = an_account(name="Old Name", tax_number="DE136695976")
    invoice = an_issued_invoice(bill_to=account, po_code="PO-1")
    Account.objects.update(name="New Name")
    Organization.objects.update(name="New Distribution", bank_account="none")

    document = invoice_document(invoice=Invoice.objects.get(pk=invoice.pk))

    assert (document.number, document.watermark, document.po_code) == (
        "INV-000001",
        "",
        "PO-1",
    )
    assert document.seller.name == "Aurora Distribution GmbH"
    assert document.seller.address == ("Hafenstraße 7", "20457 Hamburg")
    assert document.seller.bank_account == "DE02 1203 0000 0000 2020 51"
    assert (document.buyer.name, document.buyer.number) == ("Old Name", account.number)
    assert (document.buyer.country, document.buyer.tax_number) == ("DE", "DE136695976")
    assert document.due_date == date(2030, 2, 14)


def test_the_document_of_a_draft_shows_today_and_says_draft() -> None:
    draft = a_draft_invoice(bill_to=an_account(name="Old Name"))
    Account.objects.update(name="New Name")

    document = invoice_document(invoice=draft)

    assert (document.number, document.watermark) == ("", "Draft")
    assert document.buyer.name == "New Name"
    assert (document.issue_date, document.due_date) == (None, None)


def test_a_draft_can_be_looked_at_before_the_profile_is_filled_in() -> None:
    draft = a_draft_invoice()
    Organization.objects.all().delete()

    document = invoice_document(invoice=draft)

    assert (document.seller.name, document.logo) == ("", None)


def test_a_voided_draft_still_shows_its_lines(now: datetime) -> None:
    draft = a_draft_invoice()
    void_invoice(invoice=draft, because="wrong address", actor=DAN, now=now)

    document = invoice_document(invoice=draft)

    assert document.watermark == "Voided"
    assert str(document.total) == "€117.81"


def test_the_document_adds_up_to_what_the_invoice_says() -> None:
    invoice = an_issued_invoice(
        [
            Sold(price="9.99", quantity=3, discount="33.33"),
            Sold(price="0.05", quantity=1, tax="7"),
            Sold(price="15.25", quantity=12, tax="7"),
        ]
    )

    document = invoice_document(invoice=invoice)

    assert document.net == Money(invoice.net_amount, "EUR")
    assert document.tax == Money(invoice.tax_amount, "EUR")
    assert document.total == invoice.total
    assert [(row.percent, row.net) for row in document.tax_rows] == [
        (Decimal(19), Money(Decimal("19.98"), "EUR")),
        (Decimal(7), Money(Decimal("183.05"), "EUR")),
    ]


def test_a_line_says_which_order_and_end_customer_it_is_for(now: datetime) -> None:
    lea = an_end_customer(name="Lea GmbH")
    (own,) = pending_charges(account=lea.parent)
    (hers,) = pending_charges(account=lea, bill_to=lea.parent)
    draft = create_draft(charges=[own, hers], actor=DAN, now=now)

    document = invoice_document(invoice=draft)

    assert [(line.order_number, line.delivered_to) for line in document.lines] == [
        (own.execution.order.number, ""),
        (hers.execution.order.number, f"Lea GmbH ({lea.number})"),
    ]


def test_an_invoice_of_before_says_by_the_account_for_whom_a_line_is() -> None:
    lea = an_end_customer(name="Lea GmbH")
    draft = a_draft_invoice(account=lea, bill_to=lea.parent)
    buyer = {"name": "Reseller", "delivered_to": {str(lea.pk): "Lea GmbH (A-00044)"}}
    draft.state, draft.buyer = InvoiceState.ISSUED, buyer

    (line,) = invoice_document(invoice=draft).lines

    assert line.delivered_to == "Lea GmbH (A-00044)"


def test_the_logo_of_the_profile_stands_on_the_document() -> None:
    invoice = an_issued_invoice()
    Organization.objects.update(logo=b"a picture")

    assert invoice_document(invoice=invoice).logo == b"a picture"


def test_payment_terms_are_those_of_the_day_of_issue() -> None:
    transfer = PaymentMethod.objects.create(name="Bank transfer", payment_days=14)
    invoice = an_issued_invoice(bill_to=an_account(payment_method=transfer))
    PaymentMethod.objects.update(payment_days=90, name="Cheque")

    document = invoice_document(invoice=invoice)

    assert document.due_date == date(2030, 1, 29)
    assert document.buyer.payment_method == "Bank transfer"


@pytest.mark.parametrize("lines_count", [1, 25])
def test_a_document_takes_two_statements_whatever_its_length(
    django_assert_num_queries, lines_count
) -> None:
    invoice = an_issued_invoice([Sold()] * lines_count)

    with django_assert_num_queries(2):
        invoice_document(invoice=invoice)


# ------------------------------------------------------------ what waits


def test_pending_charges_are_summed_by_payer_and_currency() -> None:
    north, south = an_account(name="North"), an_account(name="South")
    pending_charges([Sold(), Sold()], account=north)
    pending_charges(account=north)
    pending_charges(account=north, currency="USD")
    pending_charges(account=south)

    rows = pending_by_bill_to()

    assert [(row.bill_to_name, row.charges_count, str(row.net)) for row in rows] == [
        ("North", 3, "€297.00"),
        ("North", 1, "$99.00"),
        ("South", 1, "€99.00"),
    ]


def test_what_waits_for_delivery_was_billed_or_dropped_is_not_pending(now) -> None:
    pending_charges(is_waiting=True)
    a_draft_invoice()
    (dropped,) = pending_charges()
    drop_charge(charge=dropped, because="a gift", actor=DAN, now=now)

    assert pending_by_bill_to() == ()


def test_pending_rows_are_bounded() -> None:
    pending_charges()
    pending_charges()

    assert len(pending_by_bill_to(limit=1)) == 1


# ------------------------------------------------------------ the dashboard


def test_months_without_sales_are_shown_as_nought(now: datetime) -> None:
    _issued_at(datetime(2029, 11, 30, 12, tzinfo=UTC))
    _issued_at(datetime(2030, 1, 2, 12, tzinfo=UTC))
    _issued_at(now, currency="USD")

    rows = invoiced_by_month(now=now, months=3)

    assert [(str(row.month), str(row.net)) for row in rows] == [
        ("2029-11-01", "€99.00"),
        ("2029-11-01", "$0.00"),
        ("2029-12-01", "€0.00"),
        ("2029-12-01", "$0.00"),
        ("2030-01-01", "€99.00"),
        ("2030-01-01", "$99.00"),
    ]


def test_only_what_binds_counts_as_invoiced(now: datetime) -> None:
    a_draft_invoice()
    paid = an_issued_invoice()
    Invoice.objects.filter(pk=paid.pk).update(state=InvoiceState.PAID)

    (row,) = invoiced_by_month(now=now, months=1)

    assert str(row.net) == "€99.00"


def test_without_sales_there_are_no_rows(now: datetime) -> None:
    assert invoiced_by_month(now=now) == ()


def test_what_is_older_than_the_span_is_left_out(now: datetime) -> None:
    _issued_at(datetime(2029, 12, 31, 12, tzinfo=UTC))

    assert invoiced_by_month(now=now, months=1) == ()


def _issued_at(moment: datetime, **order: Any) -> None:
    charges = pending_charges(**order)
    bill(charges=charges, option=InvoiceOption.ISSUE, actor=DAN, now=moment)
