"""
Which orders wait for somebody's yes, and how it is given or refused.

Staff with the permission decide about everything; a reseller's member decides whether
an end customer of that reseller may order, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.invoices.credit import Credit, credits_of, lock_credit
from purveyor.domain.orders import approvals
from purveyor.domain.orders.approvals import Need, hold_order
from purveyor.domain.orders.lifecycle import (
    ApprovalCause,
    ApprovalState,
    ItemState,
    OrderState,
)
from purveyor.domain.orders.models import Approval, Order, OrderItem
from purveyor.domain.orders.queries import totals_of
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.money import Money

CREDIT = ApprovalCause.CREDIT
ROWS_MAX = 200
COUNT_MAX = 1_000
UNDECIDED = (OrderState.AWAITING_APPROVAL, OrderState.EXECUTING)


class NothingToApprove(Refused):
    """An order that fits its payer's credit needs nobody's yes."""

    code = "ordering.nothing_to_approve"


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    One order that waits for a yes: what, why, how much, and how that looks today.

    `credit` is its payer's without this order.
    """

    approval_id: int
    order: Order
    cause: ApprovalCause
    asked_at: datetime
    asked_by: str
    amount: Money
    credit: Credit

    @property
    def items(self) -> tuple[str, ...]:
        """What it is about: the items that were not executed yet."""
        items = self.order.items.all()
        return tuple(str(item) for item in items if item.state == ItemState.OPEN)

    @property
    def over(self) -> Money | None:
        """By how much the limit would be exceeded today; None if it would not be."""
        return self.credit.plus(self.amount).over


def needs_of(
    *, order: Order, amount: Money, agreed_by: Account | None = None
) -> list[Need]:
    """
    Return why an order that was just submitted needs a yes; its payer's credit is kept.

    `agreed_by` is the reseller whose member submits it: that is its yes already.
    """
    needs = []
    credit = lock_credit(account=order.bill_to)
    if credit is not None and credit.over is not None:
        before = credit.minus(amount)
        need = Need(ApprovalCause.CREDIT, amount, before.used, credit.limit)
        needs.append(need)
    if reseller_to_ask(account=order.account, agreed_by=agreed_by) is not None:
        used = Money(Decimal(0), order.currency)
        needs.append(Need(ApprovalCause.RESELLER, amount, used))
    return needs


def reseller_to_ask(*, account: Account, agreed_by: Account | None) -> Account | None:
    """Return the reseller that has to agree to orders of an account, if one has to."""
    is_asked = account.needs_reseller_approval and account.parent != agreed_by
    return account.parent if is_asked else None


@transaction.atomic
def ask_for_approval(*, order: Order, actor: str, now: datetime) -> None:
    """
    Have a submitted order wait for a yes, as its payer is above the limit by now.

    :raises NothingToApprove: if it is not, or the yes was given.
    :raises MoveRefused: if the order is not to be executed any more.
    """
    amount = open_amount(order)
    credit = lock_credit(account=order.bill_to)
    asked = order.approvals.filter(
        cause=CREDIT, state__in=(ApprovalState.WAITING, ApprovalState.APPROVED)
    )
    if credit is None or credit.over is None or asked.exists():
        message = _("%(order)s needs no approval, or it was asked for already.")
        raise NothingToApprove(message % {"order": order.number})
    need = Need(CREDIT, amount, credit.minus(amount).used, credit.limit)
    hold_order(order=order, needs=[need], actor=actor, now=now)


@transaction.atomic
def approve_order(
    *,
    approval_id: int,
    because: str = "",
    as_reseller: Account | None = None,
    actor: str,
    now: datetime,
) -> Order:
    """
    Say yes to an order; once nothing else is asked, it can be executed.

    :raises NotFound: if there is no such question, or it is not this reseller's.
    :raises MoveRefused: if it was decided meanwhile.
    """
    approval = get_approval(approval_id=approval_id, as_reseller=as_reseller)
    approvals.approve(approval=approval, because=because, actor=actor, now=now)
    return approval.order


