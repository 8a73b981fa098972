"""How a reconciliation goes while a worker is at it, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from purveyor.faces.backoffice.frame.looks import address_of_look, looks_of
from purveyor.faces.backoffice.operations.provisioning_panels import LOOKS_MAX
from purveyor.faces.backoffice.operations.reconciliation_run import UNDER_WAY
from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.queries import applied_counts, rows_last_listed
from purveyor.kernel import clock
from purveyor.kernel.work.queries import workers_alive

SOON = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, how far it is, and where to look again."""

    run: ReconciliationRun
    title: str
    text: str
    done_count: int
    total_count: int  # 0 if nobody knows
    waits_until: datetime | None
    is_nobody_working: bool
    next_look: str


def progress_of(run: ReconciliationRun, query: Mapping[str, str]) -> Progress | None:
    """Return how it goes; None once it needs no worker any more."""
    if run.state not in UNDER_WAY:
        return None
    now, look = clock.now(), looks_of(query, most=LOOKS_MAX)
    is_looking = run.state == RunState.LOOKING
    done, total = _looked(run) if is_looking else applied_counts(run=run)
    address = reverse("bss:reconciliation_progress", args=[run.pk])
    return Progress(
        run=run,
        title=_("The vendor is being looked at") if is_looking else _("Being applied"),
        text=run.waits_because,
        done_count=min(done, total),
        total_count=total,
        waits_until=run.due_at if run.due_at and run.due_at > now + SOON else None,
        is_nobody_working=not workers_alive(now=now),
        next_look=address_of_look(address, look=look, goes_on=look < LOOKS_MAX),
    )


def _looked(run: ReconciliationRun) -> tuple[int, int]:
    """Return how many coupons are read, and how many there were the last time."""
    return run.rows_count, rows_last_listed(application=run.application_id)
