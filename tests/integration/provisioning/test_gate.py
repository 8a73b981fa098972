"""The gate: so many calls at a time and a second, of all workers; people go first."""

import platform
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.lifecycle import BreakerState
from purveyor.domain.provisioning.models import Breaker, CallShare
from purveyor.domain.provisioning.operations import gate as gates
from purveyor.domain.provisioning.operations.gate import (
    Gate,
    GateClosed,
    forget_gates,
    lease_share,
)
from purveyor.kernel.work.models import Lane
from tests.factories.assets import fresh
from tests.factories.catalogue import an_application
from tests.factories.provisioning import a_setup
from tests.support.desk import Desk
from tests.support.threads import WAIT_SECONDS, wait_until


class Calls:
    """A vendor that only counts: how many calls at a time, and when each began."""

    def __init__(self, *, seconds: float = 0.01) -> None:
        self.seconds = seconds
        self.began: list[float] = []
        self.order: list[str] = []
        self.at_once = self.at_once_max = 0
        self._lock = threading.Lock()

    def take(self, name: str) -> None:
        with self._lock:
            self.began.append(time.monotonic())
            self.order.append(name)
            self.at_once += 1
            self.at_once_max = max(self.at_once, self.at_once_max)
        time.sleep(self.seconds)
        with self._lock:
            self.at_once -= 1

    def most_within(self, seconds: float) -> int:
        """Return the largest number of calls that began within a span of time."""
        began = sorted(self.began)
        return max(
            sum(first <= each < first + seconds for each in began) for first in began
        )


@pytest.fixture
def limits(now: datetime) -> Callable[..., None]:
    """Return how the limits of the vendor are set."""

    def set_limits(*, at_once: int = 18, per_second: int = 10_000) -> None:
        a_setup(calls_at_once=at_once, calls_per_second=per_second, address="http://x")
        Breaker.objects.get_or_create(application=an_application())

    return set_limits


