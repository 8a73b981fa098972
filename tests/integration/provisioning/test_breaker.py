"""A vendor that is down makes everything wait, and nothing fail; one read finds out."""

from datetime import datetime, timedelta

import pytest

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.models import Message
from purveyor.domain.provisioning.contract import (
    VendorBlocked,
    VendorError,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.domain.provisioning.lifecycle import BreakerState
from purveyor.domain.provisioning.models import Attempt, Breaker
from purveyor.domain.provisioning.operations.breaker import note_answers
from purveyor.domain.provisioning.operations.gate import queues_to_vendors
from purveyor.kernel import clock
from purveyor.kernel.work.leases import claim
from tests.factories.assets import fresh
from tests.factories.catalogue import an_application
from tests.support.desk import Desk

AWAY = VendorUnavailable("away")
LOST = VendorUnclear("lost")
NO = VendorRejected("no")
KEY = VendorBlocked("the key was withdrawn")
CALLS_ABOUT_ASSETS = ("make_coupon", "find_coupon", "get_coupon", "cancel_coupon")


# ------------------------------------------------------------------ counting


@pytest.mark.parametrize(
    ("rows", "is_open", "failures_count"),
    [
        ([[AWAY], [AWAY]], False, 2),
        ([[AWAY], [AWAY], [AWAY]], True, 3),
        ([[AWAY, AWAY, AWAY]], True, 3),
        ([[AWAY], [LOST], [AWAY]], True, 3),
        ([[AWAY], [AWAY], [None], [AWAY]], False, 1),
        ([[AWAY, AWAY, None, AWAY]], False, 1),
        ([[AWAY, AWAY], [None, AWAY]], False, 1),
        ([[AWAY], [AWAY], [NO], [AWAY]], False, 1),
        ([[NO], [NO], [NO], [NO]], False, 0),
        ([[KEY]], True, 1),
        ([[None], [KEY]], True, 1),
    ],
    ids=[
        "too few",
        "three in a row",
        "three at once",
        "unclear ones count",
        "a good answer between",
        "a good one among those at once",
        "a good one first",
        "a no is a good answer",
        "refusals do not count",
        "blocked at once",
        "blocked after a good one",
    ],
)
def test_it_opens_after_some_failures_in_a_row(
    desk: Desk,
    now: datetime,
    rows: list[list[VendorError | None]],
    is_open: bool,
    failures_count: int,
) -> None:
    desk.sets(breaker_failures=3)
    Breaker.objects.get_or_create(application=an_application())
    for answers in rows:
        application_id = an_application().pk
        note_answers(application_id=application_id, answers=answers, now=now)

    breaker = desk.breaker()
    assert (breaker.state == BreakerState.OPEN) is is_open
    assert breaker.failures_count == failures_count
    assert (breaker.opened_at is not None) is is_open


# ------------------------------------------------------------------ while it is open


@pytest.fixture
def down(desk: Desk, bought: Asset) -> Desk:
    """Return a desk whose vendor is down, and whose breaker has opened."""
    desk.sets(breaker_failures=1)
    desk.vendor.fails("error_500_before", call="service_definition", always=True)
    desk.vendor.fails("too_many_429", call="make_coupon", retry_after=0)
    desk.works()
    assert desk.breaker().state == BreakerState.OPEN
    return desk


def test_no_asset_is_called_for_and_one_read_at_a_time_finds_out(
    down: Desk, bought: Asset
) -> None:
    before = down.calls(*CALLS_ABOUT_ASSETS)
    others = [down.buys(bought.account) for _n in range(3)]
    down.time_passes(seconds=11)
    down.time_passes(seconds=31)

    assert down.calls(*CALLS_ABOUT_ASSETS) == before
    assert down.calls("service_definition") == 2 * 3  # a read is repeated twice
    assert [fresh(other).tries_count for other in others] == [0, 0, 0]
    assert list(queues_to_vendors(clock.now())) == []


def test_of_two_workers_one_probes(down: Desk) -> None:
    down.time.shift(timedelta(seconds=11))
    first = claim(Breaker, now=clock.now(), limit=1)
    second = claim(Breaker, now=clock.now(), limit=1)

    assert (len(first), len(second)) == (1, 0)


def test_it_closes_at_the_first_answer_and_what_waited_is_due_at_once(
    down: Desk, bought: Asset
) -> None:
    Asset.objects.filter(pk=bought.pk).update(
        due_at=clock.now() + timedelta(hours=1), tries_count=5
    )
    other = down.buys(bought.account)
    down.vendor.works_again()
    down.time_passes(seconds=11)

    assert down.breaker().state == BreakerState.CLOSED
    for asset in (bought, other):
        assert len(down.live(asset)) == down.mails(asset) == 1


def test_the_time_to_give_up_stands_still(down: Desk, bought: Asset) -> None:
    before = fresh(bought).give_up_at
    opened_at = down.breaker().opened_at
    down.time_passes(times=4, hours=2)
    assert fresh(bought).give_up_at == before

    down.vendor.works_again()
    down.vendor.fails("too_many_429", call="make_coupon", retry_after=0)
    down.time_passes(minutes=10)
    after = fresh(bought).give_up_at
    assert before is not None
    assert after is not None
    assert opened_at is not None
    assert abs(after - before - (clock.now() - opened_at)) < timedelta(seconds=5)


def test_retry_finds_out_now(down: Desk, bought: Asset) -> None:
    down.vendor.works_again()
    down.time_passes(seconds=1)
    assert down.breaker().state == BreakerState.OPEN

    down.retries(bought)
    down.works()
    assert down.breaker().state == BreakerState.CLOSED
    assert len(down.live(bought)) == 1


def test_what_waits_says_since_when_and_when_it_is_tried_next(
    down: Desk, bought: Asset
) -> None:
    said = down.explains(bought)

    assert said.why == "BitTitan is not answering since 13:00."  # in Berlin
    assert said.who == "Nobody: the system"
    assert said.at == down.breaker().due_at


def test_a_probe_that_is_refused_says_that_the_key_must_be_corrected(
    down: Desk, bought: Asset
) -> None:
    down.vendor.works_again()
    down.vendor.fails("unauthorized_401", always=True)
    down.time_passes(seconds=11)

    assert down.breaker().is_blocked
    assert down.explains(bought).who == "An administrator"

    down.vendor.works_again()
    down.time_passes(hours=1)
    assert len(down.live(bought)) == 1


# ------------------------------------------------------------------ down for long


@pytest.mark.parametrize(
    ("steps", "minutes"),
    [(10, 1), (90, 20)],
    ids=["ten minutes", "thirty hours"],
)
def test_a_vendor_is_down_and_afterwards_everything_is_there(
    desk: Desk, bought: Asset, steps: int, minutes: int
) -> None:
    """No asset fails, nothing is bought twice, and nobody hears of it."""
    desk.sets(breaker_failures=2)
    account, assets = bought.account, [bought]
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    assert fresh(bought).sync_status == SyncStatus.UNCLEAR  # in doubt as it begins
    assets += [desk.buys(account) for _n in range(3)]
    desk.vendor.fails("refuse_connection")

    for step in range(steps):
        desk.time_passes(minutes=minutes)
        if step in {steps // 3, steps // 2, steps - 1}:
            assets.append(desk.buys(account))
        waiting = [fresh(asset) for asset in assets]
        assert SyncStatus.FAILED not in {asset.sync_status for asset in waiting}
        assert not Message.objects.exists()
    assert desk.breaker().state == BreakerState.OPEN
    assert all(fresh(asset).parked_at is None for asset in assets)

    desk.vendor.works_again()
    desk.time_passes(times=2, minutes=11)
    for asset in assets:
        known = fresh(asset)
        assert known.sync_status == SyncStatus.SYNCHRONIZED
        assert [known.coupon_code.reveal()] == desk.live(asset)
        assert len(desk.vendor.made(asset.key)) == desk.mails(asset) == 1
    assert Message.objects.count() == len(assets)
    assert Attempt.objects.filter(asset=bought).count() == 1
