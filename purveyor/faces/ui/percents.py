"""A share of a hundred, as people read it."""

from decimal import Decimal

from babel.numbers import format_percent
from django.utils.translation import get_language, to_locale

WHOLE = 100
PATTERN = "#,##0.##\N{NO-BREAK SPACE}%"


def percent(value: Decimal | int) -> str:
    """Return a share in the reader's format, with decimals only where there are any."""
    locale = to_locale(get_language() or "en")
    return str(format_percent(Decimal(value) / WHOLE, PATTERN, locale=locale))
