"""One coupon per asset, whatever the vendor answers and wherever a worker stops."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.models import Message
from purveyor.domain.provisioning.explanation import explain
from purveyor.domain.provisioning.lifecycle import (
    AttemptOutcome,
    LinkStatus,
)
from purveyor.domain.provisioning.models import AccountLink, Attempt, CouponObservation
from purveyor.domain.provisioning.operations.asks import edit_asset, retry_asset
from purveyor.kernel import clock
from tests.factories.assets import fresh, outcomes
from tests.factories.moments import DAN
from tests.factories.orders import an_execution
from tests.support.stand_in import StandIn, eventually

Visit = Callable[[], None]


def test_a_coupon_is_made_and_the_attempt_says_so(
    vendor: StandIn, bought: Asset, visit: Visit
) -> None:
    visit()

    asset = fresh(bought)
    (coupon,) = vendor.made(asset.key)
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    assert asset.in_doubt_since is None
    assert asset.due_at is None
    assert outcomes(asset) == [AttemptOutcome.MADE]
    assert asset.coupon_code.reveal() == coupon["code"]
    assert explain(asset=asset, vendor="BitTitan") is None


@pytest.mark.parametrize(
    ("fault", "outcome", "status", "is_in_doubt"),
    [
        ("invalid_422", AttemptOutcome.REJECTED, SyncStatus.FAILED, False),
        ("too_many_429", AttemptOutcome.UNAVAILABLE, SyncStatus.PENDING, False),
        ("unauthorized_401", AttemptOutcome.UNAVAILABLE, SyncStatus.PENDING, False),
        ("error_500_before", AttemptOutcome.UNCLEAR, SyncStatus.UNCLEAR, True),
        ("error_503_after", AttemptOutcome.UNCLEAR, SyncStatus.UNCLEAR, True),
        ("hang_up_after", AttemptOutcome.UNCLEAR, SyncStatus.UNCLEAR, True),
        ("malformed_201", AttemptOutcome.UNCLEAR, SyncStatus.UNCLEAR, True),
        ("redirect_302", AttemptOutcome.UNCLEAR, SyncStatus.UNCLEAR, True),
        ("timeout_408", AttemptOutcome.UNCLEAR, SyncStatus.UNCLEAR, True),
        ("conflict_409", AttemptOutcome.UNCLEAR, SyncStatus.UNCLEAR, True),
    ],
)
def test_each_answer_leaves_its_status_and_an_explanation(
    vendor: StandIn,
    bought: Asset,
    visit: Visit,
    fault: str,
    outcome: str,
    status: str,
    is_in_doubt: bool,
) -> None:
    vendor.fails(fault, call="make_coupon")

    visit()

    asset = fresh(bought)
    said = explain(asset=asset, vendor="BitTitan")
    assert outcomes(asset) == [outcome]
    assert asset.sync_status == status
    assert (asset.in_doubt_since is not None) is is_in_doubt
    assert said is not None
    assert all((said.why, said.who, said.then))
    assert (said.at is not None) is (status != SyncStatus.FAILED)


def test_a_retry_waits_as_long_as_the_vendor_wishes(
    vendor: StandIn, bought: Asset, visit: Visit, now: datetime
) -> None:
    vendor.fails("too_many_429", call="make_coupon", retry_after=77)

    visit()

    due_at = fresh(bought).due_at
    assert due_at is not None
    assert 77 <= (due_at - now).total_seconds() < 79


def test_a_failing_look_leaves_the_doubt_as_it_is(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("hang_up_after", call="make_coupon")
    visit()
    since = fresh(bought).in_doubt_since
    vendor.fails("error_500_before", call="find_coupon", always=True)

    for _hour in range(5):
        still_clock.shift(timedelta(hours=1))
        visit()

    asset = fresh(bought)
    assert asset.in_doubt_since == since
    assert asset.sync_status == SyncStatus.UNCLEAR
    assert len(vendor.made(asset.key)) == 1

    vendor.works_again()
    still_clock.shift(timedelta(hours=1))
    visit()
    assert fresh(bought).sync_status == SyncStatus.SYNCHRONIZED
    assert len(vendor.made(asset.key)) == 1


def test_doubt_past_the_due_time_is_parked_and_stays_in_doubt(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("hang_up_after", call="make_coupon")
    visit()
    vendor.fails("error_500_before", call="find_coupon", always=True)

    for _half_day in range(4):
        still_clock.shift(timedelta(hours=12))
        visit()

    asset = fresh(bought)
    assert asset.parked_at is not None
    assert asset.in_doubt_since is not None
    assert asset.sync_status == SyncStatus.UNCLEAR


def test_a_vendor_that_stays_away_fails_the_asset_at_its_due_time(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("refuse_connection")

    for _half_day in range(4):
        visit()
        still_clock.shift(timedelta(hours=12))

    asset = fresh(bought)
    assert asset.sync_status == SyncStatus.FAILED
    assert "until the due time" in asset.waits_because
    assert vendor.made(asset.key) == []


def test_made_later_than_the_hang_up_is_adopted_and_not_bought_again(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("made_later", call="make_coupon", seconds=0.3)
    visit()
    assert vendor.made(bought.key) == []
    assert eventually(lambda: len(vendor.made(bought.key)) == 1)

    still_clock.shift(timedelta(seconds=10))
    visit()

    assert fresh(bought).sync_status == SyncStatus.SYNCHRONIZED
    assert len(vendor.made(bought.key)) == 1


def test_another_quantity_is_for_a_person_with_the_code_kept(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("wrong_quantity_201")
    visit()
    attempt = Attempt.objects.get(asset=bought)
    (coupon,) = vendor.made(bought.key)
    assert attempt.candidate_mask.endswith(coupon["code"][-4:])
    assert coupon["code"] not in attempt.candidate_sealed

    still_clock.shift(timedelta(minutes=1))
    visit()

    asset = fresh(bought)
    assert asset.parked_at is not None
    assert asset.in_doubt_since is not None
    assert "other facts" in asset.waits_because
    assert CouponObservation.objects.get().coupon_mask.endswith(coupon["code"][-4:])


def test_a_vendor_that_can_tell_nothing_leaves_the_question_to_a_person(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    setup = bought.application.setup
    setup.finds_by_key = setup.lists = False
    setup.save(update_fields=["finds_by_key", "lists"])
    vendor.fails("hang_up_after", call="make_coupon")
    visit()
    still_clock.shift(timedelta(minutes=1))
    visit()

    asset = fresh(bought)
    assert asset.parked_at is not None
    assert "Did you make a coupon of 10 × BT-MAILBOX" in asset.waits_because
    assert asset.order_item.order.number in asset.waits_because
    assert asset.key in asset.waits_because
    assert len(vendor.made(asset.key)) == 1


def test_no_spent_coupon_found_proves_nothing(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    setup = bought.application.setup
    setup.finds_spent = False
    setup.save(update_fields=["finds_spent"])
    vendor.fails("hang_up_before", call="make_coupon")
    for _visit in range(20):
        visit()
        still_clock.shift(timedelta(minutes=5))

    asset = fresh(bought)
    assert asset.parked_at is not None
    assert vendor.made(asset.key) == []


def test_a_forgotten_account_must_be_synchronized_again(
    vendor: StandIn, bought: Asset, visit: Visit
) -> None:
    vendor.fails("unknown_account_404")

    visit()

    link = AccountLink.objects.get(account=bought.account)
    assert link.status == LinkStatus.UNSYNCHRONIZED
    assert fresh(bought).sync_status == SyncStatus.FAILED


def test_twenty_impatient_saves_buy_one_coupon(
    vendor: StandIn, bought: Asset, visit: Visit, now: datetime
) -> None:
    vendor.fails("hang_up_after", call="make_coupon")
    for _save in range(20):
        visit()
        asset = fresh(bought)
        edit_asset(asset=asset, name="Ten mailboxes", changes={}, actor=DAN, now=now)

    asset = fresh(bought)
    assert asset.name == "Ten mailboxes"
    assert len(vendor.made(asset.key)) == 1
    assert Message.objects.filter(asset=asset).count() == 1


def test_a_mended_sku_is_what_the_vendor_is_asked_for_next(
    vendor: StandIn, bought: Asset, visit: Visit, now: datetime
) -> None:
    Asset.objects.update(external_product_id="NO-SUCH-SKU")
    visit()
    asset = fresh(bought)
    assert asset.sync_status == SyncStatus.FAILED

    changes = {"external_product_id": "BT-MAILBOX"}
    edit_asset(asset=asset, name=asset.name, changes=changes, actor=DAN, now=now)
    visit()

    assert fresh(bought).sync_status == SyncStatus.SYNCHRONIZED
    assert [each["product"] for each in vendor.made(asset.key)] == ["BT-MAILBOX"]


def test_a_waiting_asset_can_be_tried_now(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("too_many_429", call="make_coupon", retry_after=0)
    visit()
    waiting = fresh(bought)
    assert waiting.due_at is not None
    assert waiting.due_at > clock.now() + timedelta(seconds=1)

    still_clock.shift(timedelta(seconds=1))
    retry_asset(asset=waiting, actor=DAN, now=clock.now())
    visit()

    assert fresh(bought).sync_status == SyncStatus.SYNCHRONIZED


def test_a_vendor_that_asks_for_a_pause_gets_it_from_everybody(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("too_many_429", call="make_coupon", retry_after=120)
    visit()
    other = an_execution(account=bought.account, is_linked=False).assets.get()

    retry_asset(asset=fresh(bought), actor=DAN, now=clock.now())
    visit()

    assert len(vendor.calls("make_coupon")) == 1
    told = explain(asset=fresh(other), vendor="BitTitan")
    assert told is not None
    assert told.why == "BitTitan is busy and asked for a pause."
    assert told.at is not None
    assert told.at >= clock.now() + timedelta(seconds=120)

    still_clock.shift(timedelta(seconds=121))
    visit()
    for asset in (bought, other):
        assert fresh(asset).sync_status == SyncStatus.SYNCHRONIZED


def test_an_application_that_is_switched_off_makes_assets_wait(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    application = bought.application
    application.is_active = False
    application.save(update_fields=["is_active"])
    visit()
    assert "switched off" in fresh(bought).waits_because
    assert vendor.made(bought.key) == []

    application.is_active = True
    application.save(update_fields=["is_active"])
    still_clock.shift(timedelta(minutes=2))
    visit()
    assert fresh(bought).sync_status == SyncStatus.SYNCHRONIZED
