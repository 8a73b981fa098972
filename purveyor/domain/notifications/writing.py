"""Write a message: its columns, with the texts as far as they are known."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation

from purveyor.domain.accounts.models import MailLanguage
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.models import Message, Notification, Template
from purveyor.domain.notifications.news import News
from purveyor.domain.notifications.placeholders import names_of, placeholders_of
from purveyor.domain.notifications.recipients import addresses_of
from purveyor.domain.notifications.rendering import Texts, fill_in_all
from purveyor.domain.notifications.sources import news_of_delivery
from purveyor.kernel.errors import Refused
from purveyor.kernel.work.delays import give_up_at
from purveyor.kernel.work.models import Lane


class NoTexts(Refused):
    """A notification has no text in any language."""

    code = "notifications.no_texts"


def template_of(notification: Notification, language: str) -> Template:
    """
    Return the texts in a language; else in ours, else in the first there is.

    :raises NoTexts: if there are none at all.
    """
    found = {each.language: each for each in notification.templates.order_by("pk")}
    wanted = (language, our_language(), *found)
    for each in wanted:
        if each in found:
            return found[each]
    message = translation.gettext("The notification “%s” has no texts. Write them.")
    raise NoTexts(message % notification.name)


def our_language() -> str:
    """Return the language in which we work."""
    short = settings.LANGUAGE_CODE.partition("-")[0]
    return short if short in MailLanguage.values else MailLanguage.EN.value


def language_for(notification: Notification, news: News) -> str:
    """Return the language of those who read a mail: ours, or the customer's."""
    return our_language() if notification.is_internal else news.language


def texts_of(template: Template) -> Texts:
    """Return the texts of a template, with their placeholders."""
    return Texts(template.subject, template.text, template.html)


def filled(
    template: Template,
    news: News,
    *,
    recipient: str,
    texts: Texts | None = None,
    opened: dict[str, str] | None = None,
) -> Texts:
    """
    Return the texts of a mail to somebody, with days and amounts in its language.

    :raises Refused: if a text or a value is not one that can be sent.
    """
    notification = template.notification
    known = names_of(
        placeholders_of(notification.event, is_internal=notification.is_internal)
    )
    with translation.override(template.language):
        values = news.values(recipient) | (opened or {})
        shown = {name: value for name, value in values.items() if name in known}
        return fill_in_all(texts or texts_of(template), shown)


def columns_of(
    template: Template, news: News, *, recipient: str, now: datetime
) -> dict[str, object]:
    """Return the columns of a new message about a record, but for its texts."""
    return {
        "about_type": news.record,
        "about_id": news.pk,
        "about_label": news.label,
        "account": news.account,
        "order": news.order,
        "asset": news.asset,
        "recipient": recipient,
        "language": template.language,
        "message_id": new_message_id(),
        "lane": news.asset.lane if news.asset else Lane.BATCH,
        "created_at": now,
        "due_at": now,
        "give_up_at": give_up_at(now=now),
    }


def copies_of(
    notification: Notification, news: News, *, besides: Sequence[str]
) -> dict[str, list[str]]:
    """Return who else gets a mail; nobody twice."""
    told = {address.lower() for address in besides}
    copies: dict[str, list[str]] = {}
    for column, words in (
        ("copy_to", notification.cc),
        ("hidden_copy_to", notification.bcc),
    ):
        found = addresses_of(words, news)
        copies[column] = [each for each in found if each.lower() not in told]
        told |= {address.lower() for address in found}
    return copies


def columns_of_coupon(
    notification: Notification, asset: Asset, *, recipient: str, now: datetime
) -> dict[str, object]:
    """Return the columns of a message that brings a coupon, or reminds of it."""
    news = news_of_delivery(asset, now=now)
    template = template_of(notification, language_for(notification, news))
    try:
        masked = filled(template, news, recipient=recipient)
    except Refused:  # the worker meets it too, and then the message says why it waits
        masked = Texts(subject=notification.name, text="", html="")
    return {
        **columns_of(template, news, recipient=recipient, now=now),
        **copies_of(notification, news, besides=[recipient]),
        **stored(masked),
    }


def columns_of_repeat(
    message: Message, *, recipient: str, now: datetime
) -> dict[str, object]:
    """Return the columns of a message that says again what an earlier one said."""
    same = (
        *("about_label", "account_id", "order_id", "asset_id", "language"),
        *("subject", "masked_text", "masked_html"),
    )
    return {
        **{column: getattr(message, column) for column in same},
        "recipient": recipient,
        "message_id": new_message_id(),
        "created_at": now,
        "due_at": now,
        "give_up_at": give_up_at(now=now),
    }


def stored(masked: Texts) -> dict[str, object]:
    """Return the columns that hold what a mail says, with its code masked."""
    return {
        "subject": masked.subject,
        "masked_text": masked.text,
        "masked_html": masked.html,
    }


def new_message_id() -> str:
    """Return an id for a mail that no other mail has."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{uuid.uuid4().hex}@{host}>"
