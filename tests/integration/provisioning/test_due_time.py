"""The due time: without doubt an asset fails, in doubt it waits for a person."""

import pytest

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.operations.asks import NothingToExtend
from tests.factories.assets import fresh
from tests.support.desk import Desk


@pytest.fixture
def never_opens(desk: Desk) -> Desk:
    """Return a desk whose vendor may fail as often as it likes."""
    desk.sets(breaker_failures=1_000)
    return desk


def test_without_doubt_it_fails_with_a_reason(never_opens: Desk, bought: Asset) -> None:
    desk = never_opens
    desk.vendor.fails("refuse_connection")
    desk.works()
    desk.time_passes(times=23, hours=1)
    assert fresh(bought).sync_status == SyncStatus.PENDING

    desk.time_passes(times=2, hours=1)
    asset = fresh(bought)
    assert asset.sync_status == SyncStatus.FAILED
    assert asset.cause == f"{Cause.DUE_TIME}:{Cause.UNAVAILABLE}"
    assert "until the due time" in asset.waits_because
    assert (asset.due_at, asset.in_doubt_since) == (None, None)
    assert desk.explains(asset).who == "Operations"

    desk.vendor.works_again()
    desk.retries(asset)
    desk.works()
    assert len(desk.live(asset)) == desk.mails(asset) == 1


def test_in_doubt_it_is_parked_and_stays_in_doubt(
    never_opens: Desk, bought: Asset
) -> None:
    desk = never_opens
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    since = fresh(bought).in_doubt_since
    desk.vendor.fails("error_500_before", call="find_coupon", always=True)
    desk.time_passes(times=26, hours=1)

    asset = fresh(bought)
    assert (asset.sync_status, asset.cause) == (SyncStatus.UNCLEAR, Cause.UNCERTAIN)
    assert asset.parked_at is not None
    assert asset.in_doubt_since == since

    desk.time_passes(times=3, hours=24)
    assert fresh(bought).in_doubt_since == since
    assert desk.calls("make_coupon") == 1


def test_it_is_extended_by_staff(never_opens: Desk, bought: Asset) -> None:
    desk = never_opens
    desk.vendor.fails("refuse_connection")
    desk.works()
    desk.time_passes(times=20, hours=1)
    desk.extends(bought)
    desk.time_passes(times=20, hours=1)
    assert fresh(bought).sync_status == SyncStatus.PENDING

    desk.vendor.works_again()
    desk.time_passes(times=2, hours=1)
    assert len(desk.live(bought)) == 1


def test_one_that_is_parked_is_looked_for_again_when_it_is_extended(
    never_opens: Desk, bought: Asset
) -> None:
    desk = never_opens
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    desk.vendor.fails("error_500_before", call="find_coupon", always=True)
    desk.time_passes(times=26, hours=1)
    desk.vendor.works_again()

    desk.extends(bought)
    desk.works()
    assert fresh(bought).has_coupon
    assert len(desk.vendor.made(bought.key)) == desk.mails(bought) == 1


def test_what_has_failed_or_is_done_is_not_extended(
    never_opens: Desk, bought: Asset
) -> None:
    desk = never_opens
    desk.vendor.fails("invalid_422", call="make_coupon")
    desk.works()
    with pytest.raises(NothingToExtend, match="Retry"):
        desk.extends(bought)

    desk.retries(bought)
    desk.works()
    with pytest.raises(NothingToExtend):
        desk.extends(bought)
    assert fresh(bought).give_up_at is None


def test_one_in_doubt_is_cancelled_after_the_due_time_by_a_persons_word(
    never_opens: Desk, bought: Asset
) -> None:
    desk = never_opens
    desk.vendor.fails("hang_up_before", call="make_coupon")
    desk.works()
    desk.cancels(bought)
    desk.vendor.fails("error_500_before", call="find_coupon", always=True)
    desk.time_passes(times=26, hours=1)
    assert fresh(bought).cause == Cause.UNCERTAIN

    desk.says_never_made(bought)
    desk.works()
    assert fresh(bought).state == AssetState.CANCELLED
    assert desk.calls("make_coupon") == 1
