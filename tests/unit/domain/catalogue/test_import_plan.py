"""A file with prices against the list: what would change, and what is wrong where."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor.domain.catalogue.import_plan import (
    Change,
    FileRow,
    Held,
    ImportPlan,
    Sold,
    compare_file,
    row_kept,
    rows_from,
)

PRODUCTS = {"MBX": Sold(1, "Mailbox"), "UMB": Sold(2, "Bundle")}
HELD = {
    (1, 1): Held(Decimal("9.90"), Decimal("7.00")),
    (1, 50): Held(Decimal("9.00"), Decimal("7.00")),
}


def row(
    code: str = "MBX", price: str = "9.90", cost: str = "7.00", **more: str
) -> dict[str, str]:
    cells = {"code": code, "price": price, "cost": cost}
    return {**cells, **{name.replace("_", " "): cell for name, cell in more.items()}}


def plan(*rows: dict[str, str], currency: str = "EUR") -> ImportPlan:
    numbered = [FileRow(number, cells) for number, cells in enumerate(rows, start=2)]
    return compare_file(numbered, currency=currency, products=PRODUCTS, held=HELD)


@pytest.mark.parametrize(
    ("cells", "change", "old"),
    [
        (row(price="10.50"), Change.CHANGED, "9.90"),
        (row(cost="7.10"), Change.CHANGED, "9.90"),
        (row(), Change.UNCHANGED, "9.90"),
        (row(price="9.9", cost="7"), Change.UNCHANGED, "9.90"),
        (row(price="9,90"), Change.UNCHANGED, "9.90"),
        (row(price="9.900000000000002"), Change.UNCHANGED, "9.90"),
        (row(from_quantity="50", price="8.80"), Change.CHANGED, "9.00"),
        (row(from_quantity="100", price="8.50"), Change.ADDED, None),
        (row(code="UMB", price="20"), Change.ADDED, None),
        (row(price="", cost=""), Change.EMPTY, None),
        (row(currency="eur", price="1"), Change.CHANGED, "9.90"),
    ],
    ids=[
        "price",
        "cost",
        "same",
        "written shorter",
        "written with a comma",
        "what Excel leaves",
        "step",
        "new step",
        "new product",
        "nothing given",
        "currency named",
    ],
)
def test_each_row_is_compared_with_what_is_on_the_list(cells, change, old) -> None:
    (found,) = plan(cells).rows

    assert found.change == change
    assert found.old_price == (None if old is None else Decimal(old))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (row(code=""), "The code is missing."),
        (row(code="mbx"), "no product with the code “mbx”"),
        (row(price=""), "The price is missing. Write price and cost"),
        (row(cost=""), "The cost is missing."),
        (row(price="ten"), "The price “ten” is not a number. Write it like 1234.50."),
        (row(price="9.90 €"), "is not a number"),
        (row(price="1,234"), "can be read in two ways"),
        (row(from_quantity="1.000"), "can be read in two ways"),
        (row(price="-1"), "from 0"),
        (row(cost="7.12345"), "finer than what is billed in EUR"),
        (row(price="99999999999"), "below 10,000,000,000"),
        (row(from_quantity="0"), "“0” is no quantity"),
        (row(from_quantity="2.5"), "“2.5” is no quantity"),
        (row(from_quantity="10001"), "from 1 to 10000"),
        (row(currency="USD"), "The row is in USD, this list in EUR."),
    ],
)
def test_a_wrong_row_says_what_is_wrong_and_what_to_do(cells, told) -> None:
    (found,) = plan(cells).rows

    assert found.change == Change.WRONG
    assert told in found.trouble
    assert found.number == 2


def test_of_two_rows_for_one_price_the_second_is_wrong() -> None:
    first, other_step, again = plan(
        row(price="9"), row(from_quantity="10"), row(price="8", from_quantity="1")
    ).rows

    assert (first.change, other_step.change) == (Change.CHANGED, Change.ADDED)
    assert again.trouble == "Row 2 has the same product and quantity. Keep one."


def test_a_row_below_cost_is_not_wrong_but_marked() -> None:
    (found,) = plan(row(price="6.99")).rows

    assert (found.change, found.is_below_cost) == (Change.CHANGED, True)


def test_rows_are_counted_and_only_changes_are_written() -> None:
    whole = plan(row(), row(code="UMB"), row(code="x"), row(price="", cost=""))

    assert {change.name: count for change, count in whole.counts.items()} == {
        "WRONG": 1,
        "ADDED": 1,
        "CHANGED": 0,
        "UNCHANGED": 1,
        "EMPTY": 1,
    }
    assert [each.code for each in whole.changes] == ["UMB"]


def test_the_token_is_that_of_this_plan_alone() -> None:
    assert plan(row(price="9")).token == plan(row(price="9.00")).token
    assert plan(row(price="9")).token != plan(row(price="8")).token


CELLS = st.sampled_from(("", "MBX", "UMB", "no", "1", "9.90", "1,234", "-3", "1e9"))


@given(
    st.lists(
        st.builds(row, code=CELLS, price=CELLS, cost=CELLS, from_quantity=CELLS),
        max_size=8,
    )
)
def test_whatever_a_file_holds_every_row_is_told_and_kept_as_it_is(rows) -> None:
    whole = plan(*rows)

    assert [each.number for each in whole.rows] == list(range(2, len(rows) + 2))
    assert sum(whole.counts.values()) == len(rows)
    assert all(
        bool(each.trouble) == (each.change == Change.WRONG) for each in whole.rows
    )
    steps = [(each.product_id, each.from_quantity) for each in whole.changes]
    assert len(set(steps)) == len(steps)
    assert tuple(rows_from([row_kept(each) for each in whole.rows])) == whole.rows
