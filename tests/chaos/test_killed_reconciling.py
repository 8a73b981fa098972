"""A worker is killed while it applies a plan; another goes on, nothing twice."""

import signal

import pytest

from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.models import Order
from purveyor.flows.reconciliation.approval import (
    approve_plan,
    choose_remedy,
    propose_plan,
)
from purveyor.flows.reconciliation.lifecycle import Drift, Remedy, RunState
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.starting import start_reconciliation
from purveyor.kernel import clock
from tests.chaos.conftest import Buyer
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

PATIENCE = 40
STRANGERS = 3
EVE = "eve@distributor.example"


def is_in(run: ReconciliationRun, state: RunState) -> bool:
    run.refresh_from_db()
    return run.state == state


def a_plan(vendor: StandIn, crew: Crew, buys: Buyer) -> ReconciliationRun:
    """Return a plan that imports three strangers and cancels a second coupon."""
    worker = crew.starts()
    (asset,) = buys.licenses(1)
    assert eventually(
        Asset.objects.filter(coupon_hash__isnull=False).exists, seconds=30
    )
    external_id = buys.account.links.get().external_id
    vendor.makes_a_stranger(reference=asset.key, account=external_id)
    vendor.makes_strangers(STRANGERS, account=external_id)
    run = start_reconciliation(
        application=an_application(), account=None, actor=DAN, now=clock.now()
    )
    assert eventually(lambda: is_in(run, RunState.PLANNED), seconds=PATIENCE)
    assert worker.stops() == 0
    return run


def prepare(run: ReconciliationRun, buys: Buyer) -> None:
    for line in run.findings.filter(drift=Drift.STRANGER):
        choose_remedy(
            line=line,
            remedy=Remedy.IMPORT,
            for_account=buys.account,
            because="",
            actor=DAN,
            now=clock.now(),
        )
    propose_plan(run=run, actor=DAN, now=clock.now())
    approve_plan(run=run, is_forced=True, actor=EVE, now=clock.now())


@pytest.mark.parametrize("point", ["before_a_line_is_done", "after_a_line_is_done"])
def test_whoever_dies_while_a_plan_is_applied_it_is_applied_once(
    hasty_vendor: StandIn, crew: Crew, buys: Buyer, point: str
) -> None:
    run = a_plan(hasty_vendor, crew, buys)
    doomed = crew.starts_doomed(point)
    prepare(run, buys)
    assert doomed.process.wait(PATIENCE) == -signal.SIGKILL, crew.logs()

    crew.starts()
    assert eventually(lambda: is_in(run, RunState.APPLIED), seconds=PATIENCE)

    assert Asset.objects.count() == Order.objects.count() == 1 + STRANGERS
    live = [c for c in hasty_vendor.all_coupons() if c["status"] == "active"]
    assert len(live) == 1 + STRANGERS
    assert run.findings.filter(state="OPEN").count() == 0
