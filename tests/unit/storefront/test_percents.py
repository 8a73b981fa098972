"""A share is written as its reader writes shares."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from purveyor.faces.ui.percents import percent

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "share", "written"),
    [
        ("en", Decimal("19.00"), f"19{SPACE}%"),
        ("en", Decimal("12.50"), f"12.5{SPACE}%"),
        ("de", Decimal("12.50"), f"12,5{SPACE}%"),
        ("de", 0, f"0{SPACE}%"),
    ],
)
def test_decimals_stand_only_where_there_are_any(
    language: str, share: Decimal | int, written: str
) -> None:
    with override(language):
        assert percent(share) == written
