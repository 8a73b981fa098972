"""What a buyer is told of an order: what it waits for, and what was delivered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.invoices.bills import bills_of_order
from purveyor.domain.orders.approvals import asks_reseller
from purveyor.domain.orders.lifecycle import ItemState, OrderState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import Totals, totals_of
from purveyor.flows.checkout.cancelling import (
    get_placed_order,
    may_cancel,
    may_cancel_rest,
)
from purveyor.flows.checkout.deliveries import (
    Delivery,
    Stage,
    asset_of,
    delivery_of,
    items_with_assets,
)
from purveyor.flows.checkout.po_codes import may_write_po_code
from purveyor.flows.checkout.purchases import may_see_prices
from purveyor.kernel.money import Money


@dataclass(frozen=True, slots=True)
class ItemPrice:
    """What was agreed on one item when it was ordered."""

    unit_price: Money
    discount_percent: Decimal
    net: Money


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """
    One item of an order, and how its delivery goes. `price` is for those who pay.

    `because` says why it was cancelled though others of its order were executed.
    """

    name: str
    product_name: str
    quantity: int
    price: ItemPrice | None
    asset_number: str
    delivery: Delivery
    because: str


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """
    An order as its buyer sees it. `totals` and `invoices` are for those who pay.

    `placed_by` is empty if the distributor's staff keyed it in; the number of an
    invoice is empty while it is being prepared.
    """

    number: str
    state: str
    status: str
    receiver_name: str
    payer_name: str
    recipient_email: str
    po_code: str
    placed_at: datetime | None
    placed_by: str
    items: tuple[ItemProgress, ...]
    totals: Totals | None
    invoices: tuple[str, ...]
    waits_for: str
    asks_viewer: bool  # whether it waits for the viewer's own yes
    may_cancel: bool
    may_write_po_code: bool
    rest: tuple[str, ...]  # what is open of it, if the viewer may cancel that now
    because: str

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing of it will come any more."""
        return self.state == OrderState.CANCELLED

    @property
    def is_less(self) -> bool:
        """Whether some of it will not come: an item or an asset was cancelled."""
        return any(item.delivery.stage == Stage.STOPPED for item in self.items)

    @property
    def is_moving(self) -> bool:
        """Whether it is worth asking again in a second."""
        return any(item.delivery.stage == Stage.MOVING for item in self.items)

    @property
    def is_done(self) -> bool:
        """Whether all of it was delivered that was not cancelled."""
        stages = {item.delivery.stage for item in self.items}
        return stages - {Stage.STOPPED} == {Stage.DONE}

    @property
    def coupons(self) -> tuple[str, ...]:
        """The numbers of the assets whose coupon codes are there."""
        done = (each for each in self.items if each.delivery.stage == Stage.DONE)
        return tuple(each.asset_number for each in done)


def progress_of(*, number: str, member: Membership, today: date) -> OrderProgress:
    """
    Return an order as its buyer sees it.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    order, status = get_placed_order(number=number, member=member)
    items = list(items_with_assets(OrderItem.objects.filter(order=order)))
    is_payer = may_see_prices(order=order, member=member)
    basket = getattr(order, "basket", None)
    return OrderProgress(
        number=order.number,
        state=order.state,
        status=status,
        receiver_name=order.account.name,
        payer_name=order.bill_to.name,
        recipient_email=order.recipient_email,
        po_code=order.po_code,
        placed_at=order.submitted_at,
        placed_by=basket.user.get_full_name() if basket else "",
        items=tuple(_items(items, order, is_payer=is_payer, today=today)),
        totals=totals_of(items=items, currency=order.currency) if is_payer else None,
        invoices=bills_of_order(order=order, payer=member.account),
        waits_for=_waits_for(order, member),
        asks_viewer=_asks(order, member),
        may_cancel=may_cancel(order=order, member=member),
        may_write_po_code=may_write_po_code(order=order, member=member),
        rest=tuple(_rest(items, order, member)),
        because=order.cancelled_because,
    )


def _items(
    items: Sequence[OrderItem], order: Order, *, is_payer: bool, today: date
) -> Iterator[ItemProgress]:
    for item in items:
        asset = asset_of(item)
        yield ItemProgress(
            name=asset.name if asset else item.asset_name or item.product_name,
            product_name=item.product_name,
            quantity=item.quantity,
            price=_price(item) if is_payer else None,
            asset_number=asset.number if asset else "",
            delivery=delivery_of(item, order, today=today),
            because=order.cancelled_because if item.is_cancelled else "",
        )


def _rest(
    items: Sequence[OrderItem], order: Order, member: Membership
) -> Iterator[str]:
    if may_cancel_rest(order=order, member=member):
        yield from (str(item) for item in items if item.state == ItemState.OPEN)


def _price(item: OrderItem) -> ItemPrice:
    unit_price = Money(item.unit_price, item.currency)
    return ItemPrice(unit_price, item.discount_percent, item.net)


def _waits_for(order: Order, member: Membership) -> str:
    """Return what the whole order waits for before anything of it starts."""
    if order.state == OrderState.AWAITING_APPROVAL:
        return _waits_for_a_yes(order, member)
    if order.state == OrderState.SUBMITTED:
        return _(
            "Our staff execute this order. You need not do anything; the coupon code "
            "is mailed as soon as it is there."
        )
    return ""


def _waits_for_a_yes(order: Order, member: Membership) -> str:
    """Return who has to agree to an order, and what happens then."""
    if not _is_up_to_reseller(order):
        return _(
            "The order is above the credit that is left, so somebody of ours looks at "
            "it first. You need not do anything; it goes on once it is approved."
        )
    reseller = order.account.parent
    if reseller is None or reseller == member.account:
        return _("It waits for the approval of your account.")
    words = _(
        "%(reseller)s has to agree to this order first. You need not do anything: it "
        "goes on once they agree; if they do not, you read their reason here."
    )
    return words % {"reseller": reseller.name}


def _asks(order: Order, member: Membership) -> bool:
    """Return whether an order waits for the yes of who is looking."""
    is_mine = order.account.parent_id == member.account.pk
    may_answer = is_mine and member.may("orders.approve")
    return may_answer and _is_up_to_reseller(order)


def _is_up_to_reseller(order: Order) -> bool:
    if order.state not in (OrderState.AWAITING_APPROVAL, OrderState.EXECUTING):
        return False
    return asks_reseller(order=order)
