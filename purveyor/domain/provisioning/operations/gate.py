"""
The gate before a vendor: so many calls at a time, so many a second, of all workers.

The limits stand in the application's settings. Each worker leases a share of them for a
second at a time, in one row; within its share it counts by itself, so a call costs no
statement. The shares of all workers never add up to more than the limits.

Two of the calls at a time are kept for what a person waits for, and whenever one waits
it goes first.
"""

import os
import platform
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from purveyor.domain.provisioning.contract import VendorError, VendorNotAsked
from purveyor.domain.provisioning.models import (
    Breaker,
    CallShare,
    ServiceManagerSetup,
)
from purveyor.domain.provisioning.operations.breaker import (
    is_failure,
    locked_breaker,
    note_answers,
)
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.errors import PurveyorError
from purveyor.kernel.work.combining import Combined
from purveyor.kernel.work.engine import Queue
from purveyor.kernel.work.models import Lane

SHARE_SECONDS = 1.0
COUNTS_SECONDS = 2.0  # a share counts for others: its last calls are a second younger
KEPT_FOR_PEOPLE = 2
READY_AT_THE_DOOR = 12  # written down, and called as soon as another call has ended
TAKEN_BESIDE = 30  # read or written meanwhile, so that no call waits for a statement
PATIENCE_SHARE = 1 / 4  # of a lease; with a call, which is half of one, it ends in time


CROWDED = "The vendor's other calls take too long."


