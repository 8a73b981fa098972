"""Tax numbers: whether they fit the rules of their country, and what follows."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as WrongNumber

from purveyor.kernel.errors import Refused

GREECE = {"GR": "EL"}  # tax numbers of Greece begin with EL
#: Where a number on an invoice decides about the tax: a wrong one must not stand there.
UNION = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR"),
        *("HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO"),
        *("SE", "SI", "SK"),
    )
)
#: Where a number is written with its country before it.
WITH_PREFIX = UNION | {"GB", "NO", "XI"}


class WrongTaxNumber(Refused):
    """The tax number does not fit the rules of its country."""

    code = "accounts.wrong_tax_number"


@dataclass(frozen=True, slots=True)
class TaxNumber:
    """A tax number as it is kept, the rules it fits, and what a person should know."""

    number: str
    country: str = ""  # whose rules it fits; empty if none are known
    warning: str = ""


def read_tax_number(*, number: str, country: str) -> TaxNumber:
    """
    Return a tax number as its country writes it, without spaces.

    Within the European Union a wrong number on an invoice has consequences for both
    sides, so it is refused. Elsewhere nobody forbids to keep it: there is a warning.

    Shape:  a country without a known rule takes any number. A firm may be registered in
            another country of the Union than it lives in: its number is then kept.
    Errors: `WrongTaxNumber`, with the reason.
    Source: python-stdnum, which holds the rules of each country.
    """
    rule = get_cc_module(country.lower(), "vat") if country else None
    if not number.strip() or rule is None:
        return TaxNumber(number.strip())
    try:
        return TaxNumber(_written(rule.validate(number), country), country)
    except WrongNumber as error:
        reason = error
    if country in UNION:
        return _of_another(number, country, reason)
    told = _(
        "%(number)s does not look like a tax number of %(country)s: %(reason)s "
        "It is kept as it was typed; check it with the customer."
    ) % {"number": number.strip(), "country": country, "reason": str(reason)}
    return TaxNumber(number.strip(), warning=told)


def checked_tax_number(*, number: str, country: str) -> str:
    """
    Return a tax number as its country writes it.

    :raises WrongTaxNumber: if it is wrong, and its country is in the European Union.
    """
    return read_tax_number(number=number, country=country).number


def _written(bare: Any, country: str) -> str:
    """Return a number with its country before it, where numbers are written so."""
    prefix = GREECE.get(country, country) if country in WITH_PREFIX else ""
    return str(bare) if str(bare).startswith(prefix) else f"{prefix}{bare}"


def _of_another(number: str, country: str, reason: Exception) -> TaxNumber:
    """Return a number of another country of the Union, or refuse it."""
    begins = number.strip()[:2].upper()
    named = next((here for here, sign in GREECE.items() if sign == begins), begins)
    rule = get_cc_module(named.lower(), "vat") if named in UNION - {country} else None
    if rule is not None:
        try:
            kept = _written(rule.validate(number), named)
        except WrongNumber as error:
            country, reason = named, error
        else:
            told = _(
                "%(number)s is a tax number of %(other)s, the billing address is in "
                "%(country)s. Check that this is so."
            ) % {"number": kept, "other": named, "country": country}
            return TaxNumber(kept, named, told)
    message = _(
        "%(number)s is not a valid tax number of %(country)s: %(reason)s "
        "Correct it, or leave it empty."
    ) % {"number": number, "country": country, "reason": str(reason)}
    raise WrongTaxNumber(message, country=country) from reason
