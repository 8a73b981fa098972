"""Whatever becomes of the answer: one coupon, found or made, and one mail."""

import pytest

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, BreakerState
from purveyor.domain.provisioning.models import Attempt
from purveyor.domain.provisioning.operations import calls
from purveyor.domain.provisioning.operations.attempts import open_attempt
from purveyor.kernel import clock
from purveyor.kernel.work.leases import claim
from tests.factories.assets import fresh, outcomes
from tests.support.desk import Desk
from tests.support.stand_in import eventually


def is_settled_with_one_coupon(desk: Desk, asset: Asset) -> bool:
    """Return whether an asset has the one coupon that was made for it, and one mail."""
    known = fresh(asset)
    return (
        known.sync_status == SyncStatus.SYNCHRONIZED
        and [known.coupon_code.reveal()] == desk.live(asset)
        and len(desk.vendor.made(asset.key)) == 1
        and desk.mails(asset) == 1
        and known.in_doubt_since is None
    )


def test_the_answer_is_lost_and_then_the_look_fails_too(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    since = fresh(bought).in_doubt_since
    desk.vendor.fails("error_500_before", call="find_coupon", next=3)

    desk.time_passes(seconds=6)
    assert fresh(bought).in_doubt_since == since
    assert outcomes(bought) == [AttemptOutcome.UNCLEAR]
    assert desk.calls("make_coupon") == 1

    desk.time_passes(minutes=2)
    assert is_settled_with_one_coupon(desk, bought)


def test_a_look_that_failed_says_that_nothing_is_bought_twice(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    desk.vendor.fails("error_500_before", call="find_coupon", always=True)
    desk.time_passes(seconds=6)

    said = desk.explains(bought)
    assert "500" in said.why
    assert "not bought twice" in said.then
    assert said.at is not None


def test_a_look_comes_too_early_and_the_vendor_makes_it_later(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("made_later", call="make_coupon", seconds=1.0)
    desk.works()
    desk.time_passes(times=4, seconds=30)
    assert fresh(bought).cause == Cause.NOT_SEEN
    assert desk.calls("find_coupon") >= 2
    assert desk.vendor.made(bought.key) == []

    assert eventually(lambda: bool(desk.vendor.made(bought.key)))
    desk.time_passes(times=6, minutes=5)
    assert is_settled_with_one_coupon(desk, bought)


def test_the_vendor_makes_it_between_two_looks_that_count(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("made_later", call="make_coupon", seconds=1.0)
    desk.works()
    desk.time_passes(times=4, seconds=80)  # the first look that counts found nothing
    assert fresh(bought).absent_since is not None
    assert desk.vendor.made(bought.key) == []

    assert eventually(lambda: bool(desk.vendor.made(bought.key)))
    desk.time_passes(times=6, minutes=1)
    assert is_settled_with_one_coupon(desk, bought)


def test_a_second_look_that_fails_proves_nothing(desk: Desk, bought: Asset) -> None:
    desk.vendor.fails("hang_up_before", call="make_coupon")
    desk.works()
    desk.time_passes(times=4, seconds=80)
    assert fresh(bought).absent_since is not None
    desk.vendor.fails("error_500_before", call="find_coupon", always=True)

    desk.time_passes(times=3, minutes=2)
    assert desk.calls("make_coupon") == 1
    assert fresh(bought).in_doubt_since is not None

    desk.vendor.works_again()
    desk.time_passes(times=3, hours=1)
    assert is_settled_with_one_coupon(desk, bought)


def test_credentials_refused_during_a_look_leave_the_doubt_until_they_are_mended(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    since = fresh(bought).in_doubt_since
    desk.vendor.fails("unauthorized_401", always=True)

    desk.time_passes(seconds=6)
    breaker = desk.breaker()
    assert (breaker.state, breaker.is_blocked) == (BreakerState.OPEN, True)
    assert fresh(bought).in_doubt_since == since
    assert fresh(bought).sync_status == SyncStatus.UNCLEAR
    assert desk.explains(bought).who == "An administrator"

    desk.vendor.works_again()
    desk.saves_settings()
    assert desk.breaker().state == BreakerState.CLOSED
    desk.works()
    assert is_settled_with_one_coupon(desk, bought)


@pytest.mark.parametrize("fault", ["conflict_409", "redirect_302", "timeout_408"])
def test_an_answer_that_proves_nothing_is_looked_into_and_then_made_once(
    desk: Desk, bought: Asset, fault: str
) -> None:
    desk.vendor.fails(fault, call="make_coupon")
    desk.works()
    assert fresh(bought).sync_status == SyncStatus.UNCLEAR

    desk.time_passes(times=9, minutes=1)
    assert is_settled_with_one_coupon(desk, bought)
    assert desk.calls("make_coupon") == 2


def test_a_reference_in_use_is_adopted_and_not_asked_for_again(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.turns(unique_reference=True)
    desk.vendor.fails("made_later", call="make_coupon", seconds=0.2)
    desk.works()
    assert eventually(lambda: bool(desk.vendor.made(bought.key)))
    Asset.objects.update(in_doubt_since=None, sync_status=SyncStatus.PENDING)

    desk.time_passes(times=2, minutes=1)  # 409: something was made with this reference

    assert is_settled_with_one_coupon(desk, bought)
    assert outcomes(bought) == [AttemptOutcome.ADOPTED] * 2


def test_a_coupon_with_another_quantity_is_never_connected_nor_bought_again(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("wrong_quantity_201")
    desk.works()
    (wrong,) = desk.live(bought)

    for _day in range(3):
        desk.time_passes(hours=24)
        desk.retries(bought)
        desk.works()

    asset = fresh(bought)
    assert (asset.has_coupon, asset.parked_at is not None) == (False, True)
    assert asset.cause == Cause.OTHER_FACTS
    assert desk.calls("make_coupon") == 1
    assert wrong not in desk.explains(bought).why


def test_an_answer_that_drips_past_the_deadline_is_adopted(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("slow_drip", call="make_coupon", seconds=3)
    desk.works()
    assert "within" in fresh(bought).waits_because
    assert fresh(bought).sync_status == SyncStatus.UNCLEAR

    desk.time_passes(seconds=10)
    assert is_settled_with_one_coupon(desk, bought)


def test_a_malformed_answer_is_adopted(desk: Desk, bought: Asset) -> None:
    desk.vendor.fails("malformed_201", call="make_coupon")
    desk.works()

    desk.time_passes(seconds=6)
    assert is_settled_with_one_coupon(desk, bought)


def test_a_lease_that_was_taken_over_at_the_gate_calls_nobody(
    desk: Desk, bought: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the permit and the attempt somebody else has taken the asset over."""
    real = open_attempt

    def late(**facts: object) -> Attempt:
        desk.leases_run_out()
        assert claim(Asset, now=clock.now(), limit=1)
        return real(**facts)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(calls, "open_attempt", late)
    desk.works()

    assert desk.calls("make_coupon") == 0
    assert outcomes(bought) == []
    assert fresh(bought).in_doubt_since is None

    monkeypatch.undo()
    desk.leases_run_out()
    desk.works()
    assert is_settled_with_one_coupon(desk, bought)


def test_people_who_press_everything_get_one_coupon(desk: Desk, bought: Asset) -> None:
    desk.vendor.fails("made_later", call="make_coupon", seconds=0.5)
    desk.works()
    while not desk.vendor.made(bought.key):
        desk.saves(bought)
        desk.extends(bought)
        desk.retries(bought)
        desk.time_passes(seconds=5)  # and the vendor takes as long as it takes

    desk.time_passes(times=8, minutes=2)
    assert is_settled_with_one_coupon(desk, bought)


def test_a_doubt_keeps_its_moment_over_all_that_is_pressed(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_before", call="make_coupon")
    desk.works()
    since = fresh(bought).in_doubt_since
    for _click in range(5):
        desk.saves(bought)
        desk.retries(bought)
        desk.time_passes(seconds=30)
        assert fresh(bought).in_doubt_since == since
    assert desk.calls("make_coupon") == 1
