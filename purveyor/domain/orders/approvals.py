"""Ask for the yes that an order needs before it is executed, and give or refuse it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.orders.closing import close_order
from purveyor.domain.orders.lifecycle import (
    APPROVAL,
    ORDER,
    ApprovalCause,
    ApprovalState,
    OrderState,
)
from purveyor.domain.orders.models import Approval, Order
from purveyor.domain.orders.queries import lock_open_items
from purveyor.domain.orders.reasons import kept_reason
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.money import Money


class RejectionNeedsReason(Refused):
    """Whoever ordered is told why the order was rejected."""

    code = "orders.rejection_needs_reason"


@dataclass(frozen=True, slots=True)
class Need:
    """Why an order needs a yes: about how much, and what had been used of the limit."""

    cause: ApprovalCause
    amount: Money
    used: Money
    limit: Money | None = None


@transaction.atomic(savepoint=False)
def hold_order(
    *, order: Order, needs: Sequence[Need], actor: str, now: datetime
) -> list[Approval]:
    """
    Have an order wait until every need has found its yes; return what is asked for.

    A part of submitting an order, in the caller's transaction. An order of which
    something was executed stays *Executing*; its rest waits all the same.

    :raises MoveRefused: if it was cancelled meanwhile, or executed.
    """
    before = order.state
    ORDER.move(order, "hold_rest" if before == OrderState.EXECUTING else "hold")
    log(
        order,
        "hold",
        actor=actor,
        at=now,
        before=before,
        after=order.state,
        why=[str(need.cause.label) for need in needs],
        amount=str(needs[0].amount),
    )
    return Approval.objects.bulk_create(
        Approval(
            order=order,
            cause=need.cause,
            asked_at=now,
            asked_by=actor,
            order_amount=need.amount.amount,
            limit_amount=need.limit.amount if need.limit is not None else None,
            used_amount=need.used.amount,
        )
        for need in needs
    )


@transaction.atomic(savepoint=False)
def approve(*, approval: Approval, because: str, actor: str, now: datetime) -> None:
    """
    Say yes to one need of an order; with the last one it can be executed.

    :raises MoveRefused: if it was decided meanwhile, or the order was cancelled.
    """
    order = _kept(approval)
    before = order.state
    _decide(approval, "approve", because, actor=actor, now=now)
    waiting = order.approvals.filter(state=ApprovalState.WAITING)
    if before != OrderState.EXECUTING and not waiting.exists():
        ORDER.move(order, "approve")
    _tell(approval, order, "approve", before, actor=actor, now=now)


@transaction.atomic(savepoint=False)
def reject(*, approval: Approval, because: str, actor: str, now: datetime) -> None:
    """
    Say no to an order, which cancels it, or its rest; what was executed of it stays.

    :raises RejectionNeedsReason: if no reason is given.
    :raises MoveRefused: if it was decided meanwhile, or the order was cancelled.
    """
    if not because.strip():
        message = _("Say why the order is rejected: whoever ordered will ask.")
        raise RejectionNeedsReason(message)
    rest = lock_open_items(approval.order)  # items before their order, as always
    order = _kept(approval)
    before = order.state
    _decide(approval, "reject", because, actor=actor, now=now)
    for other in order.approvals.filter(state=ApprovalState.WAITING):
        _decide(other, "reject", because, actor=actor, now=now)
    told: dict[str, object] = {}
    if before == OrderState.EXECUTING:
        told["cancelled"] = close_order(order=order, rest=rest, because=because)
    else:
        ORDER.move(order, "reject", cancelled_because=approval.because)
    _tell(approval, order, "reject", before, actor=actor, now=now, **told)


def withdraw_approvals(
    *, order: Order, because: str, actor: str, now: datetime
) -> None:
    """Ask nobody any more, as the order was cancelled; a part of cancelling it."""
    for waiting in order.approvals.filter(state=ApprovalState.WAITING):
        _decide(waiting, "withdraw", because, actor=actor, now=now)


def was_approved(*, order: Order, cause: ApprovalCause) -> bool:
    """Return whether somebody has said yes to this need of an order."""
    given = order.approvals.filter(cause=cause, state=ApprovalState.APPROVED)
    return given.exists()


def asks_reseller(*, order: Order) -> bool:
    """Return whether an order waits for the yes of its account's reseller."""
    waiting = order.approvals.filter(state=ApprovalState.WAITING)
    return waiting.filter(cause=ApprovalCause.RESELLER).exists()


def asks_staff(*, order: Order) -> bool:
    """Return whether an order waits for a yes that is not its reseller's to give."""
    waiting = order.approvals.filter(state=ApprovalState.WAITING)
    return waiting.exclude(cause=ApprovalCause.RESELLER).exists()


def _kept(approval: Approval) -> Order:
    """Return the order as it is now, kept: two who approve do not miss each other."""
    order = Order.objects.select_for_update().get(pk=approval.order_id)
    if order.state not in (OrderState.AWAITING_APPROVAL, OrderState.EXECUTING):
        raise ORDER.refusal(order, "approve")
    approval.order = order
    return order


def _decide(
    approval: Approval, verb: str, because: str, *, actor: str, now: datetime
) -> None:
    reason = kept_reason(because)
    APPROVAL.move(approval, verb, decided_at=now, decided_by=actor, because=reason)


def _tell(
    approval: Approval,
    order: Order,
    verb: str,
    before: str,
    *,
    actor: str,
    now: datetime,
    **facts: object,
) -> None:
    log(
        order,
        verb,
        actor=actor,
        at=now,
        before=before,
        after=order.state,
        why=str(ApprovalCause(approval.cause).label),
        because=approval.because,
        **facts,
    )
