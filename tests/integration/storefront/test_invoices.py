"""Billing > Invoices: what is to be paid, and until when, for who pays it."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from purveyor.domain.accounts.models import MemberRole
from purveyor.domain.invoices.bills import owed_by
from purveyor.domain.invoices.lifecycle import InvoiceState
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.invoices.operations import issue_invoice
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.invoices import Sold, a_draft_invoice, an_issued_invoice
from tests.factories.members import a_member, a_visit
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.orders import a_submitted_order, an_execution
from tests.factories.provisioning import a_setup
from tests.support.shopping import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _profile() -> None:
    a_setup()


def a_visitor(role: MemberRole = MemberRole.BILLING_AGENT, **fields: Any) -> Client:
    return a_visit(a_member(role=role, **fields))


def numbers_on(text: str) -> list[str]:
    """Return the invoices of a list, in its order."""
    return re.findall(r'href="/invoices/(INV-[^/"]+)/"', text)


def is_paid(invoice: Invoice) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(state=InvoiceState.PAID)


# ------------------------------------------------------------------ the list


def test_the_list_tells_what_is_to_be_paid_and_until_when() -> None:
    invoice = an_issued_invoice(po_code="PO-7")

    shown = page(a_visitor(account=invoice.bill_to), "/invoices/")

    assert numbers_on(shown) == [invoice.number]
    for told in ("PO-7", "€117.81", "15 Jan 2030", "14 Feb 2030", ">To be paid</span>"):
        assert told in shown
    assert f'href="/invoices/{invoice.number}/pdf/"' in shown


def test_drafts_are_not_shown() -> None:
    draft = a_draft_invoice()
    client = a_visitor(account=draft.bill_to)

    assert "There is no invoice yet" in page(client, "/invoices/")
    assert "Nothing fits this search" in page(client, "/invoices/?q=zebra")
    assert client.get("/invoices/None/").status_code == 404


def test_a_list_goes_on_where_the_page_before_ended(
    django_assert_num_queries: Any,
) -> None:
    account = an_account()
    drafts = [a_draft_invoice(account=account) for _turn in range(5)]
    at_once = [an_issued_invoice(account=account) for _turn in range(23)]
    for days, draft in enumerate(drafts, start=1):
        issue_invoice(invoice=draft, actor=DAN, now=NOON + timedelta(days=days))
    client = a_visitor(account=account)
    page(client, "/invoices/")

    with django_assert_num_queries(5):
        first = page(client, "/invoices/?q=")
    following = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert following is not None
    second = page(client, "/invoices/" + following[1])

    in_order = [*reversed(drafts), *reversed(at_once)]
    assert numbers_on(first) + numbers_on(second) == [each.number for each in in_order]
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q={number}", True),
        ("q={order}", True),
        ("q=po-7", True),
        ("q=zebra", False),
        ("status=unpaid", True),
        ("status=overdue", False),
        ("status=paid", False),
        ("status=nonsense", True),
        ("q=%00po-7&status=unpaid", True),
    ],
)
def test_invoices_are_found(query: str, *, is_found: bool) -> None:
    execution = an_execution(order=a_submitted_order(po_code="PO-7"))
    invoice = Invoice.objects.get()
    client = a_visitor(account=invoice.bill_to)
    order = execution.order.number

    shown = page(
        client, "/invoices/?" + query.format(number=invoice.number, order=order)
    )

    assert bool(numbers_on(shown)) is is_found


def test_what_is_late_and_what_is_paid_say_so(still_clock: Any) -> None:
    late, paid = an_issued_invoice(), an_issued_invoice(account=an_account())
    is_paid(paid)
    still_clock.shift(timedelta(days=60))

    shown = page(a_visitor(account=late.bill_to), "/invoices/?status=overdue")
    assert numbers_on(shown) == [late.number]
    assert ">Overdue</span>" in shown
    payer = a_visitor(account=paid.bill_to, email="tom@x.example")
    assert numbers_on(page(payer, "/invoices/?status=overdue")) == []
    assert ">Paid</span>" in page(payer, "/invoices/?status=paid")


def test_a_reseller_chooses_for_whom() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    own = an_issued_invoice(account=reseller)
    hers = an_issued_invoice(account=lea, bill_to=reseller)
    client = a_visitor(account=reseller)

    assert numbers_on(page(client, "/invoices/")) == [hers.number, own.number]
    assert numbers_on(page(client, f"/invoices/?for={lea.number}")) == [hers.number]
    stranger = an_account()
    assert client.get(f"/invoices/?for={stranger.number}").status_code == 404


def test_an_end_customer_that_pays_keeps_its_bills_from_its_reseller() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    lea.bill_to = lea
    lea.save(update_fields=["bill_to"])
    invoice = an_issued_invoice(account=lea)

    hers = a_visitor(account=lea, email="lea@x.example")
    assert numbers_on(page(hers, "/invoices/")) == [invoice.number]
    theirs = a_visitor(account=reseller)
    assert numbers_on(page(theirs, "/invoices/")) == []
    assert theirs.get(f"/invoices/{invoice.number}/").status_code == 404


def test_a_place_in_the_list_of_others_tells_nothing() -> None:
    own, others = an_issued_invoice(), an_issued_invoice(account=an_account())
    client = a_visitor(account=own.bill_to)

    assert numbers_on(page(client, f"/invoices/?after={others.number}")) == []


def test_the_list_is_a_file_without_formulas() -> None:
    invoice = an_issued_invoice(po_code="=1+1")
    client = a_visitor(account=invoice.bill_to)

    line = b"".join(client.get("/invoices/export/")).decode().splitlines()[1]

    assert line.startswith(f"{invoice.number},2030-01-15,2030-02-14,To be paid,")
    assert line.endswith(",'=1+1,EUR,99.00,18.81,117.81")


# ------------------------------------------------------------------ its page


def test_the_page_tells_what_stands_on_it(django_assert_num_queries: Any) -> None:
    sold = (Sold(discount="12.50"), Sold(price="5.00", quantity=2, tax="7"))
    invoice = an_issued_invoice(sold, po_code="PO-7")
    client = a_visitor(account=invoice.bill_to)
    address = f"/invoices/{invoice.number}/"
    page(client, address)

    with django_assert_num_queries(8):
        shown = page(client, address)

    for fact in (
        f"Invoice {invoice.number}",
        "To be paid",
        "12.5\N{NO-BREAK SPACE}%",
        "€86.62",
        "VAT 19\N{NO-BREAK SPACE}%",
        "VAT 7\N{NO-BREAK SPACE}%",
        str(invoice.total),
        "14 Feb 2030",
        "PO-7",
        invoice.bill_to.name,
    ):
        assert fact in shown


def test_an_overdue_one_says_since_when(still_clock: Any) -> None:
    invoice = an_issued_invoice()
    still_clock.shift(timedelta(days=60))

    shown = page(a_visitor(account=invoice.bill_to), f"/invoices/{invoice.number}/")

    assert "It was due on 14 Feb 2030." in shown


def test_orders_that_the_payer_no_longer_sees_are_no_links() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    invoice = an_issued_invoice(account=lea, bill_to=reseller)
    client = a_visitor(account=reseller)
    address = f"/invoices/{invoice.number}/"
    assert 'href="/orders/O-' in page(client, address)

    lea.parent = a_reseller(name="Eve's")
    lea.save(update_fields=["parent"])

    shown = page(client, address)
    assert 'href="/orders/O-' not in shown
    assert "O-0" in shown


def test_the_document_is_kept_under_its_number() -> None:
    invoice = an_issued_invoice()
    client = a_visitor(account=invoice.bill_to)

    answer = client.get(f"/invoices/{invoice.number}/pdf/")

    assert answer["Content-Type"] == "application/pdf"
    assert f'filename="{invoice.number}.pdf"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert str(invoice.number) in text


def test_pages_of_orders_and_assets_lead_to_the_invoice() -> None:
    asset = an_execution().assets.get()
    invoice = Invoice.objects.get()
    client = a_visitor(account=asset.account)
    link = f'href="/invoices/{invoice.number}/"'

    assert link in page(client, f"/assets/{asset.number}/")
    assert link in page(client, f"/orders/{asset.order_item.order.number}/")


# ------------------------------------------------------------------ what is owed


def test_what_is_owed_is_told_for_each_currency() -> None:
    account = an_account()
    an_issued_invoice(account=account)
    an_issued_invoice(account=account)
    an_issued_invoice(account=account, currency="USD")
    is_paid(an_issued_invoice(account=account))
    a_draft_invoice(account=account)
    an_issued_invoice(account=an_account())

    owed = owed_by(payer=account, today=TODAY + timedelta(days=60))

    assert [(each.bills_count, each.overdue_count) for each in owed] == [(2, 2), (1, 1)]
    assert [str(each.total) for each in owed] == ["€235.62", "$117.81"]
