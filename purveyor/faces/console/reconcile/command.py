"""What `purveyor reconcile` does, and with which exit code it ends."""

import getpass
import os
import sys
from contextlib import suppress

from purveyor.domain.provisioning.queries import check_lease
from purveyor.faces.console.readiness import require_migrated
from purveyor.faces.console.reconcile.carrying import carry, note
from purveyor.faces.console.reconcile.summary import print_applied, print_plan
from purveyor.flows.reconciliation.approval import (
    SecondPersonNeeded,
    UnsafePlan,
    approve_plan,
)
from purveyor.flows.reconciliation.exports import as_csv, as_json
from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.queries import (
    OPEN,
    Scope,
    get_run,
    look_at,
    scope_called,
)
from purveyor.flows.reconciliation.starting import LooksAlready, start_reconciliation
from purveyor.kernel import clock
from purveyor.kernel.errors import NotFound, Refused

AGREE, DIFFER, LINES_REFUSED = 0, 2, 3
EXPORTS = {"csv": as_csv, "json": as_json}


class NoPlan(Refused):
    """A reconciliation that failed, was discarded or applied leaves no plan."""

    code = "console.no_plan"


class ForcedWhat(Refused):
    """There is something to insist on only where a plan is applied."""

    code = "console.forced_what"


def run(
    *,
    application: str,
    account: str | None,
    plan: int | None,
    is_forced: bool,
    shape: str | None,
) -> int:
    """
    Compare with a vendor and print the plan, or apply one; return the exit code.

    :raises NotPrepared: if the database is not up to date.
    :raises NotFound: if there is no such application, account or plan.
    :raises NoPlan: if nothing came of it.
    :raises Refused: for all that a plan is refused for.
    """
    require_migrated()
    check_lease()
    scope = scope_called(application=application, account=account)
    if plan is not None:
        return _apply(scope, plan, is_forced=is_forced, shape=shape)
    if is_forced:
        message = "--force goes with --apply PLAN: a look changes nothing."
        raise ForcedWhat(message)
    return _look(scope, shape=shape)


# ------------------------------------------------------------------ look


def _look(scope: Scope, *, shape: str | None) -> int:
    ended = carry(_started(scope))
    if ended.state in {RunState.FAILED, RunState.DISCARDED}:
        raise NoPlan(_state_of(ended), run=ended.pk)
    if shape is None:
        print_plan(ended)
    else:
        _export(ended, shape)
    return DIFFER if ended.findings_count else AGREE


def _started(scope: Scope) -> ReconciliationRun:
    """Return a new look at a vendor, or the one of the same kind that is under way."""
    application = scope.application
    while True:
        with suppress(LooksAlready):
            begun = start_reconciliation(
                application=application,
                account=scope.account,
                actor=actor(),
                now=clock.now(),
            )
            note(f"Reconciliation {begun.pk} of {application} begins.")
            return begun
        other = look_at(application)
        if other is None:
            continue  # it has just ended
        if other.account == scope.account:
            note(f"Reconciliation {other.pk} is under way already; this joins it.")
            return other
        note(f"Reconciliation {other.pk} looks at {application}; this waits for it.")
        carry(other)


# ------------------------------------------------------------------ apply


def _apply(scope: Scope, plan: int, *, is_forced: bool, shape: str | None) -> int:
    found = get_run(pk=plan)
    if found.application != scope.application:
        names = f"{found.application}, not of {scope.application}"
        message = f"Plan {plan} is one of {names}."
        raise NotFound(message, run=plan)
    if found.state in OPEN:
        _approve(found, is_forced=is_forced)
    elif found.state != RunState.APPLYING:
        raise NoPlan(f"{_state_of(found)} Look again, and apply the new plan.")
    ended = carry(found)
    if shape is None:
        print_applied(ended)
    else:
        _export(ended, shape)
    return LINES_REFUSED if ended.refused_count else AGREE


def _approve(plan: ReconciliationRun, *, is_forced: bool) -> None:
    try:
        approve_plan(run=plan, is_forced=is_forced, actor=actor(), now=clock.now())
    except SecondPersonNeeded as refusal:
        where = "Plans are proposed under Operations > Reconciliation."
        raise SecondPersonNeeded(f"{refusal.message} {where}") from refusal
    except UnsafePlan as refusal:
        how = "Here that is --force."
        raise UnsafePlan(f"{refusal.message} {how}", **refusal.facts) from refusal


# ------------------------------------------------------------------ words


def _state_of(run: ReconciliationRun) -> str:
    words = f"Reconciliation {run.pk} is “{run.get_state_display()}”."
    return f"{words} {run.waits_because}".strip()


def actor() -> str:
    """Return who sits at this command line, as the journal names them."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container may know no name for its user
        return f"cli:{os.getuid()}"


def _export(plan: ReconciliationRun, shape: str) -> None:
    """Print a whole plan as it is read; whoever reads it may stop reading."""
    try:
        for part in EXPORTS[shape](plan):
            sys.stdout.write(part)
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # what is left is flushed into nothing
