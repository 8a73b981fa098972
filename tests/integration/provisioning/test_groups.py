"""One cause, one button: one is tried, then ten, then the rest; a relapse stops it."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.lifecycle import BreakerState, RunState
from purveyor.domain.provisioning.models import RetryRun
from purveyor.domain.provisioning.operations import groups
from purveyor.domain.provisioning.operations.groups import (
    NoSuchGroup,
    RunsAlready,
    mend_group,
    retry_group,
    stop_run,
)
from purveyor.domain.provisioning.operations.make import provision_asset
from purveyor.domain.provisioning.queries import failed_of
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.work.engine import drain
from purveyor.kernel.work.leases import claim
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.support.desk import Desk

WRONG_SKU = "rejected:invalid:product"
NO_MONEY = "rejected:insufficient_funds"


@pytest.fixture
def account(desk: Desk) -> Account:
    return desk.knows()


def fail_all(desk: Desk, account: Account, count: int, **columns: object) -> list[int]:
    """Have one asset fail at the vendor, and others like it; return their ids."""
    template = desk.buys(account)
    Asset.objects.filter(pk=template.pk).update(**columns)
    desk.works()
    failed = Asset.objects.select_related("order_item").get(pk=template.pk)
    assert failed.sync_status == SyncStatus.FAILED
    first = failed.order_item.position + 1
    places = range(first, first + count - 1)
    return [template.pk, *(copy_of(template.pk, place) for place in places)]


def copy_of(pk: int, place: int) -> int:
    """Return the id of one more asset like it, for one more item of its order."""
    twin = Asset.objects.select_related("order_item").get(pk=pk)
    item = twin.order_item
    item.pk, item.position = None, place
    item.save(force_insert=True)
    twin.pk, twin.order_item, twin.number = None, item, f"{twin.number}-{place}"
    twin.key = f"{twin.key[:24]}{place:08d}"
    twin.save(force_insert=True)
    return twin.pk


def statuses(pks: list[int]) -> Counter[str]:
    """Return how many of some assets stand where."""
    return Counter(
        Asset.objects.filter(pk__in=pks).values_list("sync_status", flat=True)
    )


def begin(group: str = WRONG_SKU) -> RetryRun:
    return retry_group(
        application=an_application(), group=group, actor=DAN, now=clock.now()
    )


def state_of(run: RetryRun) -> tuple[str, int]:
    """Return where a run stands, and in which wave."""
    run.refresh_from_db()
    return run.state, run.wave


def mend(group: str = WRONG_SKU) -> int:
    return mend_group(
        application=an_application(),
        group=group,
        changes={"external_product_id": "BT-MAILBOX"},
        actor=DAN,
        now=clock.now(),
    )


def test_three_hundred_failures_of_three_causes_are_three_groups(
    desk: Desk, account: Account
) -> None:
    desk.sets(breaker_failures=1_000)
    wrong = fail_all(desk, account, 100, external_product_id="NO-SUCH-SKU")
    desk.vendor.allows(5)
    poor = fail_all(desk, account, 100)
    desk.vendor.retires("BT-UMB")
    gone = fail_all(desk, account, 100, external_product_id="BT-UMB")

    found = Counter(
        Asset.objects.filter(sync_status=SyncStatus.FAILED).values_list(
            "cause", flat=True
        )
    )
    assert found == {
        WRONG_SKU: len(wrong),
        NO_MONEY: len(poor),
        "rejected:product_retired": len(gone),
    }


def test_a_canary_that_fails_again_spares_the_other_calls(
    desk: Desk, account: Account
) -> None:
    pks = fail_all(desk, account, 300, external_product_id="NO-SUCH-SKU")
    before = desk.calls("make_coupon")
    run = begin()
    desk.time_passes(times=5, seconds=3)

    assert state_of(run) == (RunState.RELAPSED, 1)
    assert desk.calls("make_coupon") == before + 1
    assert statuses(pks) == {SyncStatus.FAILED: 300}
    assert "failed again" in run.waits_because
    assert failed_of(application=an_application(), group=WRONG_SKU).count() == 300


def test_after_mending_one_is_tried_then_ten_then_the_rest(
    desk: Desk, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "WAVE_MAX", 15)
    pks = fail_all(desk, account, 40, external_product_id="NO-SUCH-SKU")
    assert mend() == 40
    run = begin()
    desk.time_passes(times=8, seconds=3)

    waves = Counter(run.retried.values_list("wave", flat=True))
    assert waves == {1: 1, 2: 10, 3: 15, 4: 14}
    assert statuses(pks) == {SyncStatus.SYNCHRONIZED: 40}
    assert state_of(run) == (RunState.DONE, 4)
    assert "All 40" in run.waits_because
    assert run.retried.count() == 40


def walk(desk: Desk) -> None:
    """Let a worker look at the runs alone: those that it makes due are not tried."""
    drain([due for due in STREET if due.model is RetryRun], now=clock.now())
    desk.time.shift(timedelta(seconds=3))


def try_next(count: int) -> None:
    """Let a worker try so many of the assets that are due, and no more."""
    for lease in claim(Asset, now=clock.now(), limit=count):
        provision_asset(lease=lease, now=clock.now())


def test_a_relapse_in_the_middle_takes_back_what_was_not_tried(
    desk: Desk, account: Account
) -> None:
    pks = fail_all(desk, account, 30, external_product_id="NO-SUCH-SKU")
    mend()
    run = begin()
    walk(desk)
    try_next(1)  # the canary is made
    walk(desk)
    assert state_of(run) == (RunState.RUNNING, 2)
    before = desk.calls("make_coupon")
    try_next(3)
    desk.vendor.fails("invalid_422", call="make_coupon")
    try_next(1)
    walk(desk)
    desk.time_passes(times=3, minutes=1)

    assert state_of(run) == (RunState.RELAPSED, 2)
    assert "6 were taken back" in run.waits_because
    assert desk.calls("make_coupon") == before + 4
    assert statuses(pks) == {SyncStatus.SYNCHRONIZED: 4, SyncStatus.FAILED: 26}
    left = failed_of(application=an_application(), group=WRONG_SKU)
    assert left.count() == 26
    assert not left.filter(due_at__isnull=False).exists()

    again = begin()
    desk.time_passes(times=6, seconds=3)
    assert state_of(again)[0] == RunState.DONE
    assert statuses(pks) == {SyncStatus.SYNCHRONIZED: 30}


def test_a_run_that_is_stopped_takes_back_what_was_not_tried(
    desk: Desk, account: Account
) -> None:
    pks = fail_all(desk, account, 20, external_product_id="NO-SUCH-SKU")
    mend()
    run = begin()
    walk(desk)
    try_next(1)
    walk(desk)
    before = desk.calls("make_coupon")
    try_next(2)
    stop_run(run=RetryRun.objects.get(pk=run.pk), actor=DAN, now=clock.now())
    with pytest.raises(MoveRefused):
        stop_run(run=RetryRun.objects.get(pk=run.pk), actor=DAN, now=clock.now())
    desk.time_passes(times=3, minutes=1)

    assert state_of(run) == (RunState.STOPPED, 2)
    assert desk.calls("make_coupon") == before + 2
    assert statuses(pks) == {SyncStatus.SYNCHRONIZED: 3, SyncStatus.FAILED: 17}


def test_one_that_is_being_asked_for_is_not_taken_back(
    desk: Desk, account: Account
) -> None:
    """What a worker holds is left to it: perhaps it is being made."""
    pks = fail_all(desk, account, 12, external_product_id="NO-SUCH-SKU")
    mend()
    run = begin()
    walk(desk)
    try_next(1)
    walk(desk)
    held = claim(Asset, now=clock.now(), limit=3)
    stop_run(run=RetryRun.objects.get(pk=run.pk), actor=DAN, now=clock.now())
    for lease in held:
        provision_asset(lease=lease, now=clock.now())

    assert statuses(pks) == {SyncStatus.SYNCHRONIZED: 4, SyncStatus.FAILED: 8}


def test_a_run_waits_while_the_breaker_is_open_and_then_goes_on(
    desk: Desk, account: Account
) -> None:
    pks = fail_all(desk, account, 15, external_product_id="NO-SUCH-SKU")
    mend()
    desk.sets(breaker_failures=1)
    desk.vendor.fails("refuse_connection")
    run = begin()
    desk.time_passes(times=6, minutes=30)
    assert desk.breaker().state == BreakerState.OPEN
    assert state_of(run) == (RunState.RUNNING, 1)
    assert statuses(pks) == {SyncStatus.FAILED: 14, SyncStatus.PENDING: 1}

    desk.vendor.works_again()
    desk.time_passes(times=5, minutes=11)
    assert state_of(run)[0] == RunState.DONE
    assert statuses(pks) == {SyncStatus.SYNCHRONIZED: 15}


def test_a_canary_in_doubt_is_waited_for(desk: Desk, account: Account) -> None:
    pks = fail_all(desk, account, 3, external_product_id="NO-SUCH-SKU")
    mend()
    desk.vendor.fails("hang_up_after", call="make_coupon")
    run = begin()
    desk.works()
    assert statuses(pks) == {SyncStatus.FAILED: 2, SyncStatus.UNCLEAR: 1}

    desk.time_passes(times=6, seconds=6)
    assert state_of(run)[0] == RunState.DONE
    made = [desk.live(asset) for asset in Asset.objects.filter(pk__in=pks)]
    assert [len(codes) for codes in made] == [1, 1, 1]


def test_one_that_was_cancelled_meanwhile_holds_up_nobody(
    desk: Desk, account: Account
) -> None:
    pks = fail_all(desk, account, 3, external_product_id="NO-SUCH-SKU")
    mend()
    run = begin()
    desk.cancels(Asset.objects.get(pk=pks[0]))
    desk.time_passes(times=5, seconds=3)

    assert state_of(run)[0] == RunState.DONE
    assert statuses(pks)[SyncStatus.SYNCHRONIZED] == 2


def test_a_group_runs_once_at_a_time_and_only_if_there_is_one(
    desk: Desk, account: Account, now: datetime
) -> None:
    fail_all(desk, account, 2, external_product_id="NO-SUCH-SKU")
    begin()
    with pytest.raises(RunsAlready):
        begin()
    with pytest.raises(NoSuchGroup):
        begin(f"{Cause.REJECTED}:of-nobody")
    with pytest.raises(NoSuchGroup):
        mend(f"{Cause.REJECTED}:of-nobody")

    assert RetryRun.objects.count() == 1
