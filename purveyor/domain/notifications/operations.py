"""
Write messages, and send them.

A mail is handed over at most once. Its message is marked *sending* just before, in a
transaction of its own; a worker that dies in between leaves *perhaps sent*, which only
a person sends again.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.letter import (
    Unsendable,
    why_unsendable,
    write_letter,
)
from purveyor.domain.notifications.lifecycle import MESSAGE, MessageState
from purveyor.domain.notifications.mail import (
    Answer,
    Enclosure,
    Letter,
    Receipt,
    connected,
    hand_over,
)
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.recipients import checked_address
from purveyor.domain.notifications.rules import welcome
from purveyor.domain.notifications.server import mailer_now
from purveyor.domain.notifications.values import load_asset
from purveyor.domain.notifications.writing import (
    columns_of_coupon,
    columns_of_repeat,
    stored,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.work.delays import next_try_at
from purveyor.kernel.work.leases import Lease
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

DELIVERED = "delivered"
AGAIN = "again-"
WORKER = "worker"
REASON_MAX = 300
ON_ITS_WAY = (MessageState.QUEUED, MessageState.SENDING)

logger = structlog.get_logger(__name__)


class NoReason(Refused):
    """Sending a mail once more needs a reason."""

    code = "notifications.no_reason"


class StillOnItsWay(Refused):
    """Such a mail is waiting or being sent."""

    code = "notifications.still_on_its_way"


@transaction.atomic
def write_welcome(*, asset: Asset, actor: str, now: datetime) -> Message | None:
    """
    Write the welcome mail of an asset, once for its coupon; a worker sends it.

    Return None, with a journal line on the asset, if the notification is switched off
    or the coupon is gone by now.
    """
    notification = welcome()
    asset = load_asset(asset.pk)
    reason = why_unsendable(asset, notification=notification, now=now)
    if not notification.is_enabled:
        reason = _("The notification is switched off.")
    if reason:
        log(asset, "skip_welcome", actor=actor, at=now, because=reason)
        return None
    recipient = asset.order_item.order.recipient_email
    message, is_new = Message.objects.get_or_create(
        notification=notification,
        asset=asset,
        coupon_hash=asset.coupon_hash,
        occasion=DELIVERED,
        defaults=columns_of_coupon(notification, asset, recipient=recipient, now=now),
    )
    if is_new:
        log(asset, "write_welcome", actor=actor, at=now, recipient=recipient)
        wake()
    return message


@transaction.atomic
def send_again(
    *, message: Message, because: str, actor: str, now: datetime, recipient: str = ""
) -> Message:
    """
    Write a mail once more, because a person says why; a worker sends it.

    It goes to the same address, or to another one that is given. What holds a coupon is
    written anew; anything else says again what it said then.

    :raises NoReason: if no reason is given, or one that is too long.
    :raises Unsendable: if the asset does not have that coupon any more.
    :raises StillOnItsWay: if such a mail has not left yet.
    :raises BadAddress: if there is no address, or it is none.
    """
    reason = _checked_reason(because)
    address = checked_address(recipient or message.recipient)
    columns = _columns_again(message, recipient=address, now=now)
    same = _same_as(message)
    earlier = Message.objects.filter(**same)
    if earlier.filter(state__in=ON_ITS_WAY).exists():
        raise StillOnItsWay(_("Such a mail is on its way. Wait until it is sent."))
    number = earlier.filter(occasion__startswith=AGAIN).count() + 1
    again, is_new = Message.objects.get_or_create(
        **same,
        occasion=f"{AGAIN}{number}",
        defaults=columns | {"because": reason, "lane": Lane.INTERACTIVE},
    )
    if not is_new:  # somebody else was a moment earlier
        raise StillOnItsWay(_("This mail was sent again just now. Reload the page."))
    log(message, "send_again", actor=actor, at=now, because=reason, recipient=address)
    wake()
    return again


def _same_as(message: Message) -> dict[str, object]:
    """Return what all mails of a notification about one thing have in common."""
    about: dict[str, object] = {
        "about_type": message.about_type,
        "about_id": message.about_id,
    }
    if message.coupon_hash:
        about = {"asset_id": message.asset_id}
    return {
        "notification_id": message.notification_id,
        "coupon_hash": message.coupon_hash,
        **about,
    }


def _columns_again(
    message: Message, *, recipient: str, now: datetime
) -> dict[str, object]:
    if message.coupon_hash:
        asset = _asset_with_coupon_of(message, now=now)
        return columns_of_coupon(
            message.notification, asset, recipient=recipient, now=now
        )
    return columns_of_repeat(message, recipient=recipient, now=now)


def _without_papers(_message: Message) -> tuple[Enclosure, ...]:
    return ()


def send_message(
    *,
    lease: Lease,
    now: datetime,
    enclosed: Callable[[Message], tuple[Enclosure, ...]] = _without_papers,
) -> None:
    """
    Hand one message to the mail server, at most once, with the papers it encloses.

    The texts are filled in and the server is called first: whatever fails there has
    handed nothing over. Then three acts, with no transaction open during the second:
    write that it is being sent, hand it over, write what became of it.

    :raises LeaseLost: if another worker has the message by now; nothing was sent.
    """
    message = Message.objects.select_related("notification").get(pk=lease.pk)
    if message.state not in ON_ITS_WAY:
        lease.end(due_at=None)
        return
    with ExitStack() as connection:  # closed after the answer is written
        write = partial(_letter_of, message, enclosed, now=now)
        receipt = _deliver(message, write, lease=lease, connection=connection)
        _write_receipt(message, receipt, lease=lease, now=now)


def _letter_of(
    message: Message,
    enclosed: Callable[[Message], tuple[Enclosure, ...]],
    *,
    now: datetime,
) -> Letter:
    return replace(write_letter(message, now=now), enclosed=enclosed(message))


def _deliver(
    message: Message,
    write: Callable[[], Letter],
    *,
    lease: Lease,
    connection: ExitStack,
) -> Receipt:
    if message.state == MessageState.SENDING:
        words = _(
            "A worker stopped while it handed the mail over, so nobody knows whether "
            "it was sent. Ask the recipient before you send it again."
        )
        return Receipt(Answer.UNKNOWN, words)
    try:
        letter = write()
        mailer = connection.enter_context(connected(mailer_now()))
    except Unsendable as refusal:
        return Receipt(Answer.REFUSED, refusal.message)
    except Refused as refusal:
        return Receipt(Answer.LATER, refusal.message)
    _begin_sending(message, letter, lease=lease)
    return hand_over(letter, mailer)


@transaction.atomic(durable=True)
def _begin_sending(message: Message, letter: Letter, *, lease: Lease) -> None:
    """Write that the mail is being sent, and how it reads by now."""
    lease.renew()
    MESSAGE.move(message, "hand_over", waits_because="", **stored(letter.masked))


@transaction.atomic(durable=True)
def _write_receipt(
    message: Message, receipt: Receipt, *, lease: Lease, now: datetime
) -> None:
    """
    Write what became of a mail, and give the message back.

    If another worker has judged it meanwhile, only *taken* still counts.
    """
    try:
        _close(message, receipt, lease=lease, now=now)
    except MoveRefused:
        logger.info("late_receipt", message=message.pk, answer=str(receipt.answer))
    lease.end()


def _close(message: Message, receipt: Receipt, *, lease: Lease, now: datetime) -> None:
    changes: dict[str, object] = {
        "due_at": None,
        "tries_count": message.tries_count + 1,
        "waits_because": receipt.reason,
    }
    match receipt.answer:
        case Answer.TAKEN:
            changes["sent_at"] = now
            MESSAGE.advance(message, "send", actor=WORKER, at=now, **changes)
        case Answer.UNKNOWN:
            MESSAGE.advance(message, "lose_sight", actor=WORKER, at=now, **changes)
        case Answer.LATER if _may_try_again(message, now=now):
            changes["due_at"] = next_try_at(
                tries_count=message.tries_count + 1, now=now
            )
            _put_back(message, changes, lease=lease)
        case _:
            MESSAGE.advance(message, "fail", actor=WORKER, at=now, **changes)


def _may_try_again(message: Message, *, now: datetime) -> bool:
    return message.give_up_at is None or now < message.give_up_at


def _put_back(message: Message, changes: dict[str, object], *, lease: Lease) -> None:
    if message.state == MessageState.SENDING:
        MESSAGE.move(message, "put_back", **changes)
    else:  # it never left the queue
        lease.end(**changes)


def _checked_reason(because: str) -> str:
    reason = " ".join(because.split())
    if not reason:
        raise NoReason(_("Say why the mail is sent again."))
    if len(reason) > REASON_MAX:
        words = _("The reason has %(count)d characters; at most %(limit)d can be kept.")
        facts = {"count": len(reason), "limit": REASON_MAX}
        raise NoReason(words % facts, **facts)
    return reason


def _asset_with_coupon_of(message: Message, *, now: datetime) -> Asset:
    assert message.asset_id is not None  # a constraint holds it
    asset = load_asset(message.asset_id)
    reason = why_unsendable(asset, notification=message.notification, now=now)
    if not reason and asset.coupon_hash != message.coupon_hash:
        reason = _("The asset has another coupon by now.")
    if reason:
        raise Unsendable(reason)
    return asset
