"""
Tell of something: write the mails of every rule that wants to know.

The caller's transaction takes the news from where it waits; so each is told once, and
the database holds a mail once for rule, record, occasion and recipient.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.notifications.models import Message, Notification
from purveyor.domain.notifications.news import News, holds
from purveyor.domain.notifications.recipients import addresses_of
from purveyor.domain.notifications.rules import rules_for
from purveyor.domain.notifications.writing import (
    columns_of,
    copies_of,
    filled,
    language_for,
    stored,
    template_of,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.tasks import wake

INTERNAL_AN_HOUR_MAX = 100  # so that a bad day of a vendor floods nobody's mailbox
HOUR = timedelta(hours=1)
WORKER = "worker"


@transaction.atomic
def tell(*, news: News, now: datetime) -> int:
    """
    Write the mails about something; workers send them. Return how many were written.

    A rule that cannot be told by (a broken text, say) holds back no other; the journal
    of the notification says why.
    """
    written = 0
    for rule in rules_for(news.event):
        if not holds(rule, news):
            continue
        try:
            with transaction.atomic():
                written += _tell_by(rule, news, now=now)
        except Refused as refusal:
            _skip(rule, news, refusal.message, now=now)
    if written:
        wake()
    return written


def _tell_by(rule: Notification, news: News, *, now: datetime) -> int:
    recipients = addresses_of(rule.to, news)
    if rule.is_internal and _is_flooded(rule, now=now):
        words = _("More than %(count)d mails of it were written within an hour.")
        _skip(rule, news, words % {"count": INTERNAL_AN_HOUR_MAX}, now=now)
        return 0
    if not recipients:
        if not rule.is_internal:
            _skip(rule, news, _("Nobody has an address for it."), now=now)
        return 0
    template = template_of(rule, language_for(rule, news))
    copies = copies_of(rule, news, besides=recipients)
    written = 0
    for recipient in recipients:
        texts = filled(template, news, recipient=recipient)
        columns = columns_of(template, news, recipient=recipient, now=now)
        _message, is_new = Message.objects.get_or_create(
            notification=rule,
            about_type=news.record,
            about_id=news.pk,
            occasion=news.occasion,
            recipient=recipient,
            coupon_hash="",
            defaults={**columns, **copies, **stored(texts)},
        )
        written += is_new
        copies = {}  # they go along with the first mail only
    return written


def _is_flooded(rule: Notification, *, now: datetime) -> bool:
    recent = rule.messages.filter(created_at__gt=now - HOUR)
    most = INTERNAL_AN_HOUR_MAX
    return len(recent.values_list("pk")[:most]) == most


def _skip(rule: Notification, news: News, because: str, *, now: datetime) -> None:
    log(rule, "skip_message", actor=WORKER, at=now, because=because, about=news.label)
