"""The sums of an order: each amount is rounded on its line, and lines are added."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor.domain.orders.models import OrderItem
from purveyor.domain.orders.queries import totals_of
from purveyor.kernel.money import CurrenciesDiffer, Money


def an_item(
    *,
    price: str = "9.90",
    cost: str = "7.00",
    quantity: int = 10,
    discount: str = "0",
    tax: str = "19",
    currency: str = "EUR",
) -> OrderItem:
    return OrderItem(
        quantity=quantity,
        currency=currency,
        unit_price=Decimal(price),
        unit_cost=Decimal(cost),
        discount_percent=Decimal(discount),
        tax_percent=Decimal(tax),
    )


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    ("item", "gross", "discount", "net", "tax", "cost"),
    [
        ({}, "99.00", "0.00", "99.00", "18.81", "70.00"),
        ({"discount": "100"}, "99.00", "99.00", "0.00", "0.00", "70.00"),
        ({"tax": "0"}, "99.00", "0.00", "99.00", "0.00", "70.00"),
        (
            {"price": "9.99", "quantity": 3, "discount": "12.5"},
            "29.97",
            "3.75",
            "26.22",
            "4.98",
            "21.00",
        ),
        (
            {"price": "0.01", "quantity": 1, "discount": "50"},
            "0.01",
            "0.01",
            "0.00",
            "0.00",
            "7.00",
        ),
        (
            {"price": "0.50", "quantity": 1, "tax": "5"},
            "0.50",
            "0.00",
            "0.50",
            "0.03",
            "7.00",
        ),
    ],
    ids=["plain", "free", "no tax", "rounded", "half a cent off", "half a cent of tax"],
)
def test_the_amounts_of_a_line(item, gross, discount, net, tax, cost) -> None:
    line = an_item(**item)

    assert (line.gross, line.discount) == (eur(gross), eur(discount))
    assert (line.net, line.tax, line.cost) == (eur(net), eur(tax), eur(cost))


def test_totals_are_the_sums_of_rounded_lines() -> None:
    lines = [an_item(price="0.10", quantity=1, cost="0.07") for _n in range(3)]

    totals = totals_of(items=lines, currency="EUR")

    # 3 × 0.019 is 0.057, yet each line says 0.02.
    assert totals.tax == eur("0.06")
    assert (totals.net, totals.total) == (eur("0.30"), eur("0.36"))
    assert (totals.cost, totals.margin) == (eur("0.21"), eur("0.09"))


def test_the_totals_of_nothing_are_nought() -> None:
    totals = totals_of(items=[], currency="EUR")

    assert totals.total == totals.margin == totals.discount == eur("0")


def test_totals_never_mix_currencies() -> None:
    with pytest.raises(CurrenciesDiffer):
        totals_of(items=[an_item(), an_item(currency="USD")], currency="EUR")


lines = st.builds(
    an_item,
    price=st.decimals(0, 10_000, places=2).map(str),
    cost=st.decimals(0, 10_000, places=2).map(str),
    quantity=st.integers(1, 10_000),
    discount=st.decimals(0, 100, places=2).map(str),
    tax=st.decimals(0, 100, places=2).map(str),
)


@given(st.lists(lines, max_size=8))
def test_what_is_printed_adds_up(items) -> None:
    totals = totals_of(items=items, currency="EUR")

    assert totals.net.amount == sum((i.net.amount for i in items), Decimal(0))
    assert totals.total == totals.net + totals.tax
    assert totals.margin + totals.cost == totals.net
    gross = sum((i.gross.amount for i in items), Decimal(0))
    assert (totals.net + totals.discount).amount == gross


@given(lines)
def test_a_line_is_never_negative_and_never_above_its_price(item) -> None:
    nought = Money(Decimal(0), "EUR")

    assert not item.net < nought
    assert not item.gross < item.net
    assert not item.tax < nought
