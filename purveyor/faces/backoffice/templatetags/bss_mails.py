"""What the templates of records ask for to show the mails about them."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Model

from purveyor.domain.notifications.queries import MessageRow, messages_about
from purveyor.faces.backoffice.frame.looks import (
    LOOKS_MAX,
    address_of_look,
    is_soon,
    looks_of,
)

register = template.Library()


@dataclass(frozen=True, slots=True)
class Mails:
    """The mails about a record, and where the page looks for more of them."""

    rows: tuple[MessageRow, ...]
    next_look: str


@register.simple_tag(takes_context=True)
def mails_about(
    context: dict[str, Any], record: Model, *, is_awaited: bool = False
) -> Mails | None:
    """
    Return the mails about a record; None for those who may not see them.

    The page looks again while mails are on their way, or awaited: not written yet.
    """
    request = context["request"]
    if not request.user.has_perm("notifications.view_message"):
        return None
    rows, look = messages_about(record), looks_of(request.GET)
    is_moving = any(row.is_on_its_way and is_soon(row.next_try_at) for row in rows)
    goes_on = look < LOOKS_MAX and (is_awaited or is_moving)
    return Mails(rows, address_of_look(request.path, look=look, goes_on=goes_on))
