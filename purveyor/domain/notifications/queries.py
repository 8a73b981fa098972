"""Read messages."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.orders.models import Order
from purveyor.kernel.errors import NotFound

MESSAGES_PER_PAGE_MAX = 200
MESSAGES_OF_RECORD_MAX = 50


class MessageNotFound(NotFound):
    """There is no such message."""

    code = "notifications.message_not_found"


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One mail as a list shows it."""

    pk: int
    created_at: datetime
    notification: str
    subject: str
    recipient: str
    copy_to: str
    about: str
    account_name: str
    state: str
    state_label: str
    because: str
    waits_because: str
    next_try_at: datetime | None
    sent_at: datetime | None
    is_on_its_way: bool
    can_send_again: bool


def list_messages(
    *,
    state: str = "",
    search: str = "",
    before: MessageRow | None = None,
    limit: int = 50,
) -> tuple[MessageRow, ...]:
    """
    Return mails, newest first; the next page begins `before` the last row of this one.

    `search` is a whole address, or the number of the record that mails are about.
    """
    wanted = Q()
    if state:
        wanted &= Q(state=state)
    if search := search.strip():
        wanted &= Q(recipient__iexact=search) | Q(about_label=search)
    if before is not None:
        same_moment = Q(created_at=before.created_at, pk__lt=before.pk)
        wanted &= Q(created_at__lt=before.created_at) | same_moment
    return _rows(wanted, limit=limit)


def messages_about(record: models.Model) -> tuple[MessageRow, ...]:
    """Return the newest mails about a record; an order's also about its assets."""
    about = Q(about_type=record._meta.label_lower, about_id=record.pk)
    if isinstance(record, Order):
        about = Q(order=record)
    if isinstance(record, Asset):
        about = Q(asset=record)
    return _rows(about, limit=MESSAGES_OF_RECORD_MAX)


def get_message(*, pk: int) -> Message:
    """
    Return one message with its notification and asset; for staff only.

    :raises MessageNotFound: if there is none.
    """
    related = ("notification", "asset", "account")
    message = Message.objects.select_related(*related).filter(pk=pk).first()
    if message is None:
        raise MessageNotFound("There is no such message.", pk=pk)
    return message


def _rows(wanted: Q, *, limit: int) -> tuple[MessageRow, ...]:
    messages = (
        Message.objects.filter(wanted)
        .select_related("notification", "asset", "account")
        .defer("masked_text", "masked_html")
        .order_by("-created_at", "-pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    return tuple(_row(each) for each in messages[: min(limit, MESSAGES_PER_PAGE_MAX)])


def _row(message: Message) -> MessageRow:
    is_on_its_way = message.state in {MessageState.QUEUED, MessageState.SENDING}
    return MessageRow(
        pk=message.pk,
        created_at=message.created_at,
        notification=message.notification.name,
        subject=message.subject,
        recipient=message.recipient,
        copy_to=", ".join(message.copy_to),
        about=message.about_label,
        account_name=message.account.name if message.account else "",
        state=message.state,
        state_label=str(MessageState(message.state).label),
        because=message.because,
        waits_because=message.waits_because,
        next_try_at=message.due_at,
        sent_at=message.sent_at,
        is_on_its_way=is_on_its_way,
        can_send_again=not is_on_its_way and _can_be_said_again(message),
    )


def _can_be_said_again(message: Message) -> bool:
    if not message.coupon_hash:
        return True
    return message.asset is not None and message.asset.has_coupon
