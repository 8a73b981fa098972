"""Whatever colour a distributor chooses, what is written in it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor.faces.storefront.frame.palette import (
    CONTRAST_LEAST,
    DAY,
    DAY_TINT,
    NIGHT,
    NIGHT_TINT,
    contrast,
    ink_on,
    readable_on,
    tint_of,
)

COLORS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize(("grounds", "share"), [(DAY, DAY_TINT), (NIGHT, NIGHT_TINT)])
@given(color=COLORS)
def test_words_in_the_colour_are_read_on_every_ground(
    grounds: tuple[str, ...], share: float, color: str
) -> None:
    tint = tint_of(color, grounds[0], share)

    words = readable_on(color, *grounds, tint)

    for ground in (*grounds, tint):
        assert contrast(words, ground) >= CONTRAST_LEAST


@given(color=COLORS)
def test_words_on_the_colour_are_read(color: str) -> None:
    assert contrast(ink_on(color), color) >= CONTRAST_LEAST


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert readable_on("#3b5bdb", *DAY) == "#3b5bdb"


def test_contrast_is_as_the_guidelines_count_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
