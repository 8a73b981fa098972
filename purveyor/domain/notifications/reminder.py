"""The reminder as it is before staff have written their own, and its first ladder."""

from functools import cache

from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.welcome import FOLDER

REMINDER = "BitTitan coupon code expires"
FIRST_LADDER = (30, 14, 3)


@cache
def reminder_texts() -> Texts:
    """Return the texts that come with the product."""
    return Texts(
        subject=(
            "{{ licenses }} × {{ product_name }}: redeem your coupon code "
            "before {{ redeem_before }}"
        ),
        text=(FOLDER / "reminder.txt").read_text(encoding="utf-8"),
        html=(FOLDER / "reminder.html").read_text(encoding="utf-8"),
    )
