"""An invoice on paper: everything is on it, on as many pages as it needs."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from purveyor.domain.invoices.document import render_invoice
from purveyor.domain.invoices.paper import (
    Buyer,
    DocumentLine,
    InvoiceDocument,
    Seller,
)
from purveyor.kernel.money import Money

SELLER = Seller(
    name="Aurora Distribution GmbH",
    address=("Hafenstraße 7", "20457 Hamburg"),
    country="DE",
    tax_number="DE136695976",
    email="hello@aurora.example",
    bank_account="DE02 1203 0000 0000 2020 51",
    footer="Managing director: Jörg Müller",
)
BUYER = Buyer(
    name="Northwind",
    address=("Main Street 1", "10115 Berlin"),
    country="DE",
    number="A-00012",
    payment_method="Bank transfer",
)


def a_line(**changes: Any) -> DocumentLine:
    line = DocumentLine(
        description="BitTitan Mailbox License",
        order_number="O-000017",
        delivered_to="",
        quantity=1_200,
        unit_price=Money(Decimal("9.90"), "EUR"),
        discount_percent=Decimal(0),
        net=Money(Decimal("11880.00"), "EUR"),
        tax_name="VAT",
        tax_percent=Decimal("19.00"),
        tax=Money(Decimal("2257.20"), "EUR"),
    )
    return replace(line, **changes)


def a_document(**changes: Any) -> InvoiceDocument:
    document = InvoiceDocument(
        language="en",
        watermark="",
        number="INV-000042",
        issue_date=date(2030, 1, 15),
        due_date=date(2030, 2, 14),
        po_code="PO-7781",
        currency="EUR",
        seller=SELLER,
        buyer=BUYER,
        logo=None,
        lines=(a_line(),),
        made_at=datetime(2030, 1, 15, 12, tzinfo=UTC),
    )
    return replace(document, **changes)


def a_draft(**changes: Any) -> InvoiceDocument:
    nothing = {"number": "", "issue_date": None, "due_date": None}
    return a_document(watermark="Draft", **nothing, **changes)


def pages_of(document: InvoiceDocument) -> list[str]:
    """Return the words of each page, with one space between them."""
    reader = PdfReader(io.BytesIO(render_invoice(document)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


@pytest.fixture(scope="module")
def ordinary_page() -> str:
    """Return the words of an invoice with one line, drawn once."""
    (page,) = pages_of(a_document())
    return page


@pytest.mark.parametrize(
    "words",
    [
        "INV-000042",
        "15 January 2030",
        "14 February 2030",
        "Customer number A-00012",
        "PO code PO-7781",
        "Order O-000017",
        "Aurora Distribution GmbH",
        "Hafenstraße 7",
        "Tax number: DE136695976",
        "Northwind",
        "10115 Berlin",
        "Germany",
        "1,200 €9.90 €11,880.00",
        "VAT 19% €11,880.00 €2,257.20",
        "Total €14,137.20",
        "Please pay €14,137.20 by 14 February 2030, stating INV-000042.",
        "Payment method: Bank transfer",
        "Bank account: DE02 1203 0000 0000 2020 51",
        "Managing director: Jörg Müller",
        "Page 1 of 1",
    ],
)
def test_everything_a_bill_must_say_is_on_it(ordinary_page, words) -> None:
    assert words in ordinary_page


@pytest.mark.parametrize(
    "name",
    [
        "Ελληνική Μετανάστευση",
        "Zażółć Gęślą Jaźń Sp. z o.o.",
        "Müller & Söhne Übersiedlung GmbH",
        "Świętokrzyska Ђорђевић Їжак",
    ],
)
def test_names_are_written_in_their_own_letters(name: str) -> None:
    (page,) = pages_of(a_document(buyer=replace(BUYER, name=name)))

    assert name in page


def test_equal_documents_make_equal_files() -> None:
    document = a_document(logo=_a_logo(), lines=(a_line(),) * 3)

    assert render_invoice(document) == render_invoice(document)


def test_a_long_invoice_repeats_its_heading_and_counts_its_pages() -> None:
    lines = tuple(a_line(description=f"License number {n}") for n in range(1, 61))

    pages = pages_of(a_document(lines=lines))

    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert "Description Quantity Price" in page
        assert f"Page {number} of 3" in page
        assert "Managing director" in page
    assert all(f"License number {n} " in " ".join(pages) for n in range(1, 61))
    assert all("Invoice INV-000042 · Aurora" in page for page in pages[1:])
    assert ["Total €" in page for page in pages] == [False, False, True]


def test_totals_and_terms_are_not_torn_apart() -> None:
    for lines_count in range(14, 19):
        pages = pages_of(a_document(lines=(a_line(),) * lines_count))

        assert "Tax amount" in pages[-1], lines_count
        assert "Bank account" in pages[-1], lines_count


def test_a_draft_says_so_on_every_page_and_asks_for_no_money() -> None:
    pages = pages_of(a_draft(lines=(a_line(),) * 40))

    assert len(pages) == 2
    assert all("DRAFT" in page for page in pages)
    assert not any("Please pay" in page or "Invoice date" in page for page in pages)


def test_a_discount_has_a_column_only_where_there_is_one() -> None:
    discounted = a_line(discount_percent=Decimal("12.50"))

    (without,) = pages_of(a_document())
    (with_one,) = pages_of(a_document(lines=(a_line(), discounted)))

    assert "Discount" not in without
    assert "€9.90 – €11,880.00" in with_one
    assert "€9.90 12.5% €11,880.00" in with_one


def test_lines_of_several_orders_name_their_order_and_customer() -> None:
    other = a_line(order_number="O-000018", delivered_to="Lea GmbH (A-00044)")

    (page,) = pages_of(a_document(lines=(a_line(), other)))

    assert "License 1,200" in page
    assert "Order O-000017" in page
    assert "Order O-000018 Delivered to Lea GmbH (A-00044)" in page


def test_one_end_customer_for_all_lines_stands_in_the_head() -> None:
    (page,) = pages_of(a_document(lines=(a_line(delivered_to="Lea GmbH"),) * 2))

    assert page.count("Lea GmbH") == 1


def test_a_long_description_wraps_and_loses_nothing() -> None:
    words = " ".join(f"word{n}" for n in range(40))

    (page,) = pages_of(a_document(lines=(a_line(description=words),)))

    assert all(f"word{n}" in page for n in range(40))


def test_a_very_large_amount_stays_in_its_column() -> None:
    net = Money(Decimal("8774999912.25"), "EUR")
    line = a_line(discount_percent=Decimal("12.25"), net=net)
    sizes: dict[str, float] = {}

    def note_size(text: str, *places: Any) -> None:
        sizes.setdefault(text.strip(), places[-1])  # the table of lines comes first

    page = PdfReader(io.BytesIO(render_invoice(a_document(lines=(line,))))).pages[0]
    page.extract_text(visitor_text=note_size)

    assert sizes["€8,774,999,912.25"] < sizes["12.25%"]


def test_a_document_is_written_in_its_language() -> None:
    (page,) = pages_of(a_document(language="de"))

    assert "14.137,20 €" in page
    assert "Deutschland" in page


def test_a_country_nobody_knows_stays_as_it_is() -> None:
    (page,) = pages_of(a_document(buyer=replace(BUYER, country="XQ")))

    assert "XQ" in page


def test_a_bare_buyer_and_seller_make_a_bill_too() -> None:
    (page,) = pages_of(
        a_document(seller=Seller(name="Aurora"), buyer=Buyer(name="Lea"))
    )

    assert "Tax number" not in page
    assert "Payment method" not in page
    assert "Bank account" not in page
    assert "Lea" in page


def test_the_logo_takes_the_place_of_the_name() -> None:
    with_logo = PdfReader(io.BytesIO(render_invoice(a_document(logo=_a_logo()))))
    without = PdfReader(io.BytesIO(render_invoice(a_document())))

    assert len(with_logo.pages[0].images) == 1
    assert len(without.pages[0].images) == 0


def test_a_logo_that_cannot_be_read_gives_way_to_the_name() -> None:
    broken = a_document(logo=b"not a picture")

    assert render_invoice(broken) == render_invoice(a_document())


def test_the_file_says_what_it_is_and_when_it_was_made() -> None:
    facts = PdfReader(io.BytesIO(render_invoice(a_document()))).metadata

    assert facts is not None
    assert (facts.title, facts.author) == ("Invoice INV-000042", SELLER.name)
    assert facts.creation_date == datetime(2030, 1, 15, 12, tzinfo=UTC)


def _a_logo() -> bytes:
    picture = io.BytesIO()
    Image.new("RGBA", (300, 80), (79, 70, 229, 128)).save(picture, "PNG")
    return picture.getvalue()


def test_several_po_codes_stand_at_their_lines() -> None:
    lines = (
        a_line(order_number="O-000017", po_code="PO-1"),
        a_line(order_number="O-000018", po_code="PO-2"),
        a_line(order_number="O-000019"),
    )

    (page,) = pages_of(a_document(po_code="", lines=lines))

    assert "Order O-000017 PO code PO-1" in page
    assert "Order O-000018 PO code PO-2" in page
    assert page.count("PO code") == 2
