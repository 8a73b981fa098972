"""
Execute the orders of a bulk execution, one after the other, whatever becomes of each.

A step of the street. Each order has a transaction of its own, which also writes its
result; so a worker may die at any moment, and the next one goes on where it stopped.
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
from purveyor.domain.orders.queries import items_for_staff, open_items_of
from purveyor.flows.execution.choosing import (
    finish_bulk,
    next_waiting,
    note_executed,
    note_refused,
)
from purveyor.flows.execution.lifecycle import BulkState
from purveyor.flows.execution.models import BulkExecution, BulkOrder
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.work.leases import Lease

BATCH = 50  # orders between two looks at the lease, and at whether it was stopped
WORKER = "worker"

logger = structlog.get_logger(__name__)


def walk_bulk(*, lease: Lease, now: datetime) -> None:
    """Execute what waits in a bulk execution, then write that it is done."""
    bulk = BulkExecution.objects.get(pk=lease.pk)
    watch = clock.Stopwatch(now)
    while batch := next_waiting(bulk=bulk, limit=BATCH):
        lease.renew(waits_because=_("Orders are being executed."))
        for chosen in batch:
            _do_one(bulk, chosen, now=watch.now())
    bulk.refresh_from_db()
    if bulk.state == BulkState.RUNNING:
        finish_bulk(bulk=bulk, actor=WORKER, now=watch.now())
    lease.end()


def _do_one(bulk: BulkExecution, chosen: BulkOrder, *, now: datetime) -> None:
    """Execute one order, or write why not; nothing of it reaches the others."""
    try:
        _execute(bulk, chosen, now=now)
    except Refused as refusal:
        _refuse(chosen, refusal.message)
    except Exception:
        # One bad record must not stop the others; what it was stands in the log.
        logger.exception("bulk_order_failed", order=chosen.order.number)
        _refuse(chosen, _("Something went wrong on our side. Execute it by itself."))


@transaction.atomic
def _execute(bulk: BulkExecution, chosen: BulkOrder, *, now: datetime) -> None:
    assert bulk.start_date is not None  # it is running
    if not ORDER.allows(chosen.order, "execute"):
        raise ORDER.refusal(chosen.order, "execute")
    for_staff = items_for_staff(chosen.order)
    only = _rest_of(chosen.order, for_staff) if for_staff else None
    execution = execute_order(
        order=chosen.order,
        plan=ExecutionPlan(bulk.start_date, InvoiceOption(bulk.invoice_option)),
        only=only,
        actor=bulk.asked_by,
        now=now,
    )
    left_open = [item.product_name for item in for_staff]
    note_executed(chosen=chosen, execution=execution, left_open=left_open)


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
        logger.info("bulk_order_left", order=chosen.order.number)
