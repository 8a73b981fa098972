"""The worker's engine: what is due is done; one bad record stops no other."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from structlog.testing import capture_logs

from purveyor.domain.provisioning.models import AccountLink
from purveyor.kernel.work import engine
from purveyor.kernel.work.engine import Due, Engine, do_leased, do_unleased, drain
from purveyor.kernel.work.leases import Lease, LeaseLost, claim
from purveyor.kernel.work.models import Lane
from tests.factories.accounts import an_account
from tests.factories.provisioning import a_link

MINUTE = timedelta(minutes=1)
WAIT_SECONDS = 20


@pytest.fixture
def due(now: datetime) -> Callable[..., AccountLink]:
    """Return how a record becomes due."""

    def make(*, lane: Lane = Lane.BATCH) -> AccountLink:
        link = a_link(account=an_account())
        link.due_at, link.lane = now, lane
        link.save(update_fields=["due_at", "lane"])
        return link

    return make


def leased(step: Callable[..., Any]) -> Due:
    return Due(AccountLink, "due_at", step)


def unleased(step: Callable[..., Any]) -> Due:
    return Due(AccountLink, "due_at", step, is_leased=False)


def finish(*, pk: int, now: datetime) -> None:
    """Do a short step: nothing is due any more."""
    AccountLink.objects.filter(pk=pk).update(due_at=None, tries_count=1)


def forget(*, pk: int, now: datetime) -> None:
    """Do nothing, and leave the record due."""


class Crash(Exception):
    """Our own mistake."""


# ------------------------------------------------------------------ drain


def test_all_that_is_due_is_done(due, now: datetime) -> None:
    for _n in range(3):
        due()

    assert drain((unleased(finish),), now=now) == 3
    assert drain((unleased(finish),), now=now) == 0
    assert not AccountLink.objects.filter(due_at__isnull=False).exists()


def test_what_a_step_makes_due_is_done_in_the_same_go(due, now: datetime) -> None:
    link, seen = due(), []

    def look(*, lease: Lease, now: datetime) -> None:
        seen.append(lease.pk)
        lease.end(due_at=None if len(seen) == 3 else now)

    assert drain((leased(look),), now=now) == 3
    assert seen == [link.pk] * 3


def test_a_step_that_never_ends_its_work_is_bounded(
    due, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    due()
    monkeypatch.setattr(engine, "DRAIN_ROUNDS_MAX", 5)

    assert drain((unleased(forget),), now=now) == 5


# ------------------------------------------------------------------ bad records


def test_an_unleased_step_that_fails_stops_no_other_and_is_tried_later(
    due, now: datetime
) -> None:
    good, bad, last = due(), due(), due()

    @transaction.atomic
    def step(*, pk: int, now: datetime) -> None:
        finish(pk=pk, now=now)
        if pk == bad.pk and now < good.due_at + MINUTE:
            raise Crash

    with capture_logs() as told:
        done = do_unleased(unleased(step), now=now)

    bad.refresh_from_db()
    assert done == 2
    assert (bad.due_at, bad.tries_count) == (now + MINUTE, 0)
    assert AccountLink.objects.filter(pk__in=[good.pk, last.pk], tries_count=1).exists()
    assert [(line["event"], line["pk"]) for line in told] == [("step_failed", bad.pk)]

    assert do_unleased(unleased(step), now=now) == 0
    assert do_unleased(unleased(step), now=now + MINUTE) == 1
    assert not AccountLink.objects.filter(due_at__isnull=False).exists()


def test_a_leased_step_that_crashes_makes_the_record_wait_and_tells(
    due, now: datetime
) -> None:
    bad, good = due(), due()

    def step(*, lease: Lease, now: datetime) -> None:
        if lease.pk == bad.pk:
            raise Crash
        lease.end(due_at=None)

    with capture_logs() as told:
        done = drain((leased(step),), now=now)

    bad.refresh_from_db()
    good.refresh_from_db()
    assert done == 2
    assert good.due_at is None
    assert (bad.due_at, bad.leased_until, bad.lease_token) == (now + MINUTE, None, "")
    assert bad.waits_because.startswith("Something went wrong on our side.")
    assert [(line["event"], line["pk"]) for line in told] == [("step_failed", bad.pk)]


def test_who_loses_the_lease_stops_and_leaves_the_record_alone(
    due, now: datetime
) -> None:
    due()
    (lease,) = claim(AccountLink, now=now, limit=1)
    AccountLink.objects.update(lease_token="somebody-else")
    before = AccountLink.objects.values().get()

    def step(*, lease: Lease, now: datetime) -> None:
        message = "taken over"
        raise LeaseLost(message)

    with capture_logs() as told:
        do_leased(leased(step), lease, now=now)

    assert AccountLink.objects.values().get() == before
    assert [line["event"] for line in told] == ["lease_lost"]


def test_a_record_that_only_changed_is_given_back_at_once(due, now: datetime) -> None:
    due()
    (lease,) = claim(AccountLink, now=now, limit=1)

    def step(*, lease: Lease, now: datetime) -> None:
        message = "changed since it was read"
        raise LeaseLost(message)

    with capture_logs():
        do_leased(leased(step), lease, now=now)

    link = AccountLink.objects.get()
    assert (link.leased_until, link.lease_token, link.due_at) == (None, "", now)


def test_a_crash_after_the_lease_was_lost_disturbs_nobody(due, now: datetime) -> None:
    due()
    (lease,) = claim(AccountLink, now=now, limit=1)

    def step(*, lease: Lease, now: datetime) -> None:
        AccountLink.objects.update(lease_token="somebody-else")
        raise Crash

    with capture_logs():
        do_leased(leased(step), lease, now=now)

    link = AccountLink.objects.get()
    assert (link.lease_token, link.due_at) == ("somebody-else", now)
    assert link.leased_until is not None


# ------------------------------------------------------------------ threads


@contextmanager
def a_worker(
    *street: Due, slots: int = 3, beat: Callable[[], None] = lambda: None
) -> Iterator[Engine]:
    """Run an engine in a thread of its own, until the block ends."""
    worker = Engine(street, slots=slots)

    def run() -> None:
        worker.run(beat=beat)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_is_due_and_gives_signs_of_life(due) -> None:
    link, beats, done = due(), [], threading.Event()

    def step(*, lease: Lease, now: datetime) -> None:
        lease.end(due_at=None)
        connection.close()
        done.set()

    with a_worker(leased(step), beat=lambda: beats.append("alive")):
        assert done.wait(WAIT_SECONDS)

    link.refresh_from_db()
    assert (link.due_at, link.lease_token) == (None, "")
    assert beats == ["alive"]


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_fails_is_told_and_the_worker_goes_on(
    due, monkeypatch: pytest.MonkeyPatch
) -> None:
    due()
    monkeypatch.setattr(engine, "SWEEP_SECONDS", 0.01)
    monkeypatch.setattr(engine, "BEAT_SECONDS", -1)
    failures, done = [Crash(), Crash()], threading.Event()

    def beat() -> None:
        if failures:
            raise failures.pop()

    def step(*, lease: Lease, now: datetime) -> None:
        lease.end(due_at=None)
        connection.close()
        done.set()

    with capture_logs() as told, a_worker(leased(step), beat=beat):
        assert done.wait(WAIT_SECONDS)

    assert [line["event"] for line in told] == ["sweep_failed"] * 2


@pytest.mark.django_db(transaction=True)
def test_what_a_person_waits_for_finds_a_thread_among_much_batch_work(due) -> None:
    batch = {due().pk for _n in range(5)}
    go_on, interactive_done, running = threading.Event(), threading.Event(), []

    def step(*, lease: Lease, now: datetime) -> None:
        running.append(lease.pk)
        if lease.pk in batch:
            assert go_on.wait(WAIT_SECONDS)
        lease.end(due_at=None)
        connection.close()
        if lease.pk not in batch:
            interactive_done.set()

    with a_worker(leased(step), slots=3) as worker:
        wait_until(lambda: len(running) == 1)
        asked_for = due(lane=Lane.INTERACTIVE)
        assert interactive_done.wait(WAIT_SECONDS)
        assert worker.slots_for_interactive == 2
        assert sum(pk in batch for pk in running) == 1
        go_on.set()
        wait_until(lambda: len(running) == 6)

    assert running[1] == asked_for.pk
    assert not AccountLink.objects.filter(due_at__isnull=False).exists()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, for a while."""
    pause = threading.Event()
    for _try in range(WAIT_SECONDS * 100):
        if is_so():
            return
        pause.wait(0.01)
    message = "It did not come about."
    raise AssertionError(message)
