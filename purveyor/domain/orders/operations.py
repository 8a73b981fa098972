"""What is done with an order, from its first draft until it can be executed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.operations import hold_accounts
from purveyor.domain.accounts.queries import country_of, order_email_of
from purveyor.domain.catalogue.queries import check_is_sellable
from purveyor.domain.orders.approvals import withdraw_approvals
from purveyor.domain.orders.closing import close_order
from purveyor.domain.orders.lifecycle import ORDER, OrderState
from purveyor.domain.orders.lines import Line, fill_in_payer, priced
from purveyor.domain.orders.models import ORDER_NUMBERS, Order, OrderItem
from purveyor.domain.orders.pricing import book_of, check_price
from purveyor.domain.orders.queries import lock_open_items
from purveyor.domain.orders.reasons import kept_reason
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import changes_of, check, log

ITEMS_MAX = 200


class EmptyOrder(Refused):
    """An order needs at least one item before it can be submitted."""

    code = "orders.empty"


class TooManyItems(Refused):
    """An order has a limit of items."""

    code = "orders.too_many_items"


class OrderingDisabled(Refused):
    """The account may not order."""

    code = "orders.ordering_disabled"


class ForeignCurrency(Refused):
    """An order is in the currency of the account that is billed."""

    code = "orders.foreign_currency"


class WrongRecipient(Refused):
    """The coupon code goes to a contact of the account, its payer or its reseller."""

    code = "orders.wrong_recipient"


class NoRecipient(Refused):
    """Somebody must get the coupon code."""

    code = "orders.no_recipient"


class NotADraft(Refused):
    """Only a draft can be edited."""

    code = "orders.not_a_draft"


@transaction.atomic
def create_order(*, order: Order, actor: str, now: datetime) -> None:
    """
    Create a draft order from a record that is filled in but not saved.

    :raises OrderingDisabled: if the account may not order.
    :raises ForeignCurrency: if it is not in the payer's currency.
    :raises WrongRecipient: if the recipient is a stranger.
    """
    _check_parties(order)
    order.created_at, order.created_by = now, actor
    (order.number,) = ORDER_NUMBERS.take()
    order.name = order.name or _usual_name(order)
    check(order)
    order.save(force_insert=True)
    log(order, "create", actor=actor, at=now)


@transaction.atomic
def edit_order(
    *, order: Order, changed: Collection[str], actor: str, now: datetime
) -> None:
    """
    Save what was changed of a draft order.

    :raises NotADraft: if it was submitted meanwhile.
    """
    lock_draft(order)
    _check_parties(order)
    written = {*changed, "bill_to", "currency"}
    if "account" in written and _is_called_as_usual(order):
        order.name = _usual_name(order)
        written.add("name")
    check(order)
    changes = changes_of(order, written)
    order.save(update_fields=written)
    log(order, "edit", actor=actor, at=now, changes=changes)


def _usual_name(order: Order) -> str:
    """Return how an order is called unless somebody names it."""
    return f"{order.account.name} {order.number}"


def _is_called_as_usual(order: Order) -> bool:
    """Return whether the stored name is the one made from the stored account."""
    stored = Order.objects.select_related("account").get(pk=order.pk)
    return stored.name == _usual_name(stored)


def lock_draft(order: Order) -> None:
    """
    Keep a draft order for this transaction.

    :raises NotADraft: if it was submitted or cancelled meanwhile.
    """
    draft = Order.objects.select_for_update().filter(
        pk=order.pk, state=OrderState.DRAFT
    )
    if not draft.exists():
        message = _(
            "%(order)s is no longer a draft. Reload the page; copy it to change it."
        )
        raise NotADraft(message % {"order": order.number})


def _check_parties(order: Order) -> None:
    account = order.account
    if not account.is_ordering_enabled:
        message = _("%(account)s may not order. Switch on Ordering on its page first.")
        raise OrderingDisabled(message % {"account": account.name})
    fill_in_payer(order)
    hold_accounts(account, order.bill_to)
    payers = {account.pk, account.parent_id, account.bill_to_id}
    if order.bill_to_id not in payers:
        message = _(
            "%(payer)s does not pay for %(account)s. Choose another Billing To."
        )
        raise Refused(message % {"payer": order.bill_to.name, "account": account.name})
    if order.currency != order.bill_to.currency:
        message = _(
            "%(payer)s is billed in %(theirs)s, not in %(ours)s. Change the currency."
        )
        names = {"theirs": order.bill_to.currency, "ours": order.currency}
        raise ForeignCurrency(message % {"payer": order.bill_to.name, **names})
    if order.recipient is not None and order.recipient.account_id not in payers:
        message = _(
            "%(recipient)s belongs to another account. Choose another recipient."
        )
        raise WrongRecipient(message % {"recipient": order.recipient})


@transaction.atomic
def put_items(
    *, order: Order, lines: Sequence[Line], actor: str, now: datetime
) -> list[OrderItem]:
    """
    Set the items of a draft order, at the prices of now.

    :raises NotADraft: if the order was submitted meanwhile.
    :raises WrongQuantity: if a quantity is not from 1 to the limit.
    :raises WrongPrice: if an agreed price is out of bounds.
    :raises NotPublished: if a product cannot be sold.
    :raises NoPrice: if no price list that holds for the payer has a product.
    """
    lock_draft(order)
    if len(lines) > ITEMS_MAX:
        message = _("An order holds at most %(most)s items. Split it.")
        raise TooManyItems(message % {"most": ITEMS_MAX})
    country = country_of(order.bill_to)
    book = book_of(order, [line.product for line in lines], now)
    items = [
        priced(order, line, position=n, country=country, book=book)
        for n, line in enumerate(lines, start=1)
    ]
    order.items.all().delete()
    made = OrderItem.objects.bulk_create(items)
    said = ", ".join(_said(item) for item in made)[:200]
    log(order, "set_items", actor=actor, at=now, after=said)
    return made


def _said(item: OrderItem) -> str:
    """Return an item for the journal, with what was agreed about its price."""
    said = str(item)
    if item.is_priced_by_hand:
        said += f" @ {item.unit_price} (list {item.list_price})"
    return f"{said} -{item.discount_percent} %" if item.discount_percent else said


@transaction.atomic
def submit_order(*, order: Order, actor: str, now: datetime) -> None:
    """
    Submit a draft order, which fixes its items, prices and recipient.

    :raises EmptyOrder: if the order has no items.
    :raises PriceChanged: if a price is no longer what stands on the order.
    :raises NoRecipient: if nobody would get the coupon code.
    :raises NotADraft: if it was submitted meanwhile.
    """
    lock_draft(order)
    items = list(order.items.select_related("product__product_type__application"))
    if not items:
        raise EmptyOrder(_("Add at least one product before you submit the order."))
    _check_parties(order)
    book = book_of(order, [item.product for item in items], now)
    for item in items:
        check_is_sellable(item.product)
        check_price(item, book)
    email = order.recipient.email if order.recipient else ""
    email = email or order_email_of(account=order.account, bill_to=order.bill_to)
    if not email:
        message = _(
            "Nobody would get the coupon code. Choose a recipient, or add a billing "
            "contact to %(account)s."
        )
        raise NoRecipient(message % {"account": order.account.name})
    ORDER.advance(
        order, "submit", actor=actor, at=now, submitted_at=now, recipient_email=email
    )


@transaction.atomic
def cancel_order(*, order: Order, because: str, actor: str, now: datetime) -> None:
    """
    Cancel an order of which nothing was executed; nobody is asked about it any more.

    :raises Refused: if no reason is given.
    :raises MoveRefused: if something was executed already.
    """
    _check_reason(because)
    reason = kept_reason(because)
    ORDER.advance(order, "cancel", actor=actor, at=now, cancelled_because=reason)
    withdraw_approvals(order=order, because=because, actor=actor, now=now)


@transaction.atomic
def cancel_rest(*, order: Order, because: str, actor: str, now: datetime) -> None:
    """
    Cancel what is still open of an order; what was executed of it stays.

    :raises Refused: if no reason is given.
    :raises MoveRefused: if nothing of it was executed, or nothing is open any more.
    """
    _check_reason(because)
    rest = lock_open_items(order)
    cancelled = close_order(order=order, rest=rest, because=because)
    log(
        order,
        "cancel_rest",
        actor=actor,
        at=now,
        before=OrderState.EXECUTING,
        after=order.state,
        cancelled=cancelled,
        because=order.cancelled_because,
    )
    withdraw_approvals(order=order, because=because, actor=actor, now=now)


def _check_reason(because: str) -> None:
    if not because.strip():
        raise Refused(_("Say why the order is cancelled."))


@transaction.atomic
def annotate_order(
    *, order: Order, notes: str, po_code: str, actor: str, now: datetime
) -> None:
    """
    Write the notes and the PO code of an order, whatever its state.

    Invoices that exist keep the PO code they were made with.

    :raises Refused: if a field says no.
    """
    given = {"notes": notes.strip(), "po_code": po_code.strip()}
    changed = [name for name, text in given.items() if getattr(order, name) != text]
    if not changed:
        return
    before = order.po_code if "po_code" in changed else ""
    for name in changed:
        setattr(order, name, given[name])
    check(order)
    order.save(update_fields=changed)
    after = order.po_code if "po_code" in changed else ""
    facts = {"before": before, "after": after, "fields": sorted(changed)}
    log(order, "annotate", actor=actor, at=now, **facts)
