"""
Apply: do what was approved, line by line, each once.

Every line is a transaction of its own, and says itself what became of it. So what was
interrupted goes on where it stopped, and a line that is refused stops none of the
others. Lines that ask the vendor are written, asked, and written again.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from purveyor.domain.provisioning.contract import ServiceManager
from purveyor.flows.reconciliation.cancelling import cancel_at_vendor
from purveyor.flows.reconciliation.guards import locked_and_checked
from purveyor.flows.reconciliation.lifecycle import (
    FINDING,
    RUN,
    FindingState,
    Remedy,
)
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.flows.reconciliation.remedies import REMEDIES, Line
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.leases import Lease

RESULT_MAX = 500
BATCH = 200
LEFT = (FindingState.OPEN, FindingState.ASKING)


def apply_plan(
    *, run: ReconciliationRun, manager: ServiceManager, lease: Lease, watch: Stopwatch
) -> None:
    """
    Apply the lines of a plan that are left, then close it.

    :raises GateClosed: if nobody asks this vendor now.
    :raises VendorUnavailable: the vendor did not answer; the rest is done later.
    :raises LeaseLost: if another worker has the run by now.
    """
    actor = run.approved_by
    for line in _left(run):
        lease.renew()
        if line.remedy == Remedy.CANCEL:
            cancel_at_vendor(
                line=line, manager=manager, lane=run.lane, actor=actor, watch=watch
            )
        else:
            _apply(line=line, actor=actor, now=watch.now())
    _close(run=run, lease=lease, now=watch.now())


def _left(run: ReconciliationRun) -> Iterator[Finding]:
    """Yield the lines that are still to be applied, in their order, few at a time."""
    wanted = run.findings.filter(state__in=LEFT).exclude(remedy="")
    after = 0
    while part := list(
        wanted.filter(position__gt=after)
        .select_related("run__application")
        .order_by("position")[:BATCH]
    ):
        yield from part
        after = part[-1].position


def _apply(*, line: Finding, actor: str, now: datetime) -> None:
    """Do one line, or write why it is refused."""
    try:
        with transaction.atomic(durable=True):
            locked = locked_and_checked(line)
            result = REMEDIES[Remedy(locked.remedy)](Line(locked, actor, now))
            FINDING.move(locked, "mend", result=result[:RESULT_MAX], ended_at=now)
    except Refused as refusal:
        refuse_line(line=line, refusal=refusal, now=now)


@transaction.atomic(durable=True)
def refuse_line(*, line: Finding, refusal: Refused, now: datetime) -> None:
    """Write why a line was not applied; nothing else of it was."""
    FINDING.move(line, "refuse", result=refusal.message[:RESULT_MAX], ended_at=now)


@transaction.atomic(durable=True)
def _close(*, run: ReconciliationRun, lease: Lease, now: datetime) -> None:
    lease.renew()
    counts = run.findings.aggregate(
        done=Count("pk", filter=Q(state=FindingState.DONE)),
        refused=Count("pk", filter=Q(state=FindingState.REFUSED)),
    )
    words = _("Lines done: %(done)d. Lines refused: %(refused)d.") % counts
    RUN.move(
        run,
        "apply",
        done_count=counts["done"],
        refused_count=counts["refused"],
        ended_at=now,
        due_at=None,
        tries_count=0,
        waits_because=words,
        cause="",
    )
    lease.end()
    log(run, "apply", actor=run.approved_by, at=now, after=run.state, **counts)
