"""The texts that come with the product stand in one frame, and are whole then."""

import re

import pytest

from purveyor.domain.notifications.defaults import NOTIFICATIONS, starter_texts
from purveyor.domain.notifications.frames import MARKS, framed
from purveyor.domain.notifications.models import Notification
from purveyor.domain.notifications.rendering import Texts

TEXTS = [
    pytest.param(language, texts, id=f"{name} ({language})")
    for name, columns in NOTIFICATIONS.items()
    for language, texts in starter_texts(Notification(name=name, **columns)).items()
]


@pytest.mark.parametrize(("language", "texts"), TEXTS)
def test_a_text_is_a_whole_mail_with_nothing_left_to_fill_in(
    language: str, texts: Texts
) -> None:
    html = texts.html

    assert html.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert html.endswith("</html>\n")
    assert re.search(r"@[a-z]+@", html) is None
    title = re.search("<title>(.+)</title>", html)
    assert title is not None
    assert f"  {title[1]}\n                </h1>" in html
    assert html.count("{{ organization_name }}") == 2


def test_a_part_keeps_its_lines_and_their_margins() -> None:
    parts = dict.fromkeys(MARKS, "–") | {
        "lead": "First line,\nsecond line.",
        "body": "<tr>\n  <td>\n\n</td>\n</tr>",
    }

    html = framed(parts, language="en")

    assert "                  First line,\n                  second line.\n" in html
    assert "            <tr>\n              <td>\n\n            </td>\n" in html


def test_a_frame_without_a_part_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="body"):
        framed({"title": "–", "preview": "–", "lead": "–"}, language="en")
