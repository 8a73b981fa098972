"""Small parts of the Storefront's pages."""

import pytest

from purveyor.faces.storefront.templatetags.shop import whole


def test_no_line_breaks_in_a_number_or_a_code() -> None:
    assert whole("PO-2030-0042") == '<span class="whole">PO-2030-0042</span>'


def test_a_code_that_is_wider_than_a_phone_may_break() -> None:
    assert whole("PO-" + "7" * 30) == "PO-" + "7" * 30


@pytest.mark.parametrize("code", ["<b>", "<b>" * 20])
def test_a_code_is_no_markup(code: str) -> None:
    assert "<b>" not in whole(code)
