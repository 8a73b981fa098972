"""Write a message: its columns, with the texts as far as they are known."""

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.letter import texts_of
from purveyor.domain.notifications.models import Template
from purveyor.domain.notifications.rendering import Texts, fill_in_all
from purveyor.domain.notifications.values import values_of
from purveyor.kernel.errors import Refused
from purveyor.kernel.work.delays import give_up_at


def template_named(name: str, *, first: Texts) -> Template:
    """Return a notification that comes with the product; made if it is not there."""
    written = {"subject": first.subject, "text": first.text, "html": first.html}
    return Template.objects.get_or_create(name=name, defaults=written)[0]


def columns_of(
    template: Template, asset: Asset, *, recipient: str, now: datetime
) -> dict[str, object]:
    """Return the columns of a new message about an asset, due now."""
    return {
        "recipient": recipient,
        "copy_to": template.copy_to,
        "message_id": _new_message_id(),
        "lane": asset.lane,
        "created_at": now,
        "due_at": now,
        "give_up_at": give_up_at(now=now),
        **stored(_masked_texts(template, asset, recipient=recipient, now=now)),
    }


def stored(masked: Texts) -> dict[str, object]:
    """Return the columns that hold what a mail says, with its code masked."""
    return {
        "subject": masked.subject,
        "masked_text": masked.text,
        "masked_html": masked.html,
    }


def _masked_texts(
    template: Template, asset: Asset, *, recipient: str, now: datetime
) -> Texts:
    try:
        values = values_of(asset, recipient=recipient, now=now)
        return fill_in_all(texts_of(template), values)
    except Refused:  # the worker meets it too, and then the message says why it waits
        return Texts(subject=template.name, text="", html="")


def _new_message_id() -> str:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{uuid.uuid4().hex}@{host}>"
