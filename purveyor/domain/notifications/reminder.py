"""The reminder as it is before staff have written their own, and its first ladder."""

from functools import cache

from purveyor.domain.notifications.first_words import REMINDER_SUBJECT
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.welcome import texts_in

REMINDER = "BitTitan coupon code expires"
FIRST_LADDER = (30, 14, 3)


@cache
def reminder_texts() -> dict[str, Texts]:
    """Return the texts that come with the product, by language."""
    files = {"en": "reminder", "de": "reminder.de"}
    return texts_in(files, subjects=REMINDER_SUBJECT)