@pytest.fixture
def who(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return how this process becomes another worker."""

    def become(name: str) -> None:
        monkeypatch.setattr(platform, "node", lambda: name)

    return become


def lease(now: datetime, *, calls_count: int = 0) -> tuple[int, int]:
    share = lease_share(
        application_id=an_application().pk, calls_count=calls_count, now=now
    )
    return share.at_once, share.per_second


def held() -> tuple[int, int]:
    """Return what all living shares add up to."""
    living = CallShare.objects.filter(until__gt=Now())
    return (
        sum(living.values_list("at_once", flat=True)),
        sum(living.values_list("per_second", flat=True)),
    )


def expire(worker: str, *, seconds_ago: float = 5) -> None:
    """Let the share of a worker end, as the database counts."""
    CallShare.objects.filter(worker__startswith=worker).update(
        until=Now() - timedelta(seconds=seconds_ago)
    )


# ------------------------------------------------------------------ shares


def test_a_lone_worker_has_everything(limits, who, now: datetime) -> None:
    limits(at_once=18, per_second=100)
    who("ann")

    assert lease(now) == (18, 100)


def test_a_second_worker_waits_for_the_first_to_lease_again(
    limits, who, now: datetime
) -> None:
    limits(at_once=18, per_second=100)
    shares = []
    for name in ("ann", "bob", "ann", "bob", "ann"):
        who(name)
        shares.append(lease(now))
        assert held() <= (18, 100)

    assert shares == [(18, 100), (0, 0), (9, 50), (9, 50), (9, 50)]


def test_a_worker_that_has_stopped_leaves_its_share(limits, who, now: datetime) -> None:
    limits(at_once=18, per_second=100)
    who("ann")
    lease(now)
    expire("ann")
    who("bob")

    assert lease(now) == (18, 100)


def test_the_last_calls_of_a_worker_count_for_a_second_more(
    limits, who, now: datetime
) -> None:
    """Else two workers could each make a second's calls within an instant."""
    limits(at_once=18, per_second=100)
    who("ann")
    lease(now)
    expire("ann", seconds_ago=-0.5)  # leased one and a half seconds ago
    who("bob")
    assert lease(now) == (0, 0)

    expire("ann", seconds_ago=0.1)
    assert lease(now) == (18, 100)


def test_a_worker_keeps_the_calls_that_it_is_making(limits, who, now: datetime) -> None:
    limits(at_once=18, per_second=100)
    who("ann")
    lease(now)
    who("bob")
    lease(now)
    who("ann")
    assert lease(now, calls_count=14)[0] == 14
    who("bob")

    assert lease(now)[0] == 4


@pytest.mark.parametrize(
    "weather",
    [
        {"state": BreakerState.OPEN},
        {"paused_until": timedelta(seconds=30)},
    ],
    ids=["the breaker is open", "the vendor wants a pause"],
)
def test_nobody_gets_a_share_of_a_vendor_that_is_left_alone(
    limits, now: datetime, weather: dict[str, Any]
) -> None:
    limits()
    if "state" in weather:
        weather = {**weather, "opened_at": now, "due_at": now}
    else:
        weather = {"paused_until": now + weather["paused_until"]}
    Breaker.objects.update(**weather)

    with pytest.raises(GateClosed):
        lease(now)

    assert not CallShare.objects.exists()


# ------------------------------------------------------------------ a closed gate


def test_a_closed_gate_lets_the_record_wait_untouched(
    desk: Desk, bought: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_gates()  # whose share was leased a moment ago
    before = Asset.objects.values().get()

    def closed(*_args: object, **_facts: object) -> None:
        raise GateClosed("Nobody asks this vendor now.")

    monkeypatch.setattr(gates, "lease_share", closed)
    monkeypatch.setattr("purveyor.kernel.work.engine.DRAIN_ROUNDS_MAX", 3)
    desk.works()

    assert Asset.objects.values().get() == before
    assert bought.attempts.count() == 0
    assert desk.calls("make_coupon") == 0
    monkeypatch.undo()
    desk.works()
    assert fresh(bought).has_coupon


def test_patience_runs_out(limits, now: datetime, settings: Any) -> None:
    limits(at_once=3)
    settings.PURVEYOR_LEASE_SECONDS = 0.3
    gate = Gate(an_application().pk)

    with ExitStack() as calls:
        for _call in range(3):
            calls.enter_context(gate.permit(Lane.INTERACTIVE, now=now))
        with pytest.raises(GateClosed, match="too long"):
            calls.enter_context(gate.permit(Lane.INTERACTIVE, now=now))
    with gate.permit(Lane.INTERACTIVE, now=now):
        pass  # and afterwards there is room again


def test_a_call_that_fails_gives_its_place_back(limits, now: datetime) -> None:
    limits(at_once=3)
    gate = Gate(an_application().pk)
    for _call in range(7):
        with suppress(ZeroDivisionError), gate.permit(Lane.INTERACTIVE, now=now):
            raise ZeroDivisionError

    assert gate._calls_count == 0


# ------------------------------------------------------------------ with threads


def crowd(
    gate: Gate, calls: Calls, lanes: Sequence[str], *, now: datetime
) -> Iterator[threading.Thread]:
    """Start a thread for each call; yield them."""

    def ask(lane: str) -> None:
        try:
            with gate.permit(lane, now=now):
                calls.take(lane)
        finally:
            connection.close()

    for lane in lanes:
        thread = threading.Thread(target=ask, args=(lane,))
        thread.start()
        yield thread


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_never_more_than_the_limit_at_a_time(limits, now: datetime) -> None:
    limits(at_once=5)
    calls = Calls(seconds=0.02)
    lanes = [Lane.BATCH, Lane.INTERACTIVE] * 20
    join(list(crowd(Gate(an_application().pk), calls, lanes, now=now)))

    assert len(calls.began) == 40
    assert calls.at_once_max <= 5


@pytest.mark.django_db(transaction=True)
def test_never_more_than_the_limit_within_any_one_second(limits, now: datetime) -> None:
    limits(at_once=30, per_second=12)
    calls = Calls(seconds=0)
    join(list(crowd(Gate(an_application().pk), calls, [Lane.BATCH] * 30, now=now)))

    assert len(calls.began) == 30
    assert calls.most_within(0.98) <= 12


@pytest.mark.django_db(transaction=True)
def test_two_calls_are_kept_for_people(limits, now: datetime) -> None:
    limits(at_once=5)
    gate, calls = Gate(an_application().pk), Calls(seconds=0.3)
    batch = list(crowd(gate, calls, [Lane.BATCH] * 8, now=now))
    wait_until(lambda: calls.at_once == 3)
    people = list(crowd(gate, calls, [Lane.INTERACTIVE] * 2, now=now))
    wait_until(lambda: calls.order[3:5] == [Lane.INTERACTIVE] * 2)
    join(batch + people)

    assert calls.order[:3] == [Lane.BATCH] * 3
    assert calls.at_once_max <= 5


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_in_person_goes_first(limits, now: datetime) -> None:
    limits(at_once=3)
    gate, calls = Gate(an_application().pk), Calls(seconds=0.05)
    people = list(crowd(gate, calls, [Lane.INTERACTIVE] * 3, now=now))
    wait_until(lambda: len(calls.order) == 3)
    batch = list(crowd(gate, calls, [Lane.BATCH] * 6, now=now))
    wait_until(lambda: gate._calls_count == 3)
    people += list(crowd(gate, calls, [Lane.INTERACTIVE] * 6, now=now))
    wait_until(lambda: gate._people_waiting > 0)
    join(people + batch)

    last_person = len(calls.order) - 1 - calls.order[::-1].index(Lane.INTERACTIVE)
    before = calls.order[:last_person].count(Lane.BATCH)
    assert before <= 1 + len(calls.order) - last_person - 1
    assert sorted(calls.order) == sorted([Lane.INTERACTIVE] * 9 + [Lane.BATCH] * 6)


@pytest.mark.django_db(transaction=True)
def test_two_workers_together_keep_both_limits(
    limits, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a gate of its own; they know each other by the shares alone."""
    limits(at_once=6, per_second=20)
    name = threading.local()
    monkeypatch.setattr(platform, "node", lambda: name.worker)
    calls = Calls(seconds=0.05)
    made = {worker: Gate(an_application().pk) for worker in ("ann", "bob")}

    def work(worker: str) -> None:
        name.worker = worker
        try:
            for _call in range(4):
                with made[worker].permit(Lane.INTERACTIVE, now=now):
                    calls.take(worker)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(worker,))
        for worker in ("ann", "bob")
        for _thread in range(6)
    ]
    for thread in threads:
        thread.start()
    join(threads)

    assert len(calls.order) == 48
    assert set(calls.order) == {"ann", "bob"}
    assert calls.at_once_max <= 6
    assert calls.most_within(0.95) <= 20


@pytest.mark.django_db(transaction=True)
def test_calls_that_outlast_a_share_still_count_for_other_workers(
    limits: Callable[..., None], who: Callable[[str], None], now: datetime
) -> None:
    limits(at_once=6)
    gate, calls = Gate(an_application().pk), Calls(seconds=4)
    who("ann")
    threads = list(crowd(gate, calls, [Lane.INTERACTIVE] * 6, now=now))
    wait_until(lambda: calls.at_once == 6)
    for _look in range(2):  # as a worker does that looks for more to do
        time.sleep(gates.SHARE_SECONDS)
        gate.keep_share(now=now)
    who("bob")
    at_once, _per_second = lease(now)
    still_running = calls.at_once
    join(threads)

    assert at_once + still_running <= 6