@transaction.atomic
def reject_order(
    *,
    approval_id: int,
    because: str,
    as_reseller: Account | None = None,
    actor: str,
    now: datetime,
) -> Order:
    """
    Say no to an order, which cancels it with the reason, or what is open of it.

    :raises NotFound: if there is no such question, or it is not this reseller's.
    :raises RejectionNeedsReason: if no reason is given.
    :raises MoveRefused: if it was decided meanwhile.
    """
    approval = get_approval(approval_id=approval_id, as_reseller=as_reseller)
    approvals.reject(approval=approval, because=because, actor=actor, now=now)
    return approval.order


def get_approval(*, approval_id: int, as_reseller: Account | None = None) -> Approval:
    """
    Return one question about an order; staff pass no reseller.

    :raises NotFound: if there is none, or it is not this reseller's to answer.
    """
    asked = Approval.objects.select_related("order__account", "order__bill_to")
    if as_reseller is not None:
        asked = asked.filter(
            cause=ApprovalCause.RESELLER, order__account__parent=as_reseller
        )
    approval = asked.filter(pk=approval_id).first()
    if approval is None:
        raise NotFound(_("There is no such approval."), approval=approval_id)
    return approval


def waiting_approvals(
    *,
    as_reseller: Account | None = None,
    after: int | None = None,
    offset: int = 0,
    limit: int = ROWS_MAX,
) -> list[Waiting]:
    """
    Return what waits for a yes, the longest waiting first, with the credit of today.

    The next page begins `after` the last question of this one, also if that one was
    answered meanwhile; one that is not theirs begins nowhere, and the list with it.

    Units:  money in each order's currency.
    """
    asked = _asked(as_reseller).order_by("asked_at", "id")
    if after is not None:
        asked = asked.filter(_comes_after(after, as_reseller))
    # First which they are: those before them are skipped without what they show.
    keys = list(asked.values_list("pk", flat=True)[offset : offset + limit])
    items = Prefetch("order__items", OrderItem.objects.order_by("position", "id"))
    found = Approval.objects.filter(pk__in=keys).order_by("asked_at", "id")
    related = ("order__account", "order__bill_to")
    return _with_credit(list(found.select_related(*related).prefetch_related(items)))


def waiting_for(*, order: Order) -> list[Waiting]:
    """Return what one order waits for, with the credit of today."""
    asked = _undecided().filter(order=order)
    return _with_credit(list(asked.select_related("order__account", "order__bill_to")))


def count_waiting(*, as_reseller: Account | None = None, limit: int = COUNT_MAX) -> int:
    """Return how many questions wait for a yes, at most a limit."""
    return _asked(as_reseller).order_by()[:limit].count()


def open_amount(order: Order) -> Money:
    """Return what the items of an order that were not executed yet cost, with tax."""
    still_open = order.items.filter(state=ItemState.OPEN)
    return totals_of(items=still_open, currency=order.currency).total


def _asked(reseller: Account | None) -> QuerySet[Approval]:
    """Return the questions that a reseller is asked; staff, None, see all of them."""
    if reseller is None:
        return _undecided()
    return _undecided().filter(
        cause=ApprovalCause.RESELLER, order__account__parent=reseller
    )


def _comes_after(approval_id: int, reseller: Account | None) -> Q:
    try:
        last = get_approval(approval_id=approval_id, as_reseller=reseller)
    except NotFound:
        return Q(pk__in=())
    return Q(asked_at__gt=last.asked_at) | Q(asked_at=last.asked_at, id__gt=last.pk)


def _undecided() -> QuerySet[Approval]:
    return Approval.objects.filter(
        state=ApprovalState.WAITING, order__state__in=UNDECIDED
    )


def _with_credit(found: Sequence[Approval]) -> list[Waiting]:
    payers = {each.order.bill_to_id: each.order.bill_to for each in found}
    known = credits_of(payers.values()) if payers else {}
    return [_waiting(each, known[each.order.bill_to_id]) for each in found]


def _waiting(approval: Approval, credit: Credit) -> Waiting:
    order = approval.order
    amount = Money(approval.order_amount, order.currency)
    is_counted = order.state == OrderState.EXECUTING  # its rest is among the ordered
    return Waiting(
        approval_id=approval.pk,
        order=order,
        cause=ApprovalCause(approval.cause),
        asked_at=approval.asked_at,
        asked_by=approval.asked_by,
        amount=amount,
        credit=credit.minus(amount) if is_counted else credit,
    )
