"""What notifications say, in each language: edited, added, and tried."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import MailLanguage
from purveyor.domain.notifications.defaults import starter_texts
from purveyor.domain.notifications.letter import sender_of
from purveyor.domain.notifications.mail import Letter, Receipt
from purveyor.domain.notifications.models import Notification, Template
from purveyor.domain.notifications.news import News
from purveyor.domain.notifications.placeholders import placeholders_of, samples
from purveyor.domain.notifications.recipients import checked_address
from purveyor.domain.notifications.rendering import Texts, check_texts, fill_in_all
from purveyor.domain.notifications.rules import put_texts
from purveyor.domain.notifications.server import try_letter
from purveyor.domain.notifications.values import find_organization
from purveyor.domain.notifications.writing import (
    filled,
    new_message_id,
    our_language,
    template_of,
    texts_of,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import Secret


class LanguageTaken(Refused):
    """A notification has texts in this language already."""

    code = "notifications.language_taken"


class LastLanguage(Refused):
    """A notification needs texts in at least one language."""

    code = "notifications.last_language"


@transaction.atomic
def edit_texts(*, template: Template, texts: Texts, actor: str, now: datetime) -> None:
    """
    Change what a notification says in one language.

    :raises BadTemplate: if a text is not one we could send; names line and placeholder.
    """
    notification = template.notification
    known = placeholders_of(notification.event, is_internal=notification.is_internal)
    check_texts(texts, known=known, has_code=notification.shows_code)
    edited = {
        "subject": _tidy(texts.subject),
        "text": _tidy(texts.text),
        "html": _tidy(texts.html),
    }
    changed = [
        name for name, new in edited.items() if _tidy(getattr(template, name)) != new
    ]
    for name in changed:
        setattr(template, name, edited[name])
    template.save(update_fields=changed)
    log(template, "edit", actor=actor, at=now, changed=changed)


def _tidy(text: str) -> str:
    """Return a text however it was sent: browsers end its lines in their own way."""
    return text.replace("\r\n", "\n").strip()


@transaction.atomic
def add_language(
    *, notification: Notification, language: str, actor: str, now: datetime
) -> Template:
    """
    Begin the texts in another language: ours if we have them, else a copy to translate.

    :raises LanguageTaken: if there are texts in it already.
    """
    label = MailLanguage(language).label
    if notification.templates.filter(language=language).exists():
        words = _("There are texts in %(language)s already.")
        raise LanguageTaken(words % {"language": label})
    texts = starter_texts(notification).get(language)
    if texts is None:
        texts = texts_of(template_of(notification, our_language()))
    template = put_texts(notification, language, texts)
    log(template, "create", actor=actor, at=now)
    return template


@transaction.atomic
def drop_language(*, template: Template, actor: str, now: datetime) -> None:
    """
    Delete the texts in one language; who reads it gets another one from now on.

    :raises LastLanguage: if there are no others.
    """
    others = Template.objects.filter(notification=template.notification_id)
    if not others.exclude(pk=template.pk).exists():
        words = _("These are the only texts. Switch the notification off instead.")
        raise LastLanguage(words)
    label = str(template.get_language_display())
    log(template.notification, "drop_language", actor=actor, at=now, after=label)
    template.delete()


def preview(
    *, template: Template, texts: Texts | None = None, news: News | None = None
) -> Texts:
    """
    Return a mail as it would read: with a record's values, else with examples.

    `texts` are read in the place of its own. An asset's code is masked. The HTML is
    written by staff: show it in a frame that runs nothing.

    :raises BadTemplate: if a text is not one we could send.
    """
    notification = template.notification
    texts = texts or texts_of(template)
    if news is not None:
        recipient = news.order.recipient_email if news.order else ""
        return filled(template, news, recipient=recipient, texts=texts)
    known = placeholders_of(notification.event, is_internal=notification.is_internal)
    return fill_in_all(texts, samples(known, has_code=notification.shows_code))


def send_test_mail(
    *,
    template: Template,
    recipient: str,
    news: News | None,
    actor: str,
    now: datetime,
) -> Receipt:
    """
    Hand a mail over at once, to see how it arrives; a coupon code in it is masked.

    :raises BadAddress: if there is no address, or it is none.
    :raises Refused: if a text cannot be sent, or mails have no sender yet.
    """
    address = checked_address(recipient)
    notification = template.notification
    known = placeholders_of(notification.event, is_internal=notification.is_internal)
    if news is None:
        texts = fill_in_all(texts_of(template), samples(known))
    else:
        texts = preview(template=template, news=news)
    receipt = try_letter(_letter_to(address, texts, sender=notification.sender))
    log(
        notification,
        "test_mail",
        actor=actor,
        at=now,
        recipient=address,
        language=str(template.get_language_display()),
        answer=str(receipt.answer),
    )
    return receipt


def try_server(*, recipient: str) -> Receipt:
    """
    Hand a short mail to the mail server at once, and return its answer.

    :raises BadAddress: if there is no address, or it is none.
    :raises NoSender: if the organization's profile is not filled in.
    """
    said = _("The mail server takes mails from Purveyor.")
    texts = Texts(_("Test mail"), said, f"<p>{said}</p>")
    return try_letter(_letter_to(checked_address(recipient), texts))


def _letter_to(address: str, texts: Texts, *, sender: str = "") -> Letter:
    return Letter(
        message_id=new_message_id(),
        sender=sender_of(find_organization(), wanted=sender),
        recipient=address,
        copy_to=(),
        hidden_copy_to=(),
        masked=texts,
        clear=texts,
        coupon=Secret(""),
    )
