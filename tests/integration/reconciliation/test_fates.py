"""Daily looks for a year: what became of each coupon is told as the ledger knows it."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.models import AccountLink
from purveyor.flows.reconciliation.approval import approve_plan, propose_plan
from purveyor.flows.reconciliation.lifecycle import Drift, Remedy, RunState
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.flows.reconciliation.starting import start_reconciliation
from purveyor.kernel.sealed import fingerprint, mask, seal
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order, an_execution
from tests.factories.provisioning import a_setup
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn

pytestmark = pytest.mark.once

IS_LONG = os.environ.get("PURVEYOR_TEST_LONG", "off") == "on"
DAYS = 365 if IS_LONG else 24
EXPIRE_DAYS = DAYS - 8
DAY = timedelta(days=1)
EVE = "eve@distributor.example"
REDEEMED, REVOKED, EXPIRED, UNSEEN, KEPT = range(5)
EACH = 4


@pytest.fixture
def assets(vendor: StandIn, account: Account, now: datetime) -> list[Asset]:
    """Return assets with coupons of which each fifth has another fate before it."""
    an_execution(order=a_submitted_order(account=account, items=5 * EACH))
    link = AccountLink.objects.get(account=account)
    assets = list(Asset.objects.order_by("pk"))
    for number, asset in enumerate(assets):
        days = DAYS + 30 if number % 5 == KEPT else EXPIRE_DAYS
        code = f"BT-UNSEEN-{number:04}"
        if number % 5 != UNSEEN:
            code = vendor.makes_a_stranger(
                reference=asset.key,
                account=link.external_id,
                product=asset.external_product_id,
                quantity=asset.quantity,
                expire_days=days,
            )
        Asset.objects.filter(pk=asset.pk).update(
            coupon_sealed=seal(code),
            coupon_hash=fingerprint(code),
            coupon_mask=mask(code),
            sync_status="SYNCHRONIZED",
            due_at=None,
            made_at=now,
            expires_at=now + days * DAY,
        )
    return list(Asset.objects.order_by("pk"))


def live_through(
    vendor: StandIn,
    assets: list[Asset],
    works: Callable[[datetime], None],
    at: datetime,
) -> list[Asset]:
    """Reconcile each day; every plan is approved, and what needs a person is left."""
    for day in range(1, DAYS + 1):
        _befall(vendor, assets, day)
        run = start_reconciliation(
            application=an_application(), account=None, actor=DAN, now=at + day * DAY
        )
        works(at + day * DAY)
        run.refresh_from_db()
        if run.state == RunState.PLANNED and run.findings.exclude(remedy="").exists():
            _approve(run, at + day * DAY)
            works(at + day * DAY)
    return list(Asset.objects.order_by("pk"))


def _befall(vendor: StandIn, assets: list[Asset], day: int) -> None:
    """Have one coupon of each kind meet its fate, on days spread over the time."""
    spread = (EXPIRE_DAYS - 5) // EACH
    if day % spread or day // spread > EACH:
        return
    number = 5 * (day // spread - 1)
    vendor.marks(assets[number + REDEEMED].coupon_code.reveal(), "redeem")
    vendor.marks(assets[number + REVOKED].coupon_code.reveal(), "revoke")


def _approve(run: ReconciliationRun, at: datetime) -> None:
    propose_plan(run=run, actor=DAN, now=at)
    approve_plan(run=run, is_forced=True, actor=EVE, now=at)


def states(assets: list[Asset], kind: int) -> set[str]:
    return {asset.state for number, asset in enumerate(assets) if number % 5 == kind}


def drifts_of(assets: list[Asset], kind: int) -> set[tuple[str, str]]:
    ours = [asset.pk for number, asset in enumerate(assets) if number % 5 == kind]
    found = Finding.objects.filter(asset__in=ours)
    return set(found.values_list("drift", "remedy"))


def test_absence_tells_expired_vanished_and_never_seen_apart(
    vendor: StandIn,
    assets: list[Asset],
    works: Callable[[datetime], None],
    now: datetime,
) -> None:
    after = live_through(vendor, assets, works, now)

    assert states(after, KEPT) == {AssetState.ACTIVE}
    assert states(after, EXPIRED) == {AssetState.EXPIRED}
    assert states(after, REDEEMED) == {AssetState.VANISHED}
    assert states(after, REVOKED) == {AssetState.VANISHED}
    assert states(after, UNSEEN) == {AssetState.ACTIVE}
    assert drifts_of(after, UNSEEN) == {(Drift.LOST, "")}
    assert drifts_of(after, KEPT) == set()


def test_a_vendor_that_lists_spent_coupons_says_what_became_of_them(
    vendor: StandIn,
    assets: list[Asset],
    works: Callable[[datetime], None],
    now: datetime,
) -> None:
    vendor.turns(lists_spent=True)
    a_setup(
        address=vendor.api_url,
        api_key=API_KEY,
        workgroup=WORKGROUP,
        lists_spent=True,
        calls_per_second=10_000,
    )

    after = live_through(vendor, assets, works, now)

    assert states(after, KEPT) == {AssetState.ACTIVE}
    assert states(after, EXPIRED) == {AssetState.EXPIRED}
    assert states(after, REDEEMED) == {AssetState.REDEEMED}
    assert states(after, REVOKED) == {AssetState.CANCELLED}
    assert drifts_of(after, REVOKED) == {(Drift.REVOKED, Remedy.REVOKE)}
    assert states(after, UNSEEN) == {AssetState.ACTIVE}
    assert drifts_of(after, UNSEEN) == {(Drift.LOST, "")}
