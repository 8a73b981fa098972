"""Queues with limits of their own, and short steps that hold up nothing."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from django.db import connection
from django.db.models import Q

from purveyor.domain.provisioning.models import AccountLink
from purveyor.kernel.work.engine import Due, Queue, drain
from purveyor.kernel.work.leases import Lease
from tests.factories.accounts import an_account
from tests.factories.provisioning import a_link
from tests.support.threads import WAIT_SECONDS, an_engine, wait_until


@pytest.fixture
def due(now: datetime) -> Callable[[int], list[int]]:
    """Return how so many records become due."""

    def make(count: int) -> list[int]:
        pks = [a_link(account=an_account()).pk for _n in range(count)]
        AccountLink.objects.filter(pk__in=pks).update(due_at=now)
        return pks

    return make


class Work:
    """A step that waits until it may go on, and counts who runs."""

    def __init__(self) -> None:
        self.running: list[int] = []
        self.done: list[int] = []
        self.goes_on = threading.Event()

    def __call__(self, *, lease: Lease, now: datetime) -> None:
        assert now.tzinfo is not None
        self.running.append(lease.pk)
        assert self.goes_on.wait(WAIT_SECONDS)
        lease.end(due_at=None)
        self.done.append(lease.pk)
        connection.close()


def queues(**limits: tuple[list[int], int | None]) -> Callable[..., Sequence[Queue]]:
    """Return queues by name: which records, and how many at a time."""
    found = [
        Queue(name, only=Q(pk__in=pks), limit=limit)
        for name, (pks, limit) in limits.items()
    ]
    return lambda _now: found


@pytest.mark.django_db(transaction=True)
def test_a_queue_takes_no_more_than_its_limit_and_holds_up_no_other(due) -> None:
    narrow, wide, work = due(6), due(3), Work()
    street = Due(
        AccountLink, "due_at", work, queues=queues(a=(narrow, 2), b=(wide, None))
    )

    with an_engine(street, slots=12):
        wait_until(lambda: len(work.running) >= 5)
        threading.Event().wait(0.5)  # time enough to take too many
        taken = Counter(pk in narrow for pk in work.running)
        work.goes_on.set()
        wait_until(lambda: len(work.done) == 9)

    assert taken == {True: 2, False: 3}
    assert sorted(work.done) == sorted(narrow + wide)
    assert not AccountLink.objects.filter(due_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_a_short_step_that_takes_long_holds_up_no_claim(due, now: datetime) -> None:
    due(1)
    leased, work, is_walking = due(4), Work(), threading.Event()

    def walk(*, pk: int, now: datetime) -> None:
        is_walking.set()
        assert work.goes_on.wait(WAIT_SECONDS)
        AccountLink.objects.filter(pk=pk).update(due_at=None)
        connection.close()

    short = Due(AccountLink, "due_at", walk, is_leased=False)
    long = Due(AccountLink, "due_at", work, queues=queues(a=(leased, None)))

    with an_engine(short, long, slots=8):
        assert is_walking.wait(WAIT_SECONDS)
        wait_until(lambda: len(work.running) == 4)
        work.goes_on.set()
        wait_until(lambda: len(work.done) == 4)

    assert sorted(work.done) == sorted(leased)


def test_what_is_in_no_queue_is_left_alone(due, now: datetime) -> None:
    wanted, unwanted = due(2), due(2)
    seen: list[int] = []

    def step(*, lease: Lease, now: datetime) -> None:
        seen.append(lease.pk)
        lease.end(due_at=None)

    street = Due(AccountLink, "due_at", step, queues=queues(a=(wanted, None)))
    drain((street,), now=now)

    assert sorted(seen) == wanted
    assert AccountLink.objects.filter(due_at__isnull=False).count() == len(unwanted)
