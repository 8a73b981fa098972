"""What stands on an invoice adds up, and survives being written down."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor.domain.invoices.paper import Buyer, DocumentLine, Seller, tax_table
from purveyor.kernel.money import CurrenciesDiffer, Money, total


def a_line(
    net: str | Decimal = "100.00",
    *,
    percent: str | Decimal = "19.00",
    name: str = "VAT",
    currency: str = "EUR",
) -> DocumentLine:
    amount = Money(Decimal(net), currency)
    return DocumentLine(
        description="BitTitan Mailbox License",
        order_number="O-000001",
        delivered_to="",
        quantity=1,
        unit_price=amount,
        discount_percent=Decimal(0),
        net=amount,
        tax_name=name,
        tax_percent=Decimal(percent),
        tax=amount * (Decimal(percent) / 100),
    )


lines = st.lists(
    st.builds(
        a_line,
        st.decimals("0", "99999", places=2),
        percent=st.sampled_from(["0", "7", "7.7", "19", "25.50"]),
        name=st.sampled_from(["VAT", "GST"]),
        currency=st.just("EUR"),
    ),
    max_size=40,
)


@given(lines)
def test_the_tax_table_holds_every_cent_of_the_lines(lines: list[DocumentLine]) -> None:
    rows = tax_table(lines, "EUR")

    assert total((r.net for r in rows), "EUR") == total((x.net for x in lines), "EUR")
    assert total((r.tax for r in rows), "EUR") == total((x.tax for x in lines), "EUR")


@given(lines)
def test_each_tax_has_one_row_highest_first(lines: list[DocumentLine]) -> None:
    rows = tax_table(lines, "EUR")

    taxes = [(row.name, row.percent) for row in rows]
    assert set(taxes) == {(line.tax_name, line.tax_percent) for line in lines}
    assert len(taxes) == len(set(taxes))
    assert taxes == sorted(taxes, key=lambda tax: (-tax[1], tax[0]))


def test_tax_is_the_sum_of_lines_and_not_of_the_total() -> None:
    lines = [a_line("0.10", percent="5"), a_line("0.10", percent="5")]

    (row,) = tax_table(lines, "EUR")

    assert row.tax == Money(Decimal("0.02"), "EUR")  # 5 % of the sum were 0.01


def test_currencies_are_not_mixed() -> None:
    with pytest.raises(CurrenciesDiffer):
        tax_table([a_line(), a_line(currency="USD")], "EUR")


def test_both_parties_survive_being_written_as_json() -> None:
    seller = Seller(name="Ελλάς", address=("Λεωφόρος 1", "Αθήνα"), footer="§")
    buyer = Buyer(name="Żółw", payment_days=14, delivered_to={"7": "Lea (A-00007)"})

    written = json.loads(json.dumps([seller.to_json(), buyer.to_json()]))

    assert Seller.from_json(written[0]) == seller
    assert Buyer.from_json(written[1]) == buyer


def test_what_an_older_invoice_did_not_write_down_stays_empty() -> None:
    buyer = Buyer.from_json({"name": "Lea", "a field of tomorrow": "?"})

    assert buyer == Buyer(name="Lea")
