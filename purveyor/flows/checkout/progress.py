"""What a buyer is told of an order: what it waits for, and what was delivered."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.orders.lifecycle import (
    ApprovalCause,
    ApprovalState,
    OrderState,
)
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import Totals, get_order, totals_of
from purveyor.flows.execution.outcome import Delivery, InvoiceRow, execution_rows
from purveyor.kernel.money import Money


class Stage(StrEnum):
    """How far one item is, as its buyer sees it."""

    DONE = "done"  #: the coupon code is there
    MOVING = "moving"  #: it is being made this moment
    WAITING = "waiting"  #: for a day, a person, or an answer
    STOPPED = "stopped"  #: it will not come


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """One item of an order, and how its delivery goes. `net` is for those who pay."""

    name: str
    product_name: str
    quantity: int
    net: Money | None
    stage: Stage
    words: str

    @property
    def is_done(self) -> bool:
        """Whether it was delivered."""
        return self.stage == Stage.DONE


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """An order as its buyer sees it. `totals` is for those who pay."""

    number: str
    state: str
    receiver_name: str
    payer_name: str
    recipient_email: str
    po_code: str
    submitted_at: datetime | None
    items: tuple[ItemProgress, ...]
    totals: Totals | None
    invoices: tuple[InvoiceRow, ...]
    waits_for: str

    @property
    def is_moving(self) -> bool:
        """Whether it is worth asking again in a second."""
        return any(item.stage == Stage.MOVING for item in self.items)

    @property
    def is_done(self) -> bool:
        """Whether all of it was delivered."""
        return bool(self.items) and all(item.is_done for item in self.items)


def progress_of(*, number: str, member: Membership, today: date) -> OrderProgress:
    """
    Return an order as its buyer sees it.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    order = get_order(number=number, seen_by=member.account)
    items = list(order.items.order_by("position", "id"))
    executions = execution_rows(order)
    deliveries = {
        asset.item_id: asset for execution in executions for asset in execution.assets
    }
    is_payer = may_see_prices(order=order, member=member)
    rows = tuple(
        _item(item, deliveries.get(item.pk), order, is_payer=is_payer, today=today)
        for item in items
    )
    invoices = {each.invoice_id: each for one in executions for each in one.invoices}
    return OrderProgress(
        number=order.number,
        state=str(OrderState(order.state).label),
        receiver_name=order.account.name,
        payer_name=order.bill_to.name,
        recipient_email=order.recipient_email,
        po_code=order.po_code,
        submitted_at=order.submitted_at,
        items=rows,
        totals=totals_of(items=items, currency=order.currency) if is_payer else None,
        invoices=tuple(invoices.values()) if is_payer else (),
        waits_for=_waits_for(order),
    )


def may_see_prices(*, order: Order, member: Membership) -> bool:
    """Return whether what an order costs concerns a member's account."""
    return member.account.pk in {order.bill_to_id, order.bill_to.parent_id}


def _item(
    item: OrderItem,
    delivery: Delivery | None,
    order: Order,
    *,
    is_payer: bool,
    today: date,
) -> ItemProgress:
    stage, words = _told(delivery, order, today)
    return ItemProgress(
        name=item.asset_name or item.product_name,
        product_name=item.product_name,
        quantity=item.quantity,
        net=item.net if is_payer else None,
        stage=stage,
        words=words,
    )


def _told(delivery: Delivery | None, order: Order, today: date) -> tuple[Stage, str]:
    """Return how far an item is, and that in words for whoever bought it."""
    if order.state == OrderState.CANCELLED:
        return Stage.STOPPED, _("Cancelled")
    if delivery is None:
        return Stage.WAITING, _("Not started yet")
    stage, words = _told_of(delivery, today)
    facts = {
        "vendor": delivery.vendor,
        "email": order.recipient_email,
        "day": date_format(delivery.start_date),
    }
    return stage, words % facts


def _told_of(delivery: Delivery, today: date) -> tuple[Stage, str]:
    match delivery.status:
        case SyncStatus.SYNCHRONIZED:
            return Stage.DONE, _("Delivered")
        case SyncStatus.UNCLEAR:
            return Stage.WAITING, _("Being checked with %(vendor)s")
        case SyncStatus.FAILED:
            words = _("%(vendor)s has not made it yet. Our staff look after it")
            return Stage.WAITING, words
    if delivery.start_date > today:
        return Stage.WAITING, _("Starts on %(day)s")
    return Stage.MOVING, _("%(vendor)s is making the coupon")


def _waits_for(order: Order) -> str:
    """Return what the whole order waits for before anything of it starts."""
    if order.state == OrderState.AWAITING_APPROVAL:
        waiting = order.approvals.filter(state=ApprovalState.WAITING)
        if waiting.filter(cause=ApprovalCause.RESELLER).exists():
            return _("Your reseller has to agree to this order first.")
        return _(
            "The order is above the credit that is left, so somebody of ours looks at "
            "it first. You need not do anything; it goes on once it is approved."
        )
    if order.state == OrderState.SUBMITTED:
        return _(
            "Our staff execute this order. You need not do anything; the coupon code "
            "is mailed as soon as it is there."
        )
    return ""
