"""A reconciliation from its beginning to its end."""

from collections.abc import Callable
from datetime import datetime, timedelta

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.flows.reconciliation.lifecycle import Drift, Remedy, RunState
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.starting import start_reconciliation
from tests.factories.assets import fresh
from tests.factories.catalogue import a_product, an_application
from tests.factories.moments import DAN
from tests.support.stand_in import StandIn

DAY = timedelta(days=1)


def looked(works: Callable[[datetime], None], at: datetime) -> ReconciliationRun:
    run = start_reconciliation(
        application=an_application(), account=None, actor=DAN, now=at
    )
    works(at)
    run.refresh_from_db()
    return run


def test_both_sides_agree(
    vendor: StandIn, buys: Callable[..., Asset], works, now: datetime
) -> None:
    buys(at=now)

    run = looked(works, now)

    assert run.state == RunState.CLEAN
    assert (run.rows_count, run.compared_count, run.findings_count) == (1, 1, 0)


def test_a_stranger_is_found_and_shown_in_money(
    vendor: StandIn, buys: Callable[..., Asset], works, now: datetime
) -> None:
    a_product()
    vendor.makes_a_stranger(quantity=7)

    run = looked(works, now)

    (line,) = run.findings.all()
    assert (run.state, line.drift, line.remedy) == (
        RunState.PLANNED,
        Drift.STRANGER,
        "",
    )
    assert line.theirs["quantity"] == 7
    assert line.price > line.cost > 0


def test_an_absence_counts_after_two_listings_and_a_look(
    vendor: StandIn, buys: Callable[..., Asset], works, now: datetime
) -> None:
    asset = buys(at=now)
    looked(works, now + DAY)
    vendor.marks(asset.coupon_code.reveal(), "redeem")

    first, second = looked(works, now + 2 * DAY), looked(works, now + 3 * DAY)

    assert (first.state, first.waiting_count) == (RunState.CLEAN, 1)
    (line,) = second.findings.all()
    assert (line.drift, line.remedy) == (Drift.VANISHED, Remedy.VANISH)
    assert second.looked_count == 1
    assert fresh(asset).state == AssetState.ACTIVE
