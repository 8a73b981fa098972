"""Small parts of the Storefront's pages: icons, and what a product looks like."""

from collections.abc import Sequence
from zlib import crc32

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from purveyor.domain.accounts.membership import Receiver
from purveyor.faces.ui.choices import country_name
from purveyor.faces.ui.percents import percent

register = template.Library()
register.filter(percent)

ARTS = 5
SELECTED = SafeString(" selected")
INITIALS_MAX = 2
WHOLE_MAX = 24  # what is longer has no room on a phone

#: Lines on a square of 24; drawn for this shop.
ICONS = {
    "arrow": "M5 12h14M13 6l6 6-6 6",
    "back": "M19 12H5M11 18l-6-6 6-6",
    "basket": "M3 9h18l-1.8 9.2a2 2 0 0 1-2 1.6H6.8a2 2 0 0 1-2-1.6zM8 9l3-6M16 9l-3-6",
    "building": "M4 21V5l8-2v18M12 8h7a1 1 0 0 1 1 1v12M2 21h20M8 8v.01M8 12v.01"
    "M8 16v.01M16 12v.01M16 16v.01",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
    "copy": "M9 9h11v11H9zM5 15H4V4h11v1",
    "down": "M6 9.5l6 6 6-6",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"
    "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    "file": "M6 3h8l4.5 4.5V21H6zM13.5 3v5h5M9 12.5h6M9 16h6",
    "flag": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5v5.5M12 16.5v.01",
    "grid": "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
    "half": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 3v18M12 7.5h6.5M12 12h8.5"
    "M12 16.5h6.5",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.5v.01",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "mail": "M3.5 6h17v12.5h-17zM3.5 7l8.5 6 8.5-6",
    "moon": "M20 14.5A8.3 8.3 0 0 1 9.5 4a8.3 8.3 0 1 0 10.5 10.5z",
    "out": "M10 4H5v16h5M15 8l4 4-4 4M19 12H9.5",
    "plus": "M12 5v14M5 12h14",
    "save": "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 20h15",
    "search": "M10.5 17.5a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM15.7 15.7L21 21",
    "sun": "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2.5v2M12 19.5v2"
    "M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4"
    "M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
    "swap": "M4 8.5h14M14.5 5l3.5 3.5-3.5 3.5M20 15.5H6M9.5 12L6 15.5 9.5 19",
    "ticket": "M3.5 7h17v3.5a1.7 1.7 0 0 0 0 3.4V17"
    "h-17v-3.1a1.7 1.7 0 0 0 0-3.4z"
    "M14.5 7v2M14.5 11v2M14.5 15v2",
    "trash": "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5",
    "pencil": "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19z M13.5 7l3.5 3.5",
    "people": "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0"
    "M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.2a6.5 6.5 0 0 1 3.5 5.8",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon; it says nothing by itself, so words stand beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        ICONS[name],
    )


@register.simple_tag
def options(accounts: Sequence[Receiver], chosen: str) -> SafeString:
    """Return a line of a choice for each of many accounts, quicker than a template."""
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        (
            (each.number, SELECTED if each.number == chosen else "", each.name)
            for each in accounts
        ),
    )


@register.filter
def art(code: str) -> str:
    """Return which of some looks a product has: always the same one."""
    return f"art-{crc32(code.encode()) % ARTS}"


@register.filter
def whole(code: str) -> SafeString:
    """Return a number or a code that no line breaks in, unless it is a long one."""
    if len(code) > WHOLE_MAX:
        return conditional_escape(code)
    return format_html('<span class="whole">{}</span>', code)


@register.filter
def initials(name: str) -> str:
    """Return the first letters of a name."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:INITIALS_MAX]).upper() or "?"


@register.filter
def country(code: str) -> str:
    """Return a country's name in the reader's language."""
    return country_name(code)
