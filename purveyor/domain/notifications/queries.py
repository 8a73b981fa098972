"""Read templates and messages."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.letter import shows_code, texts_of
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message, Template
from purveyor.domain.notifications.rendering import Texts, fill_in_all, samples
from purveyor.domain.notifications.values import load_asset, values_of
from purveyor.kernel.errors import NotFound

MESSAGES_PER_PAGE_MAX = 200


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
    asset_number: str
    account_name: str
    state: str
    state_label: str
    because: str
    waits_because: str
    next_try_at: datetime | None
    sent_at: datetime | None
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

    `search` is a whole address, or the number of an asset.
    """
    wanted = Q()
    if state:
        wanted &= Q(state=state)
    if search := search.strip():
        wanted &= Q(recipient__iexact=search) | Q(asset__number=search)
    if before is not None:
        same_moment = Q(created_at=before.created_at, pk__lt=before.pk)
        wanted &= Q(created_at__lt=before.created_at) | same_moment
    return _rows(wanted, limit=limit)


def messages_of(asset: Asset) -> tuple[MessageRow, ...]:
    """Return the mails about one asset, newest first."""
    return _rows(Q(asset=asset), limit=MESSAGES_PER_PAGE_MAX)


def get_message(*, pk: int) -> Message:
    """
    Return one message with its template and asset; for staff only.

    :raises MessageNotFound: if there is none.
    """
    related = ("template", "asset__account")
    message = Message.objects.select_related(*related).filter(pk=pk).first()
    if message is None:
        raise MessageNotFound("There is no such message.", pk=pk)
    return message


def preview_template(
    *,
    template: Template,
    now: datetime,
    texts: Texts | None = None,
    asset: Asset | None = None,
) -> Texts:
    """
    Return a mail as it would read: with an asset's values, else with examples.

    `texts` are read in the place of its own. An asset's code is masked. The HTML is
    written by staff: show it in a frame that runs nothing.

    :raises BadTemplate: if a text is not one we could send.
    """
    texts = texts or texts_of(template)
    if asset is None:
        return fill_in_all(texts, samples(has_code=shows_code(template)))
    asset = load_asset(asset.pk)
    recipient = asset.order_item.order.recipient_email
    return fill_in_all(texts, values_of(asset, recipient=recipient, now=now))


def _rows(wanted: Q, *, limit: int) -> tuple[MessageRow, ...]:
    messages = (
        Message.objects.filter(wanted)
        .select_related("template", "asset__account")
        .defer("masked_text", "masked_html")
        .order_by("-created_at", "-pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    return tuple(_row(each) for each in messages[: min(limit, MESSAGES_PER_PAGE_MAX)])


def _row(message: Message) -> MessageRow:
    on_its_way = message.state in {MessageState.QUEUED, MessageState.SENDING}
    return MessageRow(
        pk=message.pk,
        created_at=message.created_at,
        notification=message.template.name,
        subject=message.subject,
        recipient=message.recipient,
        copy_to=message.copy_to,
        asset_number=message.asset.number,
        account_name=message.asset.account.name,
        state=message.state,
        state_label=str(MessageState(message.state).label),
        because=message.because,
        waits_because=message.waits_because,
        next_try_at=message.due_at,
        sent_at=message.sent_at,
        can_send_again=not on_its_way and message.asset.has_coupon,
    )
