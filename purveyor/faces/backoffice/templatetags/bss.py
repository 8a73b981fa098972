"""What the BSS's templates ask for."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from purveyor.faces.backoffice.frame import display
from purveyor.faces.backoffice.frame.menu import (
    address_of,
    group_of,
    line_above,
    name_in_path,
)
from purveyor.faces.backoffice.frame.shortcuts import shown_shortcuts

register = template.Library()

Part = dict[str, Any]


@register.filter
def breadcrumbs(parts: list[Part], path: str) -> list[Part]:
    """
    Return the parts of a page's path, beginning with its group in the menu.

    A page that is no record's stands by its address, `path`, under a line of the menu.
    """
    for place, part in enumerate(parts[:2]):
        address = str(part.get("link", ""))
        group = group_of(address)
        if group:
            named = {**part, "title": name_in_path(address) or part["title"]}
            return [{"title": group}, named, *parts[place + 1 :]]
    line = line_above(path) if len(parts) == 1 else None
    if line is None:
        return parts
    group, item = line
    address = address_of(item.page)
    above = [] if path == address else [{"title": item.title, "link": address}]
    return [{"title": group}, *above, *parts]


@register.filter
def at_beginning(text: object) -> str:
    """Return a text as it begins a line; an e-mail address stays as it is written."""
    return display.at_beginning(str(text))


@register.filter
def moment(value: datetime | None) -> str:
    """Return a moment as the distributor's clocks show it."""
    return display.moment(value)


@register.filter
def day(value: date | None) -> str:
    """Return a day."""
    return display.day(value)


@register.simple_tag
def badge(text: str, tone: str = "", href: str = "") -> SafeString:
    """Return a word in a coloured box."""
    return display.badge(text, tone, href=href)


@register.filter
def number(value: int) -> str:
    """Return a whole number that is read easily."""
    return f"{value:,}"


@register.simple_tag(takes_context=True)
def shortcuts(context: Part) -> Any:
    """Return the keyboard shortcuts of the person who looks, in groups."""
    return shown_shortcuts(context["request"])
