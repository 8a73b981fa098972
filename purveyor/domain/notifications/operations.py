"""
Write messages, send them, and edit what they say.

A mail is handed over at most once. Its message is marked *sending* just before, in a
transaction of its own; a worker that dies in between leaves *perhaps sent*, which only
a person sends again.
"""

from contextlib import ExitStack
from datetime import datetime

import structlog
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.letter import (
    Unsendable,
    shows_code,
    why_unsendable,
    write_letter,
)
from purveyor.domain.notifications.lifecycle import MESSAGE, MessageState
from purveyor.domain.notifications.mail import (
    Answer,
    Letter,
    Receipt,
    connected,
    hand_over,
)
from purveyor.domain.notifications.models import Message, Template
from purveyor.domain.notifications.reminder import REMINDER, reminder_texts
from purveyor.domain.notifications.rendering import Texts, check_texts
from purveyor.domain.notifications.values import load_asset
from purveyor.domain.notifications.welcome import WELCOME, default_texts
from purveyor.domain.notifications.writing import (
    columns_of,
    stored,
    template_named,
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
    """Sending a coupon code once more needs a reason."""

    code = "notifications.no_reason"


class BadAddress(Refused):
    """What was given is no e-mail address."""

    code = "notifications.bad_address"


class StillOnItsWay(Refused):
    """A mail with this coupon code is waiting or being sent."""

    code = "notifications.still_on_its_way"


def establish_templates() -> None:
    """Create the notifications that come with the product; edited ones stay as is."""
    _welcome_template()
    template_named(REMINDER, first=reminder_texts())


@transaction.atomic
def edit_template(
    *,
    template: Template,
    texts: Texts,
    copy_to: str,
    is_enabled: bool,
    actor: str,
    now: datetime,
) -> None:
    """
    Change the texts of a notification, who gets a copy, and whether it is switched on.

    :raises BadTemplate: if a text is not one we could send; names line and placeholder.
    :raises BadAddress: if the copy goes to no address.
    """
    check_texts(texts, has_code=shows_code(template))
    address = _checked_address(copy_to) if copy_to.strip() else ""
    edited = {
        "subject": texts.subject.strip(),
        "text": texts.text,
        "html": texts.html,
        "copy_to": address,
        "is_enabled": is_enabled,
    }
    changed = [name for name, new in edited.items() if getattr(template, name) != new]
    for name in changed:
        setattr(template, name, edited[name])
    template.save(update_fields=changed)
    log(template, "edit", actor=actor, at=now, changed=changed, is_enabled=is_enabled)


@transaction.atomic
def write_welcome(*, asset: Asset, actor: str, now: datetime) -> Message | None:
    """
    Write the welcome mail of an asset, once for its coupon; a worker sends it.

    Return None, with a journal line on the asset, if the notification is switched off
    or the coupon is gone by now.
    """
    template = _welcome_template()
    asset = load_asset(asset.pk)
    reason = why_unsendable(asset, template=template, now=now)
    if not template.is_enabled:
        reason = _("The notification is switched off.")
    if reason:
        log(asset, "skip_welcome", actor=actor, at=now, because=reason)
        return None
    recipient = asset.order_item.order.recipient_email
    message, is_new = Message.objects.get_or_create(
        template=template,
        asset=asset,
        coupon_hash=asset.coupon_hash,
        occasion=DELIVERED,
        defaults=columns_of(template, asset, recipient=recipient, now=now),
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

    It goes to the same address, or to another one that is given.

    :raises NoReason: if no reason is given, or one that is too long.
    :raises Unsendable: if the asset does not have that coupon any more.
    :raises StillOnItsWay: if a mail with this coupon code has not left yet.
    :raises BadAddress: if there is no address, or it is none.
    """
    reason = _checked_reason(because)
    address = _checked_address(recipient or message.recipient)
    asset = _asset_with_coupon_of(message, now=now)
    earlier = Message.objects.filter(
        template=message.template_id, asset=asset, coupon_hash=message.coupon_hash
    )
    if earlier.filter(state__in=ON_ITS_WAY).exists():
        words = _("A mail with this coupon code is on its way. Wait until it is sent.")
        raise StillOnItsWay(words)
    number = earlier.filter(occasion__startswith=AGAIN).count() + 1
    again, is_new = Message.objects.get_or_create(
        template=message.template,
        asset=asset,
        coupon_hash=message.coupon_hash,
        occasion=f"{AGAIN}{number}",
        defaults=columns_of(message.template, asset, recipient=address, now=now)
        | {"because": reason, "lane": Lane.INTERACTIVE},
    )
    if not is_new:  # somebody else was a moment earlier
        raise StillOnItsWay(_("This mail was sent again just now. Reload the page."))
    log(message, "send_again", actor=actor, at=now, because=reason, recipient=address)
    wake()
    return again


def send_message(*, lease: Lease, now: datetime) -> None:
    """
    Hand one message to the mail server, at most once.

    The texts are filled in and the server is called first: whatever fails there has
    handed nothing over. Then three acts, with no transaction open during the second:
    write that it is being sent, hand it over, write what became of it.

    :raises LeaseLost: if another worker has the message by now; nothing was sent.
    """
    message = Message.objects.select_related("template").get(pk=lease.pk)
    if message.state not in ON_ITS_WAY:
        lease.end(due_at=None)
        return
    with ExitStack() as connection:  # closed after the answer is written
        receipt = _deliver(message, lease=lease, connection=connection, now=now)
        _write_receipt(message, receipt, lease=lease, now=now)


def _deliver(
    message: Message, *, lease: Lease, connection: ExitStack, now: datetime
) -> Receipt:
    if message.state == MessageState.SENDING:
        words = _(
            "A worker stopped while it handed the mail over, so nobody knows whether "
            "it was sent. Ask the recipient before you send it again."
        )
        return Receipt(Answer.UNKNOWN, words)
    try:
        letter = write_letter(message, now=now)
        mailer = connection.enter_context(connected())
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


def _welcome_template() -> Template:
    return template_named(WELCOME, first=default_texts())


def _checked_reason(because: str) -> str:
    reason = " ".join(because.split())
    if not reason:
        raise NoReason(_("Say why the coupon code is sent again."))
    if len(reason) > REASON_MAX:
        words = _("The reason has %(count)d characters; at most %(limit)d can be kept.")
        facts = {"count": len(reason), "limit": REASON_MAX}
        raise NoReason(words % facts, **facts)
    return reason


def _checked_address(address: str) -> str:
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        words = _("“%s” is no e-mail address. Correct it.") % address
        if not address:
            words = _("There is no address to send the mail to. Give one.")
        raise BadAddress(words) from error
    return address


def _asset_with_coupon_of(message: Message, *, now: datetime) -> Asset:
    asset = load_asset(message.asset_id)
    reason = why_unsendable(asset, template=message.template, now=now)
    if not reason and asset.coupon_hash != message.coupon_hash:
        reason = _("The asset has another coupon by now.")
    if reason:
        raise Unsendable(reason)
    return asset
