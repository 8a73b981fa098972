"""A reconciliation from its beginning to its end."""

from collections.abc import Callable
from datetime import datetime

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.flows.reconciliation.lifecycle import Drift, Remedy, RunState
from tests.factories.assets import fresh
from tests.factories.catalogue import a_product
from tests.integration.reconciliation.planted import DAY
from tests.integration.reconciliation.steps import reconciled
from tests.support.stand_in import StandIn


def test_both_sides_agree(
    vendor: StandIn, buys: Callable[..., Asset], works, now: datetime
) -> None:
    buys(at=now)

    run = reconciled(works, now)

    assert run.state == RunState.CLEAN
    assert (run.rows_count, run.compared_count, run.findings_count) == (1, 1, 0)


def test_a_stranger_is_found_and_shown_in_money(
    vendor: StandIn, buys: Callable[..., Asset], works, now: datetime
) -> None:
    a_product()
    vendor.makes_a_stranger(quantity=7)

    run = reconciled(works, now)

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
    reconciled(works, now + DAY)
    vendor.marks(asset.coupon_code.reveal(), "redeem")

    first, second = reconciled(works, now + 2 * DAY), reconciled(works, now + 3 * DAY)

    assert (first.state, first.waiting_count) == (RunState.CLEAN, 1)
    (line,) = second.findings.all()
    assert (line.drift, line.remedy) == (Drift.VANISHED, Remedy.VANISH)
    assert second.looked_count == 1
    assert fresh(asset).state == AssetState.ACTIVE
