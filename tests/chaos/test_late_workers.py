"""
A worker stands still at one exact point until another has taken over, and goes on.

It was thought dead: its lease ran out. What it still does and learns must not connect a
second coupon, and what the vendor made for it must not be forgotten.
"""

import signal

import pytest

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.provisioning.models import CouponObservation
from tests.chaos.books import is_quiet, live_coupons, what_is_wrong
from tests.chaos.conftest import Buyer
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew, Worker

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
]

PATIENCE = 40
LEASE_SECONDS = 2


def a_worker_stands_still_until_another_has_done_it(
    crew: Crew, buys: Buyer, point: str
) -> tuple[Worker, Asset]:
    """Buy one license; return the first worker, which stands still, and the asset."""
    late = crew.starts_doomed(point, by=signal.SIGSTOP, LEASE_SECONDS=LEASE_SECONDS)
    (asset,) = buys.licenses(1)
    assert eventually(late.stands_still, seconds=PATIENCE), crew.logs()

    crew.starts(LEASE_SECONDS=LEASE_SECONDS)
    assert eventually(is_quiet, seconds=PATIENCE, pause_seconds=0.1), crew.logs()
    return late, asset


def it_goes_on(worker: Worker) -> None:
    """Let a worker go on, and end when it has written what it knows."""
    worker.goes_on()
    assert worker.stops() == 0


@pytest.mark.parametrize(
    ("point", "seconds"), [("during_the_call", 0.8), ("after_the_answer", 0)]
)
def test_a_late_answer_about_the_same_coupon_changes_nothing(
    hasty_vendor: StandIn, crew: Crew, buys: Buyer, point: str, seconds: float
) -> None:
    hasty_vendor.fails("latency", call="make_coupon", seconds=seconds)
    late, _asset = a_worker_stands_still_until_another_has_done_it(crew, buys, point)

    it_goes_on(late)

    assert eventually(is_quiet, seconds=PATIENCE, pause_seconds=0.1), crew.logs()
    assert what_is_wrong(hasty_vendor) == []
    assert len(hasty_vendor.inbox()) == 1


def test_of_two_coupons_one_is_connected_and_the_other_kept_as_a_duplicate(
    hasty_vendor: StandIn, crew: Crew, buys: Buyer
) -> None:
    late, asset = a_worker_stands_still_until_another_has_done_it(
        crew, buys, "after_the_attempt_is_committed"
    )
    assert what_is_wrong(hasty_vendor) == []

    it_goes_on(late)  # and only now asks the vendor

    held = Asset.objects.get(pk=asset.pk)
    codes = {coupon["code"] for coupon in live_coupons(hasty_vendor)[asset.key]}
    assert len(codes) in {1, 2}
    assert held.coupon_code.reveal() in codes
    assert CouponObservation.objects.filter(
        asset=asset, is_duplicate=True
    ).count() == len(codes - {held.coupon_code.reveal()})
    assert eventually(is_quiet, seconds=PATIENCE, pause_seconds=0.1), crew.logs()
    assert len(hasty_vendor.inbox()) == 1


def test_a_late_hand_over_of_a_mail_tells_what_became_of_it(
    hasty_vendor: StandIn, crew: Crew, buys: Buyer
) -> None:
    late, asset = a_worker_stands_still_until_another_has_done_it(
        crew, buys, "before_the_hand_over"
    )
    assert Message.objects.get(asset=asset).state == MessageState.PERHAPS_SENT

    it_goes_on(late)

    assert Message.objects.get(asset=asset).state == MessageState.SENT
    assert what_is_wrong(hasty_vendor) == []
    assert len(hasty_vendor.inbox()) == 1
