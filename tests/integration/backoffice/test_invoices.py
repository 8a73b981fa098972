"""Billing > Pending invoices, and Invoices."""

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice
from tests.factories.accounts import an_account, an_organization
from tests.factories.catalogue import a_price_list
from tests.factories.invoices import a_draft_invoice, an_issued_invoice, pending_charges
from tests.support.staff import queries_of, signed_in, words

CHANGE = "bss:invoices_invoice_change"
LIST = "bss:invoices_invoice_changelist"
PENDING = "bss:pending_invoices"
CONFIRMED = {"_form_submitted": "True"}


@pytest.fixture
def billing() -> Client:
    an_organization()
    return signed_in(
        "invoices.view_invoice",
        "invoices.view_charge",
        "invoices.issue_invoice",
        "invoices.void_invoice",
    )


def test_ticked_charges_become_one_draft(billing: Client) -> None:
    north = an_account(name="Northwind")
    charges = pending_charges(bill_to=north) + pending_charges(bill_to=north)
    sent = {
        "action": "draft_invoice",
        "_selected_action": [charge.pk for charge in charges],
    }

    answer = billing.post(reverse(PENDING), sent)

    invoice = Invoice.objects.get()
    assert answer["Location"] == reverse(CHANGE, args=[invoice.pk])
    assert invoice.state == InvoiceState.DRAFT
    assert invoice.lines.count() == 2


def test_charges_of_two_payers_are_not_put_on_one_invoice(billing: Client) -> None:
    charges = pending_charges() + pending_charges()
    sent = {
        "action": "draft_invoice",
        "_selected_action": [charge.pk for charge in charges],
    }

    page = billing.post(reverse(PENDING), sent, follow=True)

    assert "One invoice has one payer and one currency." in words(page)
    assert not Invoice.objects.exists()


def test_a_charge_is_dropped_with_a_reason_only(billing: Client) -> None:
    (charge,) = pending_charges()
    dialog = reverse("bss:invoices_charge_drop", args=[charge.pk])

    refused = billing.post(dialog, {**CONFIRMED, "because": ""})
    billing.post(dialog, {**CONFIRMED, "because": "Goodwill"})

    charge.refresh_from_db()
    assert "Say why: the reason stays in the journal." in words(refused)
    assert (charge.state, charge.dropped_because) == (ChargeState.DROPPED, "Goodwill")
    billing.get(reverse(PENDING))  # says once more what was dropped
    assert charge.description not in words(billing.get(reverse(PENDING)))


def test_a_draft_is_issued_and_then_has_its_number(billing: Client) -> None:
    invoice = a_draft_invoice()

    billing.post(reverse("bss:invoices_invoice_issue", args=[invoice.pk]), CONFIRMED)

    invoice.refresh_from_db()
    page = words(billing.get(reverse(CHANGE, args=[invoice.pk])))
    assert invoice.state == InvoiceState.ISSUED
    assert f"Number {invoice.number}" in page
    assert "VAT 19 % of €99.00 €18.81" in page
    assert "Issue invoice" not in page
    assert "Void" not in page


def test_voiding_a_draft_returns_its_charges(billing: Client) -> None:
    invoice = a_draft_invoice()
    dialog = reverse("bss:invoices_invoice_void", args=[invoice.pk])

    refused = billing.post(dialog, {**CONFIRMED, "because": ""})
    billing.post(dialog, {**CONFIRMED, "because": "Wrong PO code"})

    invoice.refresh_from_db()
    assert "Say why" in words(refused)
    assert invoice.state == InvoiceState.VOIDED
    assert Charge.objects.get().state == ChargeState.PENDING
    assert "Voided because: Wrong PO code" in words(
        billing.get(reverse(CHANGE, args=[invoice.pk]))
    )


def test_an_issued_invoice_cannot_be_voided(billing: Client) -> None:
    invoice = an_issued_invoice()

    answer = billing.post(
        reverse("bss:invoices_invoice_void", args=[invoice.pk]),
        {**CONFIRMED, "because": "No"},
    )

    invoice.refresh_from_db()
    assert "must be “Draft”" in words(answer)
    assert invoice.state == InvoiceState.ISSUED


@pytest.mark.parametrize(
    ("page", "disposition"), [("show_pdf", "inline"), ("download", "attachment")]
)
def test_the_document_is_shown_and_downloaded(
    billing: Client, page: str, disposition: str
) -> None:
    invoice = an_issued_invoice()

    answer = billing.get(reverse(f"bss:invoices_invoice_{page}", args=[invoice.pk]))

    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == (
        f'{disposition}; filename="{invoice.number}.pdf"'
    )


def test_documents_need_the_permission_to_see_invoices() -> None:
    invoice = an_issued_invoice()
    sales = signed_in("orders.view_order")

    for page in ("show_pdf", "download", "change"):
        address = reverse(f"bss:invoices_invoice_{page}", args=[invoice.pk])
        assert sales.get(address).status_code == 403


@pytest.mark.parametrize("verb", ["issue", "void"])
def test_who_may_only_look_can_neither_issue_nor_void(verb: str) -> None:
    invoice = a_draft_invoice()
    auditor = signed_in("invoices.view_invoice")

    address = reverse(f"bss:invoices_invoice_{verb}", args=[invoice.pk])

    assert auditor.post(address, CONFIRMED).status_code == 403
    page = words(auditor.get(reverse(CHANGE, args=[invoice.pk])))
    assert "Issue invoice" not in page


def test_invoices_are_found_by_number(billing: Client) -> None:
    invoice, other = an_issued_invoice(), an_issued_invoice()

    page = words(billing.get(reverse(LIST), {"q": str(invoice.number).lower()}))

    assert str(invoice.number) in page
    assert str(other.number) not in page


@pytest.mark.parametrize("page", [LIST, PENDING])
def test_the_lists_ask_as_much_for_many_as_for_one(billing: Client, page: str) -> None:
    an_issued_invoice()
    pending_charges()
    for_one = queries_of(billing, reverse(page))
    for _each in range(4):
        an_issued_invoice()
        pending_charges()

    assert queries_of(billing, reverse(page)) == for_one


def test_the_list_is_narrowed_by_the_currencies_there_are_prices_in(
    billing: Client,
) -> None:
    for currency in ("EUR", "CHF"):
        a_price_list(currency=currency)
        an_invoice = an_issued_invoice(currency=currency)

    answer = billing.get(reverse(LIST), {"currency": "CHF"})

    (narrowed,) = (
        each for each in answer.context["cl"].filter_specs if each.title == "currency"
    )
    assert [choice for choice, _name in narrowed.lookup_choices] == ["CHF", "EUR"]
    assert list(answer.context["cl"].result_list) == [an_invoice]
