"""
Several orders that were chosen to be executed together.

What was chosen is kept first and started after a look at it. A worker then executes it
(see `bulk.py`). What became of each order stands on its own row, written in the
transaction that executes it: a worker that dies repeats nothing, and an order that is
refused stops none of the others.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from purveyor.domain.orders.executing import ExecutionPlan, check_start_date
from purveyor.domain.orders.models import Execution, Order
from purveyor.flows.execution.lifecycle import (
    BULK,
    BULK_ORDER,
    BulkResult,
    BulkState,
)
from purveyor.flows.execution.models import BulkExecution, BulkOrder
from purveyor.kernel import clock
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.rows import insert_all
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

ORDERS_MAX = 1_000
REASON_MAX = 500
SHOWN_MAX = 50


class NothingChosen(Refused):
    """A bulk execution needs at least one order."""

    code = "execution.nothing_chosen"


class TooManyChosen(Refused):
    """A bulk execution holds a limited number of orders."""

    code = "execution.too_many_chosen"


@transaction.atomic
def prepare_bulk(
    *, orders: Sequence[Order], actor: str, now: datetime
) -> BulkExecution:
    """
    Keep which orders are to be executed together; nothing is done with them yet.

    :raises NothingChosen: if there is none.
    :raises TooManyChosen: if there are more than a bulk execution holds.
    """
    if not orders:
        raise NothingChosen(_("Choose at least one order that can be executed."))
    if len(orders) > ORDERS_MAX:
        message = _("Choose at most %(most)s orders at a time. Narrow the list.")
        raise TooManyChosen(message % {"most": f"{ORDERS_MAX:,}"})
    bulk = BulkExecution.objects.create(
        orders_count=len(orders), asked_by=actor, asked_at=now
    )
    insert_all(
        BulkOrder(bulk=bulk, order=order, position=position)
        for position, order in enumerate(orders, start=1)
    )
    log(bulk, "create", actor=actor, at=now, orders=len(orders))
    return bulk


@transaction.atomic
def start_bulk(
    *, bulk: BulkExecution, plan: ExecutionPlan, actor: str, now: datetime
) -> None:
    """
    Have the chosen orders executed; a worker does it.

    :raises StartsInThePast: if the start date has passed.
    :raises MoveRefused: if it was started or discarded before.
    """
    check_start_date(start_date=plan.start_date, today=clock.day_of(now))
    BULK.advance(
        bulk,
        "start",
        actor=actor,
        at=now,
        start_date=plan.start_date,
        invoice_option=plan.option,
        asked_by=actor,
        started_at=now,
        due_at=now,
        lane=Lane.INTERACTIVE,
        waits_because=_("A worker is about to begin."),
    )
    wake()


@transaction.atomic
def discard_bulk(*, bulk: BulkExecution, actor: str, now: datetime) -> None:
    """
    Give up what was chosen; nothing was done with it.

    :raises MoveRefused: if it was started or discarded before.
    """
    BULK.advance(bulk, "discard", actor=actor, at=now, ended_at=now)


@transaction.atomic
def stop_bulk(*, bulk: BulkExecution, actor: str, now: datetime) -> None:
    """
    Stop; what is executed stays so, what was not tried yet is left as it is.

    :raises MoveRefused: if it has ended.
    """
    BULK.move(bulk, "stop", ended_at=now, due_at=None, waits_because="")
    waiting = bulk.chosen.filter(result=BulkResult.WAITING)
    left = waiting.update(result=BulkResult.LEFT)
    log(bulk, "stop", actor=actor, at=now, after=bulk.state, not_tried=left)


@transaction.atomic
def finish_bulk(*, bulk: BulkExecution, actor: str, now: datetime) -> None:
    """
    Write that every chosen order has its result.

    :raises MoveRefused: if it was stopped meanwhile.
    """
    BULK.move(bulk, "finish", ended_at=now, due_at=None, waits_because="")
    counts = {result.lower(): n for result, n in counts_of(bulk).items() if n}
    log(bulk, "finish", actor=actor, at=now, after=bulk.state, **counts)


def next_waiting(*, bulk: BulkExecution, limit: int) -> list[BulkOrder]:
    """Return the next orders of a running bulk execution; none once it has ended."""
    waiting = BulkOrder.objects.filter(
        bulk=bulk, bulk__state=BulkState.RUNNING, result=BulkResult.WAITING
    )
    return list(waiting.order_by("position")[:limit])


def lock_waiting(chosen: Sequence[BulkOrder]) -> list[BulkOrder]:
    """Return those that still wait; until the transaction ends nobody stops them."""
    waiting = BulkOrder.objects.select_for_update().filter(
        pk__in=[each.pk for each in chosen], result=BulkResult.WAITING
    )
    kept = set(waiting.order_by("position").values_list("pk", flat=True))
    return [each for each in chosen if each.pk in kept]


def note_executed(*, done: Sequence[tuple[BulkOrder, Execution]]) -> None:
    """
    Write that orders were executed, in the transaction that does it.

    :raises MoveRefused: if one has its result already, or was left meanwhile.
    """
    BULK_ORDER.move_all(
        "execute", [(chosen, {"execution": execution}) for chosen, execution in done]
    )


def note_executed_partly(
    *, chosen: BulkOrder, execution: Execution, left_open: Sequence[str]
) -> None:
    """
    Write that an order was executed but for items that wait for staff; by their names.

    :raises MoveRefused: if it has its result already, or was left meanwhile.
    """
    words = _("Waits under Orders for manual management: %(items)s.")
    reason = words % {"items": ", ".join(left_open)}
    BULK_ORDER.move(
        chosen, "execute_partly", execution=execution, reason=reason[:REASON_MAX]
    )


@transaction.atomic
def note_refused(*, chosen: BulkOrder, reason: str) -> None:
    """
    Write why an order was not executed.

    :raises MoveRefused: if it has its result already, or was left meanwhile.
    """
    BULK_ORDER.move(chosen, "refuse", reason=reason[:REASON_MAX])


def counts_of(bulk: BulkExecution) -> Counter[str]:
    """Return how many orders have come to each result."""
    counts = bulk.chosen.order_by().values_list("result").annotate(n=Count("pk"))
    return Counter(dict(counts))


def get_bulk(*, pk: int) -> BulkExecution:
    """
    Return one bulk execution; for staff.

    :raises NotFound: if there is none.
    """
    bulk = BulkExecution.objects.filter(pk=pk).first()
    if bulk is None:
        message = f"There is no bulk execution {pk}."
        raise NotFound(message, pk=pk)
    return bulk


def newest_bulks(*, limit: int = SHOWN_MAX) -> tuple[BulkExecution, ...]:
    """Return the newest bulk executions that were not discarded."""
    found = BulkExecution.objects.exclude(state=BulkState.DISCARDED)
    return tuple(found.order_by("-pk")[: min(limit, SHOWN_MAX)])
