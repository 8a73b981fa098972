"""The welcome mail as it is before staff have written their own."""

from functools import cache

from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.starters import FOLDER, WELCOME_SUBJECT

WELCOME = "Welcome BitTitan Integration customer"


@cache
def default_texts() -> Texts:
    """Return the texts that come with the product, in English."""
    return welcome_texts()["en"]


@cache
def welcome_texts() -> dict[str, Texts]:
    """Return the texts that come with the product, by language."""
    return {
        "en": texts_in("welcome", subject=WELCOME_SUBJECT["en"]),
        "de": texts_in("welcome.de", subject=WELCOME_SUBJECT["de"]),
    }


def texts_in(file: str, *, subject: str) -> Texts:
    """Return the texts that stand in two files."""
    return Texts(
        subject=subject,
        text=(FOLDER / f"{file}.txt").read_text(encoding="utf-8"),
        html=(FOLDER / f"{file}.html").read_text(encoding="utf-8"),
    )
