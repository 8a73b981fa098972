"""Prices from a spreadsheet: shown first, applied once and as shown."""

from datetime import datetime
from decimal import Decimal

import pytest

from purveyor.domain.catalogue.import_plan import COLUMNS, Change
from purveyor.domain.catalogue.importing import (
    IMPORT_ROWS_MAX,
    NothingToImport,
    StalePreview,
    WrongColumns,
    WrongRows,
    apply_import,
    discard_import,
    export_rows,
    get_import,
    imports_of,
    plan_of,
    send_prices,
)
from purveyor.domain.catalogue.lifecycle import ImportState
from purveyor.domain.catalogue.models import Price, PriceImport, PriceList
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.sheets import SheetUnreadable, write_excel
from tests.factories.catalogue import a_price, a_price_list, a_product
from tests.factories.moments import DAN

MIA = "mia@distributor.example"
FILE = """Code;Product;From quantity;Price;Cost
A;Mailbox;1;10,50;7,00
A;Mailbox;50;9,00;7,00
B;Bundle;;20.00;15
C;Typo;1;1;1
B;Bundle;1;x;15
"""


@pytest.fixture
def price_list() -> PriceList:
    """Return a list with a price of product A, and none of B."""
    a_product(code="A", price="9.90")
    found = PriceList.objects.get()
    a_product(code="B", price="1", currency="USD")
    return found


def sent(
    price_list: PriceList, now: datetime, text: str = FILE, *, actor: str = DAN
) -> PriceImport:
    return send_prices(
        price_list=price_list,
        file_name="prices.csv",
        content=text.encode(),
        actor=actor,
        now=now,
    )


def applied(price_import: PriceImport, now: datetime, **how: bool) -> PriceImport:
    apply_import(
        price_import=price_import,
        token=plan_of(price_import).token,
        leaves_out_wrong=how.get("leaves_out_wrong", True),
        actor=DAN,
        now=now,
    )
    return get_import(pk=price_import.pk)


def prices(price_list: PriceList) -> list[tuple[str, int, str, str]]:
    found = Price.objects.filter(price_list=price_list).select_related("product")
    return [
        (p.product.code, p.from_quantity, str(p.unit_price), str(p.unit_cost))
        for p in found.order_by("product__code", "from_quantity")
    ]


# ------------------------------------------------------------------ look


def test_a_file_that_was_sent_changes_nothing_yet(price_list, now: datetime) -> None:
    plan = plan_of(sent(price_list, now))

    assert [(each.number, each.change) for each in plan.rows] == [
        (2, Change.CHANGED),
        (3, Change.ADDED),
        (4, Change.ADDED),
        (5, Change.WRONG),
        (6, Change.WRONG),
    ]
    assert prices(price_list) == [("A", 1, "9.90", "7.00")]


def test_an_excel_file_is_read_as_its_csv_is(price_list, now: datetime) -> None:
    content = write_excel(
        title="Prices",
        headings=["Code", "Price", "Cost", "Our remarks"],
        rows=[["A", Decimal("10.50"), 7, "=1+1"], ["B", 20, 15, ""]],
    )

    price_import = send_prices(
        price_list=price_list,
        file_name="prices.xlsx",
        content=content,
        actor=DAN,
        now=now,
    )

    assert [(r.change, r.unit_price) for r in plan_of(price_import).rows] == [
        (Change.CHANGED, Decimal("10.50")),
        (Change.ADDED, Decimal("20.00")),
    ]


@pytest.mark.parametrize(
    ("text", "refusal", "told"),
    [
        ("Code;Price\nA;9", WrongColumns, "The column “cost” is missing"),
        (
            "Code;Price;Cost;Unit price\nA;9;7;8",
            WrongColumns,
            "two columns for “price”",
        ),
        ("Code;Price;Cost", NothingToImport, "no row below the headings"),
        ("", SheetUnreadable, "empty"),
    ],
    ids=["column missing", "column twice", "no row", "empty"],
)
def test_a_file_that_cannot_be_read_is_refused(
    text, refusal, told, price_list, now: datetime
) -> None:
    with pytest.raises(refusal, match=told):
        sent(price_list, now, text)

    assert not PriceImport.objects.exists()


def test_a_file_with_too_many_rows_is_refused(price_list, now: datetime) -> None:
    rows = "A;9;7\n" * (IMPORT_ROWS_MAX + 1)

    with pytest.raises(SheetUnreadable, match="more than 5000 rows"):
        sent(price_list, now, f"Code;Price;Cost\n{rows}")


