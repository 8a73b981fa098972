"""The welcome mail as it is before staff have written their own."""

from functools import cache
from pathlib import Path

from purveyor.domain.notifications.rendering import Texts

WELCOME = "Welcome BitTitan Integration customer"
FOLDER = Path(__file__).with_name("texts")


@cache
def default_texts() -> Texts:
    """Return the texts that come with the product."""
    return Texts(
        subject=WELCOME,
        text=(FOLDER / "welcome.txt").read_text(encoding="utf-8"),
        html=(FOLDER / "welcome.html").read_text(encoding="utf-8"),
    )
