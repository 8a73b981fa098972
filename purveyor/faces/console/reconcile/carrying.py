"""See a reconciliation through: do its work here, or wait for the worker that does."""

import sys
import time

from purveyor.faces.console.locks import RunsAlready, alone_on_sqlite
from purveyor.faces.console.reconcile.showing import shown
from purveyor.flows.reconciliation.here import work_on
from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.queries import get_run
from purveyor.kernel import clock

POLL_SECONDS = 0.2
UNDER_WAY = (RunState.LOOKING, RunState.APPLYING)


def note(words: str) -> None:
    """Say something to the person; what a script reads is not mixed with it."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def carry(run: ReconciliationRun) -> ReconciliationRun:
    """
    Return a reconciliation once it has ended or waits for a person.

    Whoever claims it does the work, step by step: this process, or a worker. Ctrl-C
    leaves the rest to a worker.
    """
    try:
        with shown(run):
            return _carry(run)
    except KeyboardInterrupt:
        note(
            f"Stopped waiting. A worker (`purveyor work`) goes on with reconciliation "
            f"{run.pk}; the same command waits for it again."
        )
        raise


def _carry(run: ReconciliationRun) -> ReconciliationRun:
    why = ""
    while run.state in UNDER_WAY:
        if not _work_on(run):
            time.sleep(POLL_SECONDS)
        run = get_run(pk=run.pk)
        if run.cause and run.state in UNDER_WAY and run.waits_because != why:
            why = run.waits_because
            note(f"It waits, and is tried again by itself: {why}")
    return run


def _work_on(run: ReconciliationRun) -> bool:
    """Do the next step, unless a worker does; SQLite takes only one of the two."""
    try:
        with alone_on_sqlite():
            return work_on(run=run, now=clock.now())
    except RunsAlready:
        return False
