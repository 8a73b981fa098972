"""What a person sees at a glance, in the light and in the dark."""

from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

Look = Literal["light", "dark"]

#: How much light a colour sends: its relative luminance, by WCAG.
LUMINANCE = """element => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = getComputedStyle(element).color;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map(
    (value) => ((value / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}"""


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_chosen_entry_of_the_menu_stands_out(desk: Page, look: Look) -> None:
    desk.emulate_media(color_scheme=look)
    desk.goto("/bss/orders/order/")
    menu = desk.locator("#nav-sidebar-apps")
    chosen, other = menu.locator("a.active"), menu.get_by_role("link", name="Contacts")
    expect(chosen).to_contain_text("Orders")

    is_brighter = light_of(chosen) > light_of(other)

    assert is_brighter is (look == "dark")


def light_of(word: Locator) -> float:
    """Return how bright a word is, from 0 to 1."""
    return float(word.evaluate(LUMINANCE))
