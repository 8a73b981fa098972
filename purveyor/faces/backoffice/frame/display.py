"""How values look on the pages of the BSS: badges, money, days, links."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language, to_locale

from purveyor.kernel.money import Money

NOTHING = "–"
#: What a status looks like: green is done, blue goes on by itself, orange needs time or
#: care, red needs a person, grey is over or has not begun.
TONES = {
    "ACTIVE": "success",
    "SYNCHRONIZED": "success",
    "EXECUTED": "success",
    "PAID": "success",
    "SENT": "success",
    "DONE": "success",
    "MADE": "success",
    "ADOPTED": "success",
    "ENTERED": "success",
    "INVOICED": "success",
    "REDEEMED": "success",
    "CLEAN": "success",
    "APPLIED": "success",
    "READY": "success",
    "SUBMITTED": "info",
    "EXECUTING": "info",
    "ISSUED": "info",
    "SYNCHRONIZING": "info",
    "QUEUED": "info",
    "SENDING": "info",
    "OPEN": "info",
    "PENDING": "info",
    "LOOKING": "info",
    "APPLYING": "info",
    "ASKING": "info",
    "WRITING": "info",
    "AWAITING_APPROVAL": "warning",
    "UNCLEAR": "warning",
    "CANCELLING": "warning",
    "VANISHED": "warning",
    "PERHAPS_SENT": "warning",
    "UNAVAILABLE": "warning",
    "PLANNED": "warning",
    "PROPOSED": "warning",
    "FAILED": "danger",
    "REFUSED": "danger",
    "REJECTED": "danger",
}


def at_beginning(text: str) -> str:
    """Return a text as it begins a line; an e-mail address stays as it is written."""
    return text if "@" in text.partition(" ")[0] else str(capfirst(text))


def badge(text: object, tone: str = "", *, href: str = "") -> SafeString:
    """Return a word in a coloured box; tones: success, info, warning, danger, none."""
    tag = "a" if href else "span"
    link = format_html(' href="{}"', href) if href else ""
    return format_html(
        '<{}{} class="bss-badge" data-tone="{}">{}</{}>', tag, link, tone, text, tag
    )


def status_badge(record: Model, field: str, *, href: str = "") -> SafeString:
    """Return the badge of a record's status, in the words of its choices."""
    value = getattr(record, field)
    label = getattr(record, f"get_{field}_display")()
    return badge(label, TONES.get(value, ""), href=href)


def amount(value: Decimal | None, currency: str) -> str:
    """Return an amount in the reader's format."""
    return NOTHING if value is None else str(Money(value, currency))


def day(value: date | None) -> str:
    """Return a day in the reader's format."""
    return NOTHING if value is None else date_format(value)


def month(value: date) -> str:
    """Return the month of a day in the reader's format."""
    return _month_in(value.replace(day=1), to_locale(get_language() or "en"))


@lru_cache(maxsize=1_000)
def _month_in(value: date, locale: str) -> str:
    """Write a month; to find how a language writes it takes long."""
    return str(format_skeleton("yMMM", value, locale=locale))


def moment(value: datetime | None) -> str:
    """Return a moment as the distributor's clocks show it, in the reader's format."""
    if value is None:
        return NOTHING
    return date_format(localtime(value), "DATETIME_FORMAT")


def clock_time(value: datetime) -> str:
    """Return the time of a moment on the distributor's clocks, in hours and minutes."""
    return date_format(localtime(value), "TIME_FORMAT")


def page_of(record: Model) -> str:
    """Return the address of a record's page in the BSS, empty if it has none."""
    name = f"bss:{record._meta.app_label}_{record._meta.model_name}_change"
    try:
        return reverse(name, args=[record.pk])
    except NoReverseMatch:
        return ""


def name_of(record: Any) -> str:
    """Return how a record is called where one is chosen: its name and its number."""
    name, number = getattr(record, "name", ""), getattr(record, "number", "")
    return f"{name} ({number})" if name and number else str(record)


def link_to(record: Model | None, text: object = "") -> Any:
    """Return a link to a record's page; plain text if there is no such page."""
    if record is None:
        return NOTHING
    href = page_of(record)
    words = text or record
    return (
        format_html('<a class="bss-link" href="{}">{}</a>', href, words)
        if href
        else words
    )
