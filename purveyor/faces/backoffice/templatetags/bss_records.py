"""What the templates of records ask for besides `bss`."""

from django import template
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.safestring import SafeString

from purveyor.faces.backoffice.frame import display
from purveyor.faces.ui.percents import percent

register = template.Library()
register.filter(percent)


@register.simple_tag
def status(value: TextChoices, text: object = "", href: str = "") -> SafeString:
    """Return a status as a coloured word: its own, or other words for it."""
    words = text or value.label
    return display.badge(words, display.TONES.get(value.value, ""), href=href)


@register.simple_tag
def badge_of(value: str, text: str) -> SafeString:
    """Return a status that came as a plain value, in its words."""
    return display.badge(text, display.TONES.get(value, ""))


@register.simple_tag
def page_of(kind: str, record_id: int) -> str:
    """Return the address of a record's page; the kind is written `assets.asset`."""
    return reverse(f"bss:{kind.replace('.', '_')}_change", args=[record_id])


@register.filter
def tone(value: TextChoices) -> str:
    """Return the tone of a note about a record with this status."""
    return display.TONES.get(value.value, "")
