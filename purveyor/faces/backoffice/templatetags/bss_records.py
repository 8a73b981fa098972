"""Badges, days and moments in the templates of records."""

from datetime import date, datetime

from django import template
from django.utils.safestring import SafeString

from purveyor.faces.backoffice import display

register = template.Library()


@register.simple_tag
def badge(status: str, text: object) -> SafeString:
    """Return a status as a coloured word."""
    return display.badge(text, display.TONES.get(str(status), ""))


@register.filter
def day(value: date | None) -> str:
    """Return a day in the reader's format."""
    return display.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    """Return a moment as the distributor's clocks show it."""
    return display.moment(value)
