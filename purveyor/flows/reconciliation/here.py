"""
Do the work of one reconciliation in this process, as a worker does.

It is claimed as workers claim it, so of two who are there only one does it.
"""

from datetime import datetime

from django.db import connection
from django.db.models import Q

from purveyor.domain.provisioning.models import Breaker
from purveyor.domain.provisioning.operations.breaker import probe_vendor
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.street import WALKING
from purveyor.kernel.work.engine import Due, do_leased
from purveyor.kernel.work.leases import Lease, claim

PROBING = Due(Breaker, "due_at", probe_vendor)


def work_on(*, run: ReconciliationRun, now: datetime) -> bool:
    """
    Do the next step of a reconciliation; return False if there is none to do now.

    While nobody asks its vendor it is found out, when that is due, whether it answers
    again: no worker may be there to do so.
    """
    lease = _claimed(run, now=now)
    if lease is not None:
        _do(WALKING, lease, now=now)
        return True
    silent = Q(application=run.application_id)
    probes = claim(Breaker, now=now, limit=1, only=silent)
    for probe in probes:
        _do(PROBING, probe, now=now)
    return bool(probes)


def _claimed(run: ReconciliationRun, *, now: datetime) -> Lease | None:
    """Return the lease on a run that is due and free, and whose vendor is asked."""
    for queue in WALKING.queues(now):
        only = Q(pk=run.pk) & (queue.only or Q())
        for lease in claim(ReconciliationRun, now=now, limit=1, only=only):
            return lease
    return None


def _do(due: Due, lease: Lease, *, now: datetime) -> None:
    try:
        do_leased(due, lease, now=now)
    except KeyboardInterrupt:
        connection.close()  # what was being written is not
        lease.end()  # a worker goes on at once
        raise
