"""
The books: what our database says, held against what the vendor's ledger says.

`what_is_wrong` knows nothing of how things came about, and so it judges every story:
each asset has its one live coupon and one mail, and the bills are the orders.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice, InvoiceLine
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import DELIVERED, ON_ITS_WAY
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, LinkStatus
from purveyor.domain.provisioning.models import AccountLink, Attempt
from tests.support.stand_in import StandIn

CENT = Decimal("0.01")
UNDER_WAY = (LinkStatus.SYNCHRONIZING, LinkStatus.UNCLEAR)

Coupons = dict[str, list[dict[str, Any]]]


def is_quiet() -> bool:
    """Return whether the workers have done all that they can do by themselves."""
    waiting = Asset.objects.filter(coupon_hash=None, parked_at=None)
    return not (
        waiting.exclude(sync_status=SyncStatus.FAILED).exists()
        or AccountLink.objects.filter(status__in=UNDER_WAY, parked_at=None).exists()
        or Asset.objects.filter(welcome_due_at__isnull=False).exists()
        or Message.objects.filter(state__in=ON_ITS_WAY).exists()
        or Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()
    )


def live_coupons(vendor: StandIn) -> Coupons:
    """Return the coupons that are worth money now, by the reference they carry."""
    found: Coupons = defaultdict(list)
    for coupon in vendor.all_coupons():
        if coupon["status"] == "active":
            found[coupon["reference"]].append(coupon)
    return found


def what_is_wrong(vendor: StandIn) -> list[str]:
    """
    Return a sentence for everything that does not agree; none if all is well.

    Nobody may be at work. The sentences name assets by number, and no coupon code.
    """
    return [
        *_wrong_assets(live_coupons(vendor)),
        *_wrong_mails(vendor.inbox()),
        *_wrong_accounts(vendor.all_accounts()),
        *_wrong_bills(),
    ]


# ------------------------------------------------------------------ coupons


def _wrong_assets(live: Coupons) -> Iterator[str]:
    for asset in Asset.objects.order_by("pk"):
        for wrong in _wrong_with(asset, live.pop(asset.key, [])):
            yield f"{asset.number} {wrong}."
    for coupons in live.values():
        for coupon in coupons:
            yield f"The vendor's coupon {coupon['seq']} belongs to no asset of ours."
    left_open = Attempt.objects.filter(outcome=AttemptOutcome.OPEN).count()
    if left_open:
        yield f"{left_open} attempts are still open."


def _wrong_with(asset: Asset, coupons: list[dict[str, Any]]) -> Iterator[str]:
    if asset.sync_status != SyncStatus.SYNCHRONIZED:
        yield f"is {asset.sync_status}: {asset.waits_because}"
    if asset.in_doubt_since is not None:
        yield "is in doubt"
    if len(coupons) != 1:
        yield f"has {len(coupons)} live coupons at the vendor"
    if not asset.has_coupon:
        return
    code = asset.coupon_code.reveal()
    mine = [coupon for coupon in coupons if coupon["code"] == code]
    if not mine:
        yield "holds a coupon that is not the live one with its reference"
        return
    bought = (asset.quantity, asset.external_product_id)
    if (mine[0]["quantity"], mine[0]["product"]) != bought:
        yield "holds a coupon for something else than was bought"


# ------------------------------------------------------------------ mails


def _wrong_mails(mails: list[dict[str, Any]]) -> Iterator[str]:
    received: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for mail in mails:
        received[mail["message_id"]].append(mail)
    for asset in Asset.objects.order_by("pk").prefetch_related("messages"):
        messages = list(asset.messages.all())
        for wrong in _wrong_with_mails_of(asset, messages, received):
            yield f"{asset.number} {wrong}."
    known = set(Message.objects.values_list("message_id", flat=True))
    strange = sum(len(found) for key, found in received.items() if key not in known)
    if strange:
        yield f"{strange} mails belong to no message of ours."


def _wrong_with_mails_of(
    asset: Asset, messages: list[Message], received: dict[str, list[dict[str, Any]]]
) -> Iterator[str]:
    """A mail sent once more by a person counts with the one that failed before it."""
    written = [each for each in messages if each.occasion == DELIVERED]
    if len(written) != 1:
        yield f"has {len(written)} welcome messages"
    counts = Counter({m.pk: len(received[m.message_id]) for m in messages})
    perhaps = [m for m in messages if m.state == MessageState.PERHAPS_SENT]
    if counts.total() > 1:
        yield f"has {counts.total()} mails"
    if counts.total() == 0 and len(perhaps) != 1:
        yield "has no mail, and none that is shown as perhaps sent"
    for message in messages:
        yield from _wrong_with_message(message, counts[message.pk])
        if not all(_is_right(m, message, asset) for m in received[message.message_id]):
            yield "has a mail with another coupon, or to somebody else"


def _wrong_with_message(message: Message, mails_count: int) -> Iterator[str]:
    match message.state:
        case MessageState.QUEUED | MessageState.SENDING:
            yield f"has a message that is still {message.state}"
        case MessageState.SENT if mails_count != 1:
            yield "has a message that is said to be sent, and no mail"
        case MessageState.FAILED if mails_count:
            yield "has a message that is said to have failed, and its mail"


def _is_right(mail: dict[str, Any], message: Message, asset: Asset) -> bool:
    code = asset.coupon_code.reveal() if asset.has_coupon else "no coupon"
    says_it = code in mail["text"] and code in mail["html"]
    return says_it and mail["to"] == [message.recipient]


# ------------------------------------------------------------------ accounts


def _wrong_accounts(accounts: list[dict[str, Any]]) -> Iterator[str]:
    theirs: dict[str, list[str]] = defaultdict(list)
    for account in accounts:
        theirs[account["reference"]].append(account["id"])
    for link in AccountLink.objects.select_related("account").order_by("pk"):
        number = link.account.number
        if link.status != LinkStatus.SYNCHRONIZED:
            yield f"{number} is {link.status}: {link.reason or link.waits_because}."
        elif theirs[number] != [link.external_id]:
            count = len(theirs[number])
            yield f"{number} has {count} accounts at the vendor, or is linked wrongly."


# ------------------------------------------------------------------ bills


def _wrong_bills() -> Iterator[str]:
    """Each order was executed with *issue the invoice*: one item, one bill."""
    counting = InvoiceLine.objects.filter(counts=True)
    lines = Counter(counting.values_list("charge__order_item_id", flat=True))
    for item in OrderItem.objects.select_related("asset", "order").order_by("pk"):
        if lines[item.pk] != 1:
            yield f"{item.asset.number} was billed {lines[item.pk]} times."
    pending = Charge.objects.exclude(state=ChargeState.INVOICED).count()
    if pending:
        yield f"{pending} charges are not invoiced."
    issued = Invoice.objects.filter(state=InvoiceState.ISSUED)
    if issued.count() != Order.objects.count():
        yield f"{issued.count()} invoices for {Order.objects.count()} orders."
    ordered = sum((_net_of(item) for item in OrderItem.objects.all()), Decimal(0))
    billed = issued.aggregate(sum=Sum("net_amount"))["sum"] or Decimal(0)
    if billed != ordered:
        yield f"Ordered was {ordered}, billed was {billed}."


def _net_of(item: OrderItem) -> Decimal:
    net = item.quantity * item.unit_price * (100 - item.discount_percent) / 100
    return net.quantize(CENT)