class GateClosed(PurveyorError):
    """Nobody asks this vendor now; what was to be asked waits in its record."""

    code = "provisioning.gate_closed"


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker may ask of a vendor, until its own clock says `ends_at`."""

    at_once: int
    per_second: int
    ends_at: float
    is_troubled: bool = False  #: the vendor's last answer was a failure


class Gate:
    """The calls that this worker makes for one application."""

    def __init__(self, application_id: int) -> None:
        self.application_id = application_id
        self._lock = threading.Lock()
        self._people = threading.Condition(self._lock)
        self._batch = threading.Condition(self._lock)
        self._renewed = threading.Condition(self._lock)
        self._share: Share | None = None
        self._is_asking = False
        self._calls_count = 0
        self._doorstep = threading.Condition(self._lock)
        self._at_door_count = 0
        self._people_waiting = 0
        self._started: deque[float] = deque()  # when the calls of this second began

    @contextmanager
    def door(self, lane: str, *, now: datetime) -> Iterator[None]:
        """
        Hold a place at the door, before an attempt is written; people need not wait.

        What stands there is called within a part of its lease, so a lease that is
        renewed here outlasts the call.

        :raises GateClosed: if nobody asks this vendor now, or the wait is too long.
        """
        with self._lock:
            self._come_to_the_door(is_person=lane == Lane.INTERACTIVE, now=now)
        try:
            yield
        finally:
            with self._lock:
                self._at_door_count -= 1
                self._doorstep.notify()

    def _come_to_the_door(self, *, is_person: bool, now: datetime) -> None:
        gives_up_at = time.monotonic() + _patience()
        while True:
            share = self._valid_share(now)
            room = min(READY_AT_THE_DOOR, share.at_once) + share.at_once
            if is_person or self._at_door_count < max(room, 1):
                self._at_door_count += 1
                return
            left = gives_up_at - time.monotonic()
            if left <= 0:
                raise GateClosed(CROWDED)
            self._doorstep.wait(min(left, SHARE_SECONDS))

    @contextmanager
    def permit(self, lane: str, *, now: datetime) -> Iterator[None]:
        """
        Hold one of the calls at a time, once it may be made.

        :raises GateClosed: if nobody asks this vendor now, or the wait is too long.
        """
        with self._lock:
            self._enter(is_person=lane == Lane.INTERACTIVE, now=now)
        try:
            yield
        finally:
            with self._lock:
                self._calls_count -= 1
                self._let_one_in()

    def step(self) -> None:
        """Wait until one more question may be asked under the same permit."""
        with self._lock:
            while (wait := self._seconds_to_wait()) > 0:
                self._batch.wait(wait)
            self._started.append(time.monotonic())

    def has_good_weather(self) -> bool:
        """Return whether the vendor's last answers, as far as we know, were good."""
        with self._lock:
            return self._share is not None and not self._share.is_troubled

    def forget(self) -> None:
        """Ask for a new share before the next call: the vendor's weather changed."""
        with self._lock:
            self._share = None
            self._people.notify_all()
            self._batch.notify_all()

    def _enter(self, *, is_person: bool, now: datetime) -> None:
        gives_up_at = time.monotonic() + _patience()
        self._people_waiting += is_person
        try:
            while (wait := self._seconds_until_turn(now, is_person=is_person)) > 0:
                left = gives_up_at - time.monotonic()
                if left <= 0:
                    raise GateClosed(CROWDED)
                (self._people if is_person else self._batch).wait(min(left, wait))
        finally:
            self._people_waiting -= is_person
        self._calls_count += 1
        self._started.append(time.monotonic())
        self._let_one_in()

    def _let_one_in(self) -> None:
        (self._people if self._people_waiting else self._batch).notify()

    def _seconds_until_turn(self, now: datetime, *, is_person: bool) -> float:
        """Return 0 if a call may be made; else when it is worth to look again."""
        share = self._valid_share(now)
        kept = 0 if is_person else min(KEPT_FOR_PEOPLE, share.at_once // 2)
        is_first = is_person or not self._people_waiting
        if is_first and self._calls_count < share.at_once - kept:
            return self._seconds_to_wait()
        return SHARE_SECONDS

    def _seconds_to_wait(self) -> float:
        """Return how long until the calls of one second are not too many."""
        moment = time.monotonic()
        while self._started and self._started[0] <= moment - 1:
            self._started.popleft()
        most = self._share.per_second if self._share is not None else 1
        if len(self._started) < most:
            return 0.0
        if not most:
            return SHARE_SECONDS
        return max(self._started[-most] + 1 - moment, 0.001)

    def _valid_share(self, now: datetime) -> Share:
        """Return our share; one thread leases it anew while the others wait."""
        while True:
            share = self._share
            if share is not None and share.ends_at > time.monotonic():
                return share
            if not self._is_asking:
                return self._ask_for_share(now)
            self._renewed.wait(SHARE_SECONDS)

    def keep_share(self, *, now: datetime) -> None:
        """Lease our share anew while calls run: others must go on counting them."""
        with self._lock:
            if self._calls_count:
                with suppress(GateClosed):  # what runs, runs; nothing new is begun
                    self._valid_share(now)

    def _ask_for_share(self, now: datetime) -> Share:
        self._is_asking, calls_count = True, self._calls_count
        self._lock.release()  # calls end and begin meanwhile; only the share is ours
        try:
            share = lease_share(
                application_id=self.application_id, calls_count=calls_count, now=now
            )
        finally:
            self._lock.acquire()
            self._is_asking = False
            self._renewed.notify_all()
        self._share = share
        return share


def _patience() -> float:
    return float(settings.PURVEYOR_LEASE_SECONDS) * PATIENCE_SHARE


@transaction.atomic
def lease_share(*, application_id: int, calls_count: int, now: datetime) -> Share:
    """
    Return what this worker may ask of a vendor for a second, and write it down.

    The row of the vendor's breaker is the lock: workers lease one after the other.
    A worker keeps at least the calls it is making (`calls_count`).

    :raises GateClosed: if the breaker is open, or the vendor asked for a pause.
    """
    ends_at = time.monotonic() + SHARE_SECONDS
    breaker = locked_breaker(application_id)
    if not breaker.is_asking(now):
        message = "Nobody asks this vendor now."
        raise GateClosed(message)
    setup = ServiceManagerSetup.objects.get(application=application_id)
    others = CallShare.objects.filter(application=application_id).exclude(
        worker=this_worker()
    )
    living = list(others.filter(until__gt=Now()))
    at_once = fair_share(
        limit=setup.calls_at_once, others=[each.at_once for each in living]
    )
    per_second = fair_share(
        limit=setup.calls_per_second, others=[each.per_second for each in living]
    )
    share = Share(
        at_once=max(at_once, calls_count),
        per_second=per_second,
        ends_at=ends_at,
        is_troubled=breaker.failures_count > 0,
    )
    CallShare.objects.update_or_create(
        application_id=application_id,
        worker=this_worker(),
        defaults={
            "at_once": share.at_once,
            "per_second": share.per_second,
            "until": Now() + timedelta(seconds=COUNTS_SECONDS),
        },
    )
    return share


def this_worker() -> str:
    """Return the name of this process."""
    return f"{platform.node()}:{os.getpid()}"


def fair_share(*, limit: int, others: Sequence[int]) -> int:
    """
    Return how much of a limit one more worker may take.

    Shape:  `others` are the living shares of the other workers.
    Units:  calls. A worker that holds too much gives it back when its share ends; until
            then the newcomer has what is left.
    """
    fair = max(limit // (len(others) + 1), 1)
    return max(min(fair, limit - sum(others)), 0)


def queues_to_vendors(now: datetime, /) -> Sequence[Queue]:
    """
    Return, for each vendor that is asked now, which records may be taken.

    A worker asks for them every second at least; so its shares are kept meanwhile.
    """
    for gate in list(_gates.values()):
        gate.keep_share(now=now)
    silent = Breaker.objects.exclude(Breaker.asking(now)).values("application")
    asked = ServiceManagerSetup.objects.exclude(application__in=silent)
    return [
        Queue(
            name=f"application {application}",
            only=Q(application=application),
            limit=calls_at_once + TAKEN_BESIDE,
            kept=KEPT_FOR_PEOPLE,
        )
        for application, calls_at_once in asked.order_by("application").values_list(
            "application", "calls_at_once"
        )
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """How a vendor answered one call: with an error, or None if it did as asked."""

    application_id: int
    answer: VendorError | None
    now: datetime


def tell_answer(
    *, application_id: int, answer: VendorError | None, now: datetime
) -> None:
    """
    Count what a vendor answered; after a failure its gate looks at the weather.

    A good answer after good ones changes nothing and is not written.
    """
    if isinstance(answer, VendorNotAsked):
        return
    if answer is None and gate_of(application_id).has_good_weather():
        return
    _tell_together(Told(application_id, answer, now))
    if is_failure(answer):
        gate_of(application_id).forget()


def _tell_all(every: list[Told]) -> list[None]:
    for application_id in {told.application_id for told in every}:
        answers = [e.answer for e in every if e.application_id == application_id]
        note_answers(application_id=application_id, answers=answers, now=every[-1].now)
    return [None] * len(every)


_tell_together = Combined(_tell_all)


def ask[T](
    *, question: Callable[[], T], application_id: int, lane: str, watch: Stopwatch
) -> T:
    """
    Return what a vendor answers to a read, asked through its gate; count how it went.

    :raises GateClosed: if nobody asks this vendor now.
    :raises VendorUnavailable: the vendor did not answer, or not sensibly.
    """
    try:
        with gate_of(application_id).permit(lane, now=watch.now()):
            answer = question()
    except VendorError as error:
        tell_answer(application_id=application_id, answer=error, now=watch.now())
        raise
    tell_answer(application_id=application_id, answer=None, now=watch.now())
    return answer


_gates: dict[tuple[int, int], Gate] = {}


def gate_of(application_id: int) -> Gate:
    """Return this process's gate before an application; a forked one has its own."""
    return _gates.setdefault((os.getpid(), application_id), Gate(application_id))


def forget_gates() -> None:
    """Forget every gate, as a new process does."""
    _gates.clear()
