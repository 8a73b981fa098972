"""Every kind of difference among many assets: all found, none invented, all mended."""

import os
from collections import Counter
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.models import AccountLink
from purveyor.flows.reconciliation.approval import (
    approve_plan,
    choose_remedy,
    propose_plan,
)
from purveyor.flows.reconciliation.lifecycle import (
    Drift,
    FindingState,
    Remedy,
    RunState,
)
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from tests.factories.moments import DAN
from tests.integration.reconciliation.planted import (
    DAY,
    Planted,
    Works,
    many_assets,
)
from tests.integration.reconciliation.steps import EVE, reconciled
from tests.support.stand_in import StandIn

IS_LONG = os.environ.get("PURVEYOR_TEST_LONG", "off") == "on"
ASSETS, SHARE = (10_000, 9) if IS_LONG else (600, 2)
#: What a person chooses where the plan leaves it to one.
CHOSEN = {
    Drift.STRANGER: Remedy.IMPORT,
    Drift.LOST: Remedy.KNOW,
    Drift.DIFFERENT: Remedy.KNOW,
}


def prepare(run: ReconciliationRun, account: Account, at: datetime) -> None:
    """Choose what is left to a person, propose the plan, and have Eve approve it."""
    for line in run.findings.filter(remedy=""):
        choose_remedy(
            line=line,
            remedy=CHOSEN[Drift(line.drift)],
            for_account=account,
            because="Asked the vendor.",
            actor=DAN,
            now=at,
        )
    propose_plan(run=run, actor=DAN, now=at)
    approve_plan(run=run, is_forced=False, actor=EVE, now=at)


def test_all_are_found_none_is_invented_and_all_are_mended(
    vendor: StandIn, account: Account, works: Works, now: datetime
) -> None:
    assets = many_assets(vendor, account, count=ASSETS, at=now)
    link = AccountLink.objects.get(account=account)
    clean = reconciled(works, now + 2 * DAY)
    planted = Planted(vendor, link.external_id, now + 2 * DAY)
    planted.plant(assets, share=SHARE)

    early = reconciled(works, now + 4 * DAY)
    plan = reconciled(works, now + 5 * DAY)

    assert (clean.state, clean.findings_count) == (RunState.CLEAN, 0)
    assert not early.findings.filter(drift__in=(Drift.VANISHED, Drift.LOST)).exists()
    assert Counter(plan.findings.values_list("drift", flat=True)) == planted.kinds
    assert at_risk(plan) == (planted.cost, planted.price)

    prepare(plan, account, now + 5 * DAY)
    works(now + 5 * DAY)
    plan.refresh_from_db()

    assert plan.state == RunState.APPLIED
    left = plan.findings.exclude(state=FindingState.DONE)
    assert list(left.values_list("drift", "result")) == []
    after = [reconciled(works, now + days * DAY) for days in (6, 7, 8)]
    assert [told(run) for run in after] == [[], [], []]
    assert Asset.objects.filter(in_doubt_since__isnull=False).count() == 0


def at_risk(plan: ReconciliationRun) -> tuple[Decimal, Decimal]:
    sums = plan.findings.aggregate(cost=Sum("cost"), price=Sum("price"))
    return sums["cost"], sums["price"]


def told(run: ReconciliationRun) -> list[tuple[str, object]]:
    lines = Finding.objects.filter(run=run)
    return [(line.drift, line.evidence) for line in lines]
