"""What an account has ordered, as its own people see it: the list under Billing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import FETCH_RAISE, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import accounts_under, held_by, newest_held
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import (
    Totals,
    name_of_status,
    totals_of,
    with_status_for_buyers,
)
from purveyor.flows.checkout.deliveries import (
    Delivery,
    delivery_of,
    delivery_status,
    items_with_assets,
)

ROWS_MAX = 500
COUNT_MAX = 100
S = OrderState


class Standing(StrEnum):
    """How an order stands for who placed it; the list is filtered by it."""

    OPEN = "open"
    APPROVAL = "approval"
    EXECUTED = "executed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """What a filter calls it."""
        return str(_LABELS[self])

    @property
    def states(self) -> tuple[OrderState, ...]:
        """The states in which an order stands like this."""
        return _STATES[self]


_LABELS = {
    Standing.OPEN: gettext_lazy("Open"),
    Standing.APPROVAL: gettext_lazy("Waiting for approval"),
    Standing.EXECUTED: gettext_lazy("Executed"),
    Standing.CANCELLED: gettext_lazy("Cancelled"),
}
_STATES = {
    Standing.OPEN: (S.SUBMITTED, S.AWAITING_APPROVAL, S.EXECUTING),
    Standing.APPROVAL: (S.AWAITING_APPROVAL,),
    Standing.EXECUTED: (S.EXECUTED,),
    Standing.CANCELLED: (S.CANCELLED,),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which orders a person looks for; empty: all of them."""

    standing: Standing | None = None
    owner: Account | None = None
    term: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order in plain values. `totals` is for those who pay."""

    number: str
    state: str
    status: str
    delivery: Delivery
    receiver_name: str
    po_code: str
    placed_at: datetime | None
    products: tuple[str, ...]
    licenses: int
    totals: Totals | None


def list_purchases(
    *,
    member: Membership,
    wish: Wish,
    today: date,
    after: str = "",
    limit: int = 25,
) -> tuple[Purchase, ...]:
    """
    Return what an account and its end customers have ordered, newest first.

    The next page begins `after` the number of the last row of this one; a number that
    the account does not see begins nowhere, and the list with it.
    """
    viewer = member.account
    orders = Order.objects.filter(_wanted(wish))
    if after:
        last = Order.objects.filter(accounts_under(viewer), number=after)
        orders = orders.filter(pk__lt=last.values("pk")[:1])
    found = _newest(orders, wish, viewer=viewer, limit=min(limit, ROWS_MAX))
    items = Prefetch("items", items_with_assets(OrderItem.objects.all()), "lines")
    page = (
        with_status_for_buyers(Order.objects.filter(pk__in=found))
        .select_related("account", "bill_to")
        .prefetch_related(items)
        .fetch_mode(FETCH_RAISE)
        .order_by("-pk")
    )
    return tuple(_purchase(order, member, today) for order in page)


def count_purchases(
    *, member: Membership, standing: Standing, limit: int = COUNT_MAX
) -> int:
    """Return how many orders of an account stand like this, at most a limit."""
    wish = Wish(standing=standing)
    found = Order.objects.filter(_owned(member.account, wish), _wanted(wish))
    return found.order_by()[:limit].count()


def may_see_prices(*, order: Order, member: Membership) -> bool:
    """Return whether what an order costs concerns a member's account."""
    return member.account.pk in {order.bill_to_id, order.bill_to.parent_id}


def _purchase(order: Any, member: Membership, today: date) -> Purchase:
    lines: Sequence[OrderItem] = order.lines
    items = [item for item in lines if not item.is_cancelled]
    deliveries = [delivery_of(item, order, today=today) for item in items]
    is_payer = may_see_prices(order=order, member=member)
    return Purchase(
        number=order.number,
        state=order.state,
        status=name_of_status(order),
        delivery=delivery_status(deliveries),
        receiver_name=order.account.name,
        po_code=order.po_code,
        placed_at=order.submitted_at,
        products=tuple(str(item) for item in items),
        licenses=sum(item.quantity for item in items),
        totals=totals_of(items=items, currency=order.currency) if is_payer else None,
    )


def _newest(
    orders: QuerySet[Order], wish: Wish, *, viewer: Account, limit: int
) -> list[int]:
    """Return the keys of the newest orders that are wished for."""
    if wish.owner is None and not wish.term.strip():
        return newest_held(records=orders, by=viewer, limit=limit)
    owned = orders.filter(_owned(viewer, wish)).order_by("-pk")
    return list(owned.values_list("pk", flat=True)[:limit])


def _owned(viewer: Account, wish: Wish) -> Q:
    """Return the condition for whose orders are listed."""
    if wish.owner is None:
        return held_by(viewer)
    return Q(account=wish.owner) & accounts_under(viewer)


def _wanted(wish: Wish) -> Q:
    """Return the condition for which orders are listed; drafts are for staff."""
    wanted = Q(submitted_at__isnull=False)
    if wish.standing:
        wanted &= Q(state__in=wish.standing.states)
    term = wish.term.strip()
    if term:
        wanted &= Q(number=term.upper()) | Q(po_code__iexact=term)
    return wanted
