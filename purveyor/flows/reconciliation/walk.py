"""What a worker does for a reconciliation: read on, look by code, plan, apply."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.provisioning.causes import why_of
from purveyor.domain.provisioning.contract import (
    ServiceManager,
    VendorUnavailable,
)
from purveyor.domain.provisioning.operations.gate import GateClosed
from purveyor.domain.provisioning.registry import manager_for
from purveyor.flows.reconciliation.absences import confirm_absences
from purveyor.flows.reconciliation.applying import apply_plan
from purveyor.flows.reconciliation.lifecycle import RUN, RunState
from purveyor.flows.reconciliation.listing import (
    begin_again,
    read_accounts,
    read_listing,
)
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.planning import WORKER, make_plan
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.delays import next_try_at
from purveyor.kernel.work.leases import Lease

TRIES_MAX = 30  # about a day; while nobody asks the vendor, none is made
TRIES_OF_A_PLACE = 3  # then the listing is read from its beginning


def walk_reconciliation(*, lease: Lease, now: datetime) -> None:
    """
    Go on with a reconciliation until it needs a person, or the vendor does not answer.

    A step of the street, run by a worker under a lease. Running it twice does nothing
    twice.
    """
    related = ("application__setup", "account", "undoes")
    run = ReconciliationRun.objects.select_related(*related).get(pk=lease.pk)
    manager = manager_for(run.application.setup)
    watch = Stopwatch(now)
    try:
        if run.state == RunState.LOOKING:
            _look(run, manager, lease, watch)
        elif run.state == RunState.APPLYING:
            apply_plan(run=run, manager=manager, lease=lease, watch=watch)
        else:
            lease.end(due_at=None)
    except GateClosed:
        lease.end()
    except VendorUnavailable as error:
        _wait(run, error, lease, now=watch.now())


def _look(
    run: ReconciliationRun, manager: ServiceManager, lease: Lease, watch: Stopwatch
) -> None:
    if run.listed_at is None and not read_listing(
        run=run, manager=manager, lease=lease, watch=watch
    ):
        lease.end(due_at=watch.now())
        return
    if not confirm_absences(run=run, manager=manager, lease=lease, watch=watch):
        lease.end(due_at=watch.now())
        return
    if run.accounts_began_at is None and run.account is None:
        read_accounts(run=run, manager=manager, lease=lease, watch=watch)
    make_plan(run=run, manager=manager, lease=lease, now=watch.now())


def _wait(
    run: ReconciliationRun, error: VendorUnavailable, lease: Lease, *, now: datetime
) -> None:
    """Look again later; what was read stays. At the end of our patience, say so."""
    tries = run.tries_count + 1
    if run.state == RunState.LOOKING and tries > TRIES_MAX:
        _fail(run, error, lease, now=now)
        return
    if run.cursor and tries % TRIES_OF_A_PLACE == 0:
        begin_again(run=run, lease=lease)
    lease.end(
        tries_count=tries,
        due_at=next_try_at(tries_count=tries, now=now),
        **why_of(error).columns,
    )


@transaction.atomic(durable=True)
def _fail(
    run: ReconciliationRun, error: VendorUnavailable, lease: Lease, *, now: datetime
) -> None:
    lease.renew()
    words = _("The vendor could not be read: %(reason)s Start it again later.")
    reason = (words % {"reason": error.message})[:500]
    RUN.move(run, "fail", ended_at=now, due_at=None, waits_because=reason)
    lease.end()
    log(run, "fail", actor=WORKER, at=now, after=run.state, reason=reason)
