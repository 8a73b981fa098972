"""Wake-up calls: once per transaction, and no work is lost if they are."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from purveyor.kernel.work.models import WorkerBeat
from purveyor.kernel.work.operations import beat, prune_calls, sign_off
from purveyor.kernel.work.queries import workers_alive
from purveyor.kernel.work.tasks import WOKEN, look, wake


class Mishap(Exception):
    """Something went wrong after the call."""


@transaction.atomic
def call_in_vain() -> None:
    wake()
    raise Mishap


@pytest.mark.django_db(transaction=True)
def test_a_transaction_calls_once_however_much_it_makes_due() -> None:
    with transaction.atomic():
        for _n in range(3):
            with transaction.atomic():
                wake()

    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_calls_nobody() -> None:
    with pytest.raises(Mishap):
        call_in_vain()

    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_call_taken_back_with_its_part_is_made_again_by_the_rest() -> None:
    with transaction.atomic():
        with pytest.raises(Mishap):
            call_in_vain()
        wake()

    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_transactions_call_twice() -> None:
    for _n in range(2):
        with transaction.atomic():
            wake()

    assert DBTaskResult.objects.count() == 2


def test_a_call_wakes_the_worker_of_its_process() -> None:
    WOKEN.clear()

    look.func()

    assert WOKEN.is_set()
    WOKEN.clear()


# ------------------------------------------------------------------ signs of life


def test_a_worker_that_beats_is_alive_for_half_a_minute(now: datetime) -> None:
    beat(name="one", started_at=now, now=now)
    beat(name="two", started_at=now, now=now + timedelta(seconds=20))

    assert workers_alive(now=now + timedelta(seconds=30)) == 2
    assert workers_alive(now=now + timedelta(seconds=31)) == 1
    assert workers_alive(now=now + timedelta(seconds=51)) == 0


def test_a_worker_that_beats_again_stays_one_worker(now: datetime) -> None:
    for seconds in (0, 5, 10):
        beat(name="one", started_at=now, now=now + timedelta(seconds=seconds))

    worker = WorkerBeat.objects.get()
    assert (worker.started_at, worker.beat_at) == (now, now + timedelta(seconds=10))


def test_a_worker_that_signs_off_is_gone_and_one_not_seen_for_a_day_too(
    now: datetime,
) -> None:
    beat(name="dead", started_at=now, now=now)
    beat(name="one", started_at=now, now=now + timedelta(hours=25))
    beat(name="two", started_at=now, now=now + timedelta(hours=25))

    sign_off(name="one")

    assert [worker.name for worker in WorkerBeat.objects.all()] == ["two"]


def a_call(*, at: datetime, status: TaskResultStatus) -> DBTaskResult[[], None]:
    call = DBTaskResult.objects.get(pk=look.enqueue().id)
    DBTaskResult.objects.filter(pk=call.pk).update(enqueued_at=at, status=status)
    return call


def test_answered_and_stuck_calls_are_forgotten_and_waiting_ones_stay(
    now: datetime,
) -> None:
    old = now - timedelta(minutes=11)
    a_call(at=old, status=TaskResultStatus.SUCCESSFUL)
    a_call(at=old, status=TaskResultStatus.RUNNING)
    waiting = a_call(at=old, status=TaskResultStatus.READY)
    fresh = a_call(at=now, status=TaskResultStatus.SUCCESSFUL)

    assert prune_calls(now=now) == 2
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == {
        waiting.pk,
        fresh.pk,
    }
