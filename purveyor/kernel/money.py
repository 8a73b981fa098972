"""An amount with its currency, rounded when it is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language, to_locale

from purveyor.kernel.errors import Refused


class CurrenciesDiffer(Refused):
    """Two amounts in different currencies cannot be added or compared."""

    code = "money.currencies_differ"


@dataclass(frozen=True, slots=True)
class Money:
    """
    An amount of one currency.

    Units:  the currency's own minor unit; rounded half up on creation, so a sum of
            lines is the sum of what stands on the page.
    Errors: `CurrenciesDiffer` when currencies would mix.
    Source: docs/decisions/0005-money.md
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        step = _minor_unit(self.currency)
        rounded = Decimal(self.amount).quantize(step, rounding=ROUND_HALF_UP)
        object.__setattr__(self, "amount", rounded)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __str__(self) -> str:
        locale = to_locale(get_language() or "en")
        return str(format_currency(self.amount, self.currency, locale=locale))

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} cannot be mixed."
            raise CurrenciesDiffer(message, ours=self.currency, theirs=other.currency)
        return other


@cache
def _minor_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-get_currency_precision(currency))


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of amounts, nought of the currency if there are none."""
    return sum(amounts, Money(Decimal(0), currency))