def test_a_newer_file_replaces_ones_own_older_one(price_list, now: datetime) -> None:
    older, others = sent(price_list, now), sent(price_list, now, actor=MIA)

    newer = sent(price_list, now)

    states = {each.pk: each.state for each in imports_of(price_list)}
    assert states == {
        older.pk: ImportState.DISCARDED,
        others.pk: ImportState.PROPOSED,
        newer.pk: ImportState.PROPOSED,
    }


# ------------------------------------------------------------------ apply


def test_an_import_sets_prices_leaves_out_wrong_rows_and_keeps_the_others(
    price_list, now: datetime
) -> None:
    found = applied(sent(price_list, now), now)

    assert prices(price_list) == [
        ("A", 1, "10.50", "7.00"),
        ("A", 50, "9.00", "7.00"),
        ("B", 1, "20.00", "15.00"),
    ]
    assert (found.state, found.ended_by) == (ImportState.APPLIED, DAN)
    assert (found.added_count, found.changed_count, found.left_out_count) == (2, 1, 2)
    told = Entry.objects.filter(record_type="catalogue.pricelist").order_by("pk")
    assert [(e.verb, e.before, e.after) for e in told] == [
        ("set_price", "9.90 EUR (cost 7.00)", "10.50 EUR (cost 7.00)"),
        ("set_price", "", "50+: 9.00 EUR (cost 7.00)"),
        ("set_price", "", "20.00 EUR (cost 15.00)"),
        ("import_prices", "", ""),
    ]
    assert [each.facts for each in told][-1]["file"] == "prices.csv"


def test_what_was_imported_is_told_later_as_it_was(price_list, now: datetime) -> None:
    found = applied(sent(price_list, now), now)
    Price.objects.update(unit_price=1)

    first = plan_of(found).rows[0]

    assert (first.change, first.old_price, first.unit_price) == (
        Change.CHANGED,
        Decimal("9.90"),
        Decimal("10.50"),
    )


def test_wrong_rows_are_left_out_only_if_that_is_said(
    price_list, now: datetime
) -> None:
    price_import = sent(price_list, now)

    with pytest.raises(WrongRows, match="2 rows are wrong"):
        applied(price_import, now, leaves_out_wrong=False)

    assert prices(price_list) == [("A", 1, "9.90", "7.00")]
    assert get_import(pk=price_import.pk).state == ImportState.PROPOSED


def test_an_import_is_applied_as_it_was_shown_or_not_at_all(
    price_list, now: datetime
) -> None:
    price_import = sent(price_list, now)
    token = plan_of(price_import).token
    Price.objects.filter(price_list=price_list).update(unit_price="9.80")

    with pytest.raises(StalePreview):
        apply_import(
            price_import=price_import,
            token=token,
            leaves_out_wrong=True,
            actor=DAN,
            now=now,
        )

    assert prices(price_list) == [("A", 1, "9.80", "7.00")]


def test_an_import_is_applied_once(price_list, now: datetime) -> None:
    price_import = sent(price_list, now)
    same_in_another_tab = get_import(pk=price_import.pk)
    applied(price_import, now)

    with pytest.raises(MoveRefused):
        applied(same_in_another_tab, now)
    with pytest.raises(MoveRefused):
        discard_import(price_import=same_in_another_tab, actor=DAN, now=now)


def test_a_file_that_changes_nothing_is_not_applied(price_list, now: datetime) -> None:
    price_import = sent(price_list, now, "Code;Price;Cost\nA;9.90;7.00")

    with pytest.raises(NothingToImport):
        applied(price_import, now)


# ------------------------------------------------------------------ export


def test_an_export_can_be_filled_in_and_imported_again(
    price_list, now: datetime
) -> None:
    a_price(product=a_product(code="A"), price="9.00", from_quantity=50)
    other = a_price_list(name="Other", is_default=False)
    rows = list(export_rows(price_list))

    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("A", 1, Decimal("9.90")),
        ("A", 50, Decimal("9.00")),
        ("B", 1, None),
    ]
    content = write_excel(title="x", headings=COLUMNS, rows=rows)
    back = send_prices(
        price_list=other, file_name="x.xlsx", content=content, actor=DAN, now=now
    )
    applied(back, now)
    assert prices(other) == prices(price_list)
    again = send_prices(
        price_list=price_list, file_name="x.xlsx", content=content, actor=DAN, now=now
    )
    assert [each.change for each in plan_of(again).rows] == [
        Change.UNCHANGED,
        Change.UNCHANGED,
        Change.EMPTY,
    ]
