"""Cancelling what has no coupon yet: it is never made, or found and cancelled."""

from typing import Any

import pytest

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.models import Attempt
from purveyor.domain.provisioning.operations import calls
from purveyor.domain.provisioning.operations.attempts import open_attempt
from purveyor.domain.provisioning.registry import manager_for
from tests.factories.assets import fresh
from tests.support.desk import Desk, in_the_middle_of
from tests.support.stand_in import eventually


def test_a_pending_asset_is_cancelled_and_never_made(desk: Desk, bought: Asset) -> None:
    desk.cancels(bought)
    desk.works()

    assert fresh(bought).state == AssetState.CANCELLED
    assert desk.calls("make_coupon") == 0


def test_a_failed_asset_is_cancelled(desk: Desk, bought: Asset) -> None:
    desk.vendor.fails("invalid_422")
    desk.works()
    desk.cancels(bought)
    desk.works()

    assert fresh(bought).state == AssetState.CANCELLED
    assert desk.vendor.made(bought.key) == []


@pytest.mark.parametrize(
    "fault", ["", "hang_up_after", "error_500_before", "invalid_422", "too_many_429"]
)
def test_one_in_flight_is_cancelled_once_the_answer_is_known(
    desk: Desk, bought: Asset, fault: str
) -> None:
    if fault:
        desk.vendor.fails(fault, call="make_coupon")
    manager = manager_for(bought.application.setup)

    with in_the_middle_of(manager, "provision", lambda: desk.cancels(bought)):
        desk.works()
    desk.time_passes(times=9, minutes=1)

    asset = fresh(bought)
    assert asset.state == AssetState.CANCELLED
    assert asset.due_at is None
    assert desk.live(bought) == []
    assert desk.mails(bought) == 0
    assert desk.calls("make_coupon") == 1


def test_one_in_doubt_that_is_found_is_connected_quietly_and_cancelled(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    desk.cancels(bought)
    desk.time_passes(minutes=1)

    asset = fresh(bought)
    assert (asset.state, asset.has_coupon) == (AssetState.CANCELLED, True)
    assert desk.live(bought) == []
    assert desk.mails(bought) == 0


def test_one_that_is_cancelled_during_a_look_is_connected_quietly_and_cancelled(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    manager = manager_for(bought.application.setup)

    with in_the_middle_of(manager, "find", lambda: desk.cancels(bought)):
        desk.time_passes(minutes=1)
    desk.time_passes(minutes=1)

    assert fresh(bought).state == AssetState.CANCELLED
    assert desk.live(bought) == []
    assert desk.mails(bought) == 0


def test_one_in_doubt_that_is_never_found_is_cancelled(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_before", call="make_coupon")
    desk.works()
    desk.cancels(bought)
    desk.works()
    assert fresh(bought).state == AssetState.CANCELLING

    desk.time_passes(times=9, minutes=1)
    assert fresh(bought).state == AssetState.CANCELLED
    assert desk.calls("make_coupon") == 1


def test_one_in_doubt_that_is_made_later_is_cancelled_too(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("made_later", call="make_coupon", seconds=0.3)
    desk.works()
    desk.cancels(bought)
    desk.works()
    assert eventually(lambda: bool(desk.live(bought)))

    desk.time_passes(times=9, minutes=1)
    assert fresh(bought).state == AssetState.CANCELLED
    assert desk.live(bought) == []


def test_a_person_who_says_wrongly_that_nothing_was_made_is_shown_the_coupon(
    desk: Desk, bought: Asset
) -> None:
    """A cancelled asset leaves no live coupon unnoticed, whoever was mistaken."""
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    desk.cancels(bought)
    desk.says_never_made(bought)
    desk.time_passes(times=3, hours=1)

    assert fresh(bought).state == AssetState.CANCELLED
    assert len(desk.live(bought)) == len(desk.duplicates(bought)) == 1


def test_one_that_is_cancelled_at_the_gate_is_cancelled_at_once(
    desk: Desk, bought: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = open_attempt

    def late(**facts: Any) -> Attempt:
        monkeypatch.undo()
        desk.cancels(bought)
        return real(**facts)

    monkeypatch.setattr(calls, "open_attempt", late)
    desk.works()
    desk.time_passes(seconds=10)

    assert fresh(bought).state == AssetState.CANCELLED
