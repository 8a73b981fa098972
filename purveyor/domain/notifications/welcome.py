"""The welcome mail as it is before staff have written their own."""

from collections.abc import Mapping
from functools import cache

from purveyor.domain.notifications.first_words import WELCOME_SUBJECT
from purveyor.domain.notifications.frames import framed, parts_in, read
from purveyor.domain.notifications.rendering import Texts

WELCOME = "Welcome BitTitan Integration customer"


@cache
def default_texts() -> Texts:
    """Return the texts that come with the product, in English."""
    return welcome_texts()["en"]


@cache
def welcome_texts() -> dict[str, Texts]:
    """Return the texts that come with the product, by language."""
    return texts_in({"en": "welcome", "de": "welcome.de"}, subjects=WELCOME_SUBJECT)


def texts_in(
    files: Mapping[str, str], *, subjects: Mapping[str, str]
) -> dict[str, Texts]:
    """Return the texts that stand in two files for each language, in their frame."""
    return {
        language: Texts(
            subject=subjects[language],
            text=read(f"{file}.txt"),
            html=framed(parts_in(f"{file}.html"), language=language),
        )
        for language, file in files.items()
    }
