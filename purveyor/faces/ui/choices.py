"""What can be chosen on forms: countries and currencies, by their names."""

from collections.abc import Iterator
from functools import lru_cache

from babel import Locale
from babel.numbers import get_territory_currencies
from django.utils.translation import get_language, to_locale

#: Codes among the territories that are no countries.
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}

Choice = tuple[str, str]


def country_choices() -> list[Choice]:
    """Return the countries by name, in the reader's language."""
    return [("", "—"), *_countries(_language())]


def currency_choices() -> list[Choice]:
    """Return the currencies in use today, by code."""
    return list(_currencies(_language()))


def country_name(code: str) -> str:
    """Return a country's name, or its code if it is not known."""
    return dict(_countries(_language())).get(code, code)


def _language() -> str:
    return to_locale(get_language() or "en")


@lru_cache(maxsize=16)
def _countries(language: str) -> tuple[Choice, ...]:
    names = Locale.parse(language).territories.items()
    found = ((code, name) for code, name in names if _is_country(code))
    return tuple(sorted(found, key=lambda choice: choice[1]))


@lru_cache(maxsize=16)
def _currencies(language: str) -> tuple[Choice, ...]:
    names = Locale.parse(language).currencies
    return tuple((code, f"{code} – {names.get(code, code)}") for code in _in_use())


def _in_use() -> Iterator[str]:
    countries = (code for code, _name in _countries("en"))
    used = {each for code in countries for each in get_territory_currencies(code)}
    yield from sorted(used)


def _is_country(code: str) -> bool:
    return len(code) == len("DE") and code.isalpha() and code not in NO_COUNTRIES
