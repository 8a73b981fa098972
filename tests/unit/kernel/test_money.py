"""Money is rounded half up when it is made, and currencies never mix."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from purveyor.kernel.money import CurrenciesDiffer, Money, total

EUR, JPY, KWD = "EUR", "JPY", "KWD"
CENT = Decimal("0.01")

amounts = st.decimals(-(10**9), 10**9, places=6, allow_nan=False, allow_infinity=False)
percents = st.decimals(0, 100, places=2, allow_nan=False, allow_infinity=False)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), EUR)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1.004", EUR, "1.00"),
        ("1.005", EUR, "1.01"),
        ("-1.005", EUR, "-1.01"),
        ("2.675", EUR, "2.68"),
        ("0.5", JPY, "1"),
        ("0.0005", KWD, "0.001"),
    ],
    ids=["down", "half up", "half away from nought", "no float", "yen", "dinar"],
)
def test_an_amount_has_the_minor_unit_of_its_currency(
    amount, currency, expected
) -> None:
    assert str(Money(Decimal(amount), currency).amount) == expected


@given(amounts)
def test_rounding_moves_an_amount_by_half_a_cent_at_most(amount) -> None:
    rounded = Money(amount, EUR).amount

    assert abs(rounded - amount) <= CENT / 2
    assert Money(rounded, EUR).amount == rounded


@given(st.lists(amounts, max_size=20))
def test_the_sum_of_lines_is_the_sum_of_what_stands_on_the_page(lines) -> None:
    printed = [Money(line, EUR) for line in lines]

    assert total(printed, EUR).amount == sum((m.amount for m in printed), Decimal(0))


@given(amounts, amounts)
def test_what_is_added_can_be_taken_away_again(one, other) -> None:
    ours, theirs = Money(one, EUR), Money(other, EUR)

    assert ours + theirs == theirs + ours
    assert ours + theirs - theirs == ours


@given(st.decimals(0, 10**6, places=2), st.integers(1, 10_000), percents)
def test_a_price_less_its_discount_is_neither_negative_nor_more_than_the_price(
    price, quantity, percent
) -> None:
    gross = Money(price * quantity, EUR)
    discount = gross * (percent / 100)

    assert Decimal(0) <= (gross - discount).amount <= gross.amount


def test_the_sum_of_nothing_is_nought_of_the_currency() -> None:
    assert total([], JPY) == Money(Decimal(0), JPY)


@pytest.mark.parametrize(
    "mix",
    [
        lambda ours, theirs: ours + theirs,
        lambda ours, theirs: ours - theirs,
        lambda ours, theirs: ours < theirs,
        lambda ours, theirs: total([ours, theirs], EUR),
    ],
    ids=["added", "taken away", "compared", "summed"],
)
def test_currencies_never_mix(mix) -> None:
    with pytest.raises(CurrenciesDiffer, match="EUR and JPY") as refusal:
        mix(eur("1"), Money(Decimal(1), JPY))

    assert refusal.value.facts == {"ours": EUR, "theirs": JPY}


def test_amounts_of_one_currency_are_compared() -> None:
    assert eur("1.00") < eur("1.01")
    assert not eur("1.01") < eur("1.01")
    assert eur("1") == eur("1.00") != Money(Decimal(1), JPY)


def test_an_amount_is_printed_as_the_reader_is_used_to() -> None:
    with translation.override("en"):
        assert str(eur("1234.5")) == "€1,234.50"
    with translation.override("de"):
        assert str(eur("1234.5")) == "1.234,50\xa0€"


@pytest.mark.parametrize("field", ["amount", "currency"])
def test_an_amount_does_not_change_once_it_is_made(field) -> None:
    with pytest.raises(AttributeError):
        setattr(eur("1"), field, "2")
