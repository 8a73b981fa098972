"""Take back an order, or what is not executed of it yet: by whoever placed it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import accounts_under
from purveyor.domain.orders.lifecycle import ORDER
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import cancel_order, cancel_rest
from purveyor.domain.orders.queries import name_of_status, with_status_for_buyers
from purveyor.kernel.errors import NotFound, Refused


class OrderedByAnother(Refused):
    """An order is cancelled by the account that placed it, or by its reseller."""

    code = "checkout.ordered_by_another"


def get_placed_order(*, number: str, member: Membership) -> tuple[Order, str]:
    """
    Return an order that a member sees, with its parties, and what its status is called.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    seen = Order.objects.filter(
        accounts_under(member.account), number=number, submitted_at__isnull=False
    ).select_related("account__parent", "bill_to", "basket__user", "basket__account")
    order = with_status_for_buyers(seen).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order, name_of_status(order)


def may_cancel(*, order: Order, member: Membership) -> bool:
    """Return whether a member may take an order back now; its basket is fetched."""
    return ORDER.allows(order, "cancel") and _may_take_back(order, member)


def may_cancel_rest(*, order: Order, member: Membership) -> bool:
    """Return whether a member may take back now what is open of an order."""
    return ORDER.allows(order, "close") and _may_take_back(order, member)


@transaction.atomic
def take_back(
    *, number: str, because: str, member: Membership, actor: str, now: datetime
) -> None:
    """
    Cancel an order of which nothing was executed.

    :raises NotFound: if there is none, or the member does not see it.
    :raises OrderedByAnother: if another account placed it.
    :raises Refused: if no reason is given.
    :raises MoveRefused: if something was executed already.
    """
    order = _own_order(number, member)
    cancel_order(order=order, because=because, actor=actor, now=now)


@transaction.atomic
def take_back_rest(
    *, number: str, because: str, member: Membership, actor: str, now: datetime
) -> None:
    """
    Cancel what is still open of an order; what was executed of it stays.

    :raises NotFound: if there is none, or the member does not see it.
    :raises OrderedByAnother: if another account placed it.
    :raises Refused: if no reason is given.
    :raises MoveRefused: if nothing of it was executed, or nothing is open any more.
    """
    order = _own_order(number, member)
    cancel_rest(order=order, because=because, actor=actor, now=now)


def _own_order(number: str, member: Membership) -> Order:
    order, _status = get_placed_order(number=number, member=member)
    if not _is_placed_by(order, member):
        message = _("%(account)s placed this order. Ask them to cancel it.")
        raise OrderedByAnother(message % {"account": _placer_of(order).name})
    return order


def _may_take_back(order: Order, member: Membership) -> bool:
    return member.may("orders.cancel") and _is_placed_by(order, member)


def _is_placed_by(order: Order, member: Membership) -> bool:
    """Return whether a member's account, or one of its end customers, placed it."""
    placer = _placer_of(order)
    is_own = placer.pk == member.account.pk
    return is_own or (member.is_reseller and placer.parent_id == member.account.pk)


def _placer_of(order: Order) -> Account:
    """Return for whom an order was placed, unless another account filled its basket."""
    basket = getattr(order, "basket", None)
    return basket.account if basket else order.account
