"""Notifications as rules: those that come with the product, and one's own."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from purveyor.domain.notifications.defaults import NOTIFICATIONS, starter_texts
from purveyor.domain.notifications.events import EVENTS, Condition, Event, EventName
from purveyor.domain.notifications.models import Notification, Template
from purveyor.domain.notifications.recipients import (
    checked_address,
    checked_recipients,
)
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.welcome import WELCOME
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import changes_of, check, log

EDITED = ("is_enabled", "sender", "to", "cc", "bcc", *Condition, "total_currency")
EMPTY = {
    Condition.ACCOUNT_KIND: "",
    Condition.ACCOUNT: None,
    Condition.APPLICATION: None,
    Condition.PRODUCT: None,
    Condition.TOTAL_ABOVE: None,
}


class BadRule(Refused):
    """A rule asks for what cannot be; it says at which field."""

    code = "notifications.bad_rule"


def establish_notifications() -> None:
    """Create the notifications that come with the product; edited ones stay as is."""
    for name in NOTIFICATIONS:
        _notification_named(name)


def welcome() -> Notification:
    """Return the notification that brings coupon codes."""
    return _notification_named(WELCOME)


def reminder() -> Notification:
    """Return the notification that reminds of coupons."""
    return _notification_named(REMINDER)


def is_listened_to(event: EventName) -> bool:
    """Return whether any rule is switched on for an event."""
    return rules_for(event).exists()


def rules_for(event: EventName) -> QuerySet[Notification]:
    """Return the rules for an event that are switched on, but those with own steps."""
    listening = Notification.objects.filter(event=event, is_enabled=True)
    return listening.exclude(name__in=(WELCOME, REMINDER)).order_by("pk")


def rules_besides_welcome(
    *events: EventName,
) -> tuple[Notification | None, list[Notification]]:
    """Return the welcome mail, if it is there, and the rules for events, in one go."""
    wanted = Q(name=WELCOME) | Q(event__in=events, is_enabled=True)
    found = Notification.objects.filter(wanted).exclude(name=REMINDER).order_by("pk")
    by_name = {rule.name: rule for rule in found}
    return by_name.pop(WELCOME, None), list(by_name.values())


@transaction.atomic
def save_notification(*, notification: Notification, actor: str, now: datetime) -> None:
    """
    Keep a rule: who is told of what, and under which conditions.

    A new one begins with the texts that come with the product for its event.

    :raises BadRule: if its event cannot be told to its audience, is not for one's own
        rules, or the total has no currency.
    :raises BadAddress: if somebody cannot get such mails.
    :raises Refused: if a field says no.
    """
    is_new = notification._state.adding
    event = EVENTS[EventName(notification.event)]
    _check_event(notification, event, is_new=is_new)
    _check_recipients(notification, event)
    _check_conditions(notification, event)
    check(notification)
    changes = {} if is_new else changes_of(notification, EDITED)
    notification.save()
    if is_new:
        _write_texts(notification)
    verb = "create" if is_new else "edit"
    log(notification, verb, actor=actor, at=now, changes=changes)


def _check_event(notification: Notification, event: Event, *, is_new: bool) -> None:
    if is_new and event.name == EventName.COUPON_DELIVERED:
        words = _("Only the welcome mail tells of this. Edit that one.")
        raise BadRule(words, field="event")
    if notification.audience not in event.audiences:
        words = _("This can be told to our own people only. Choose “Internal”.")
        raise BadRule(words, field="audience")


def _check_recipients(notification: Notification, event: Event) -> None:
    if notification.sender:
        notification.sender = checked_address(notification.sender)
    if notification.follows_the_order:
        notification.to = []
    for field in ("to", "cc", "bcc"):
        kept = checked_recipients(
            getattr(notification, field),
            record=event.record,
            is_internal=notification.is_internal,
            field=field,
        )
        setattr(notification, field, kept)
    needs_somebody = notification.is_enabled and not notification.follows_the_order
    if needs_somebody and not notification.to:
        words = _("Choose who gets the mail, or switch the notification off.")
        raise BadRule(words, field="to")


def _check_conditions(notification: Notification, event: Event) -> None:
    for condition, nothing in EMPTY.items():
        if condition not in event.conditions:
            setattr(notification, condition, nothing)
    if notification.total_above is None:
        notification.total_currency = ""
    elif not notification.total_currency:
        words = _("Choose the currency of the total.")
        raise BadRule(words, field="total_currency")


def _notification_named(name: str) -> Notification:
    """Return a notification that comes with the product; made if it is not there."""
    found = Notification.objects.filter(name=name).first()
    if found is not None:
        return found
    return _establish(name)


@transaction.atomic
def _establish(name: str) -> Notification:
    notification, is_new = Notification.objects.get_or_create(
        name=name, defaults=NOTIFICATIONS[name]
    )
    if is_new:
        _write_texts(notification)
    return notification


def _write_texts(notification: Notification) -> None:
    for language, texts in starter_texts(notification).items():
        put_texts(notification, language, texts)


def put_texts(notification: Notification, language: str, texts: Texts) -> Template:
    """Write the texts of a notification in a language that it has none in."""
    return Template.objects.create(
        notification=notification,
        language=language,
        subject=texts.subject,
        text=texts.text,
        html=texts.html,
    )
