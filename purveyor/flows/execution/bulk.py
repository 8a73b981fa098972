"""
Execute the orders of a bulk execution, whatever becomes of each.

A step of the street. Of each batch the plain orders are executed together, the others
one after the other: those above a limit, with items for staff, or with a vendor that
does not know the account. If something goes wrong with the plain ones, each half of
them is tried by itself, and the last few go one after the other. The transaction that
executes an order also writes its result; so a worker may die at any moment, and the
next one goes on where it stopped.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.lifecycle import ORDER
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import (
    items_for_staff,
    open_items_of,
    order_as_it_is,
)
from purveyor.flows.execution.choosing import (
    finish_bulk,
    lock_waiting,
    next_waiting,
    note_executed,
    note_executed_partly,
    note_refused,
)
from purveyor.flows.execution.lifecycle import BulkState
from purveyor.flows.execution.models import BulkExecution, BulkOrder
from purveyor.flows.execution.operations import execute_order, execute_plain
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.work.leases import Lease

BATCH = 1_000  # orders between two looks at the lease, and at whether it was stopped
FEW = 10  # orders that are executed one after the other if together they cannot be
WORKER = "worker"

logger = structlog.get_logger(__name__)


def walk_bulk(*, lease: Lease, now: datetime) -> None:
    """Execute what waits in a bulk execution, then write that it is done."""
    bulk = BulkExecution.objects.get(pk=lease.pk)
    watch = clock.Stopwatch(now)
    while batch := next_waiting(bulk=bulk, limit=BATCH):
        lease.renew(waits_because=_("Orders are being executed."))
        done = _do_together(bulk, batch, now=watch.now())
        for chosen in batch:
            if chosen.pk not in done:
                _do_one(bulk, chosen, now=watch.now())
    bulk.refresh_from_db()
    if bulk.state == BulkState.RUNNING:
        finish_bulk(bulk=bulk, actor=WORKER, now=watch.now())
    lease.end()


def _do_together(
    bulk: BulkExecution, batch: Sequence[BulkOrder], *, now: datetime
) -> set[int]:
    """
    Execute the plain orders of a batch at once; return whose turn is over.

    One bad record must neither stop the others nor make all of them slow.
    """
    try:
        return _execute_together(bulk, batch, now=now)
    except Exception:
        logger.exception("bulk_batch_failed", bulk=bulk.pk, orders=len(batch))
    if len(batch) <= FEW:
        return set()  # each is tried by itself
    half = len(batch) // 2
    done = _do_together(bulk, batch[:half], now=now)
    return done | _do_together(bulk, batch[half:], now=now)


@transaction.atomic
def _execute_together(
    bulk: BulkExecution, batch: Sequence[BulkOrder], *, now: datetime
) -> set[int]:
    by_order = {chosen.order_id: chosen for chosen in lock_waiting(batch)}
    executions = execute_plain(
        orders=list(by_order), plan=_plan_of(bulk), actor=bulk.asked_by, now=now
    )
    done = [(by_order[execution.order_id], execution) for execution in executions]
    note_executed(done=done)
    return {chosen.pk for chosen, _execution in done}


def _do_one(bulk: BulkExecution, chosen: BulkOrder, *, now: datetime) -> None:
    """Execute one order, or write why not; nothing of it reaches the others."""
    try:
        _execute(bulk, chosen, now=now)
    except Refused as refusal:
        _refuse(chosen, refusal.message)
    except Exception:
        # One bad record must not stop the others; what it was stands in the log.
        logger.exception("bulk_order_failed", order=chosen.order_id)
        _refuse(chosen, _("Something went wrong on our side. Execute it by itself."))


@transaction.atomic
def _execute(bulk: BulkExecution, chosen: BulkOrder, *, now: datetime) -> None:
    if not lock_waiting([chosen]):
        return  # it was stopped meanwhile
    order = order_as_it_is(pk=chosen.order_id)
    if not ORDER.allows(order, "execute"):
        raise ORDER.refusal(order, "execute")
    for_staff = items_for_staff(order)
    execution = execute_order(
        order=order,
        plan=_plan_of(bulk),
        only=_rest_of(order, for_staff) if for_staff else None,
        actor=bulk.asked_by,
        now=now,
    )
    if for_staff:
        left_open = [item.product_name for item in for_staff]
        note_executed_partly(chosen=chosen, execution=execution, left_open=left_open)
    else:
        note_executed(done=[(chosen, execution)])


def _plan_of(bulk: BulkExecution) -> ExecutionPlan:
    assert bulk.start_date is not None  # it is running
    return ExecutionPlan(bulk.start_date, InvoiceOption(bulk.invoice_option))


def _rest_of(order: Order, for_staff: Sequence[OrderItem]) -> set[int]:
    """Return the open items that need no staff; refuse if there is none."""
    rest = {item.pk for item in open_items_of(order)}
    rest -= {item.pk for item in for_staff}
    if not rest:
        message = _(
            "Executed by staff only: %(items)s. Open the order, then Execute Order."
        )
        names = ", ".join(item.product_name for item in for_staff)
        raise Refused(message % {"items": names})
    return rest


def _refuse(chosen: BulkOrder, reason: str) -> None:
    try:
        note_refused(chosen=chosen, reason=reason)
    except MoveRefused:  # stopped meanwhile: it was left
        logger.info("bulk_order_left", order=chosen.order_id)
