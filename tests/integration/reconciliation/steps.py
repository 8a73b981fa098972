"""What Dan and Eve do about a reconciliation, and what a worker does then."""

from datetime import datetime

from purveyor.domain.accounts.models import Account
from purveyor.flows.reconciliation.approval import (
    approve_plan,
    choose_remedy,
    propose_plan,
)
from purveyor.flows.reconciliation.lifecycle import Remedy
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.flows.reconciliation.starting import start_reconciliation
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.integration.reconciliation.planted import Works

EVE = "eve@distributor.example"


def reconciled(works: Works, at: datetime) -> ReconciliationRun:
    """Look and plan, all of one vendor."""
    run = start_reconciliation(
        application=an_application(), account=None, actor=DAN, now=at
    )
    works(at)
    run.refresh_from_db()
    return run


def applied(run: ReconciliationRun, works: Works, at: datetime) -> ReconciliationRun:
    """Propose, approve, and apply a plan, whatever its size."""
    propose_plan(run=run, actor=DAN, now=at)
    approve_plan(run=run, is_forced=True, actor=EVE, now=at)
    works(at)
    run.refresh_from_db()
    return run


def chosen(
    line: Finding,
    remedy: Remedy | str,
    at: datetime,
    *,
    for_account: Account | None = None,
    because: str = "Asked the vendor.",
) -> None:
    """Choose what is to be done about a line."""
    choose_remedy(
        line=line,
        remedy=remedy,
        for_account=for_account,
        because=because,
        actor=DAN,
        now=at,
    )
