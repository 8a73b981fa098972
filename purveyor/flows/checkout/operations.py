"""What is done with a basket, up to the one order that comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.accounts.models import Account, Contact
from purveyor.domain.accounts.queries import bill_to_of
from purveyor.domain.catalogue.models import Product
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.lines import Line, check_quantity
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import items_of
from purveyor.flows.checkout.baskets import Contents, contacts_for, contents_of
from purveyor.flows.checkout.lifecycle import BASKET, BasketState
from purveyor.flows.checkout.models import Basket, BasketItem
from purveyor.flows.checkout.running import run_by_itself
from purveyor.flows.ordering.operations import draft_order, submit_order
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

BASKET_ITEMS_MAX = 50


class BasketIsFull(Refused):
    """A basket has a limit of products."""

    code = "checkout.basket_is_full"


class BasketIsPlaced(Refused):
    """A basket becomes an order once; then it stays as it was."""

    code = "checkout.basket_is_placed"


class OfferChanged(Refused):
    """What would be ordered is no longer what the buyer has agreed to."""

    code = "checkout.offer_changed"


class OrderHindered(Refused):
    """Something stands in the way of the order, and the basket says what."""

    code = "checkout.order_hindered"


class UnknownRecipient(Refused):
    """The coupon code goes to somebody of the receiver, its payer or its reseller."""

    code = "checkout.unknown_recipient"


@dataclass(frozen=True, slots=True)
class AgreedLine:
    """What a buyer was shown of one line, and has agreed to."""

    code: str
    quantity: int
    unit_price: Decimal
    tax_percent: Decimal


@dataclass(frozen=True, slots=True)
class Party:
    """An account as a buyer was shown it."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    What a buyer was shown at the review, and has agreed to.

    For whom it is, who is billed, the e-mail that gets the coupon code, the buyer's own
    code, and the lines with their currency.
    """

    receiver: Party
    payer: Party
    recipient: str
    po_code: str
    currency: str
    lines: tuple[AgreedLine, ...]


def agreement_on(contents: Contents) -> Agreement:
    """Return what a buyer agrees to by ordering what is in a basket now."""
    lines = (
        AgreedLine(row.code, row.quantity, row.line.unit_price, row.line.tax_percent)
        for row in contents.rows
        if row.line is not None
    )
    recipient = contents.basket.recipient
    return Agreement(
        receiver=_party(contents.receiver),
        payer=_party(contents.payer),
        recipient=recipient.email if recipient is not None else "",
        po_code=contents.basket.po_code,
        currency=contents.totals.net.currency,
        lines=tuple(lines),
    )


@transaction.atomic
def add_to_basket(
    *, member: Membership, product: Product, quantity: int, now: datetime
) -> Basket:
    """
    Put licenses of a product into a member's basket, to those that are there.

    :raises WrongQuantity: if it would hold fewer than one or more than the limit.
    :raises BasketIsFull: if it holds as many products as it can.
    """
    check_quantity(quantity)
    basket, _made = Basket.objects.get_or_create(
        user=member.user,
        account=member.account,
        state=BasketState.OPEN,
        defaults={"created_at": now},
    )
    _lock_open(basket)
    item = basket.items.filter(product=product).first()
    if item is None and basket.items.count() >= BASKET_ITEMS_MAX:
        message = _("A basket holds at most %(most)s products. Order these first.")
        raise BasketIsFull(message % {"most": BASKET_ITEMS_MAX})
    item = item or BasketItem(basket=basket, product=product, quantity=0)
    check_quantity(item.quantity + quantity)
    item.quantity += quantity
    item.save()
    return basket


@transaction.atomic
def change_basket(
    *,
    basket: Basket,
    quantities: Mapping[str, int],
    names: Mapping[str, str],
    receiver: Account | None = None,
) -> None:
    """
    Write what a member has changed in its basket.

    Shape:  keys are product codes; what is not named stays, a quantity of nought takes
            the product out. Without a receiver the one that is chosen stays.
    :raises BasketIsPlaced: if it was ordered meanwhile.
    :raises WrongQuantity: if a quantity is above the limit.
    """
    _lock_open(basket)
    for item in basket.items.select_related("product"):
        code = item.product.code
        quantity = quantities.get(code, item.quantity)
        if quantity == 0:
            item.delete()
            continue
        check_quantity(quantity)
        item.quantity = quantity
        item.asset_name = names.get(code, item.asset_name).strip()[:200]
        item.save(update_fields=["quantity", "asset_name"])
    if receiver is not None and receiver.pk != basket.receiver_id:
        basket.receiver, basket.recipient = receiver, None
        basket.save(update_fields=["receiver", "recipient"])


@transaction.atomic
def put_details(
    *, basket: Basket, recipient: Contact | None, po_code: str, member: Membership
) -> None:
    """
    Write who gets the coupon code, and the buyer's own code for the order.

    :raises BasketIsPlaced: if it was ordered meanwhile.
    :raises UnknownRecipient: if it is a stranger.
    """
    _lock_open(basket)
    receiver = basket.receiver or member.account
    people = contacts_for(receiver=receiver, payer=bill_to_of(receiver))
    if recipient is not None and recipient not in people:
        message = _("Choose one of the people on the list.")
        raise UnknownRecipient(message)
    basket.recipient, basket.po_code = recipient, po_code.strip()[:60]
    basket.save(update_fields=["recipient", "po_code"])


@transaction.atomic
def place_order(
    *,
    basket: Basket,
    member: Membership,
    agreed: Agreement,
    actor: str,
    now: datetime,
) -> Order:
    """
    Make the one order that comes of a basket, and execute what needs nobody.

    One transaction: there is the whole order or none. A basket that was placed before
    has its order; whoever presses again is refused and led there.

    :raises BasketIsPlaced: if it was placed before; its facts name the order.
    :raises OfferChanged: if the buyer has agreed to something else.
    :raises OrderHindered: if something stands in the way.
    """
    _lock_open(basket)
    basket.refresh_from_db(fields=["receiver", "recipient", "po_code"])  # another tab
    contents = contents_of(basket=basket, member=member, on=clock.day_of(now))
    if not contents.is_ready:
        words = [each.words for each in contents.hindrances]
        raise OrderHindered(" ".join(words) or _("There is nothing in the basket."))
    changed = _("Something has changed since you looked. Please check.")
    if agreement_on(contents) != agreed:
        raise OfferChanged(changed)
    order = _order_from(contents, member, actor=actor, now=now)
    if _lines_of(order) != agreed.lines:  # a price that was saved in between
        raise OfferChanged(changed)
    BASKET.move(basket, "place", order=order, placed_at=now)
    if order.state == OrderState.SUBMITTED:
        run_by_itself(order=order, actor=actor, now=now)
    return order


def _party(account: Account) -> Party:
    return Party(account.number, account.name)


def _lock_open(basket: Basket) -> None:
    """
    Keep a basket for this transaction, as long as it is open.

    Its order is asked for afterwards, not joined: whoever has waited here would see the
    basket as it is now, but the orders as they were when it began to wait.
    """
    locked = Basket.objects.select_for_update().get(pk=basket.pk)
    if locked.state != BasketState.OPEN:
        message = _("This basket was ordered already.")
        raise BasketIsPlaced(message, order=locked.order and locked.order.number)


def _order_from(
    contents: Contents, member: Membership, *, actor: str, now: datetime
) -> Order:
    basket = contents.basket
    products = {line.product.code: line.product for line in contents.lines}
    lines = [
        Line(products[row.code], row.quantity, asset_name=row.asset_name)
        for row in contents.rows
    ]
    facts = {
        "bill_to": contents.payer,
        "recipient": basket.recipient,
        "po_code": basket.po_code,
    }
    order = draft_order(
        account=contents.receiver, lines=lines, facts=facts, actor=actor, now=now
    )
    submit_order(order=order, agreed_by=member.account, actor=actor, now=now)
    return order


def _lines_of(order: Order) -> tuple[AgreedLine, ...]:
    return tuple(
        AgreedLine(item.product.code, item.quantity, item.unit_price, item.tax_percent)
        for item in items_of(order)
    )
