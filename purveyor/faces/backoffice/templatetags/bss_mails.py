"""What the templates of records ask for to show the mails about them."""

from typing import Any

from django import template
from django.db.models import Model

from purveyor.domain.notifications.queries import MessageRow, messages_about

register = template.Library()


@register.simple_tag(takes_context=True)
def mails_about(
    context: dict[str, Any], record: Model
) -> tuple[MessageRow, ...] | None:
    """Return the mails about a record; None for those who may not see them."""
    if not context["request"].user.has_perm("notifications.view_message"):
        return None
    return messages_about(record)
