"""
The worker's engine: claim what is due, work on it in threads, sweep every second.

What may be due is a table of `Due` rows that a flow passes in; the engine knows none of
it. Interactive work goes first, and some threads are kept free for it.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import close_old_connections, models
from django.utils.translation import gettext as _

from purveyor.kernel import clock
from purveyor.kernel.work.delays import next_try_at
from purveyor.kernel.work.leases import Lease, LeaseLost, claim
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import CALLED, WOKEN, WORKS_HERE

SWEEP_SECONDS = 1.0
REST_SECONDS = 0.03  # what ends within it is replaced together
CALL_SECONDS = 0.25  # calls within it are answered together
QUEUES_SECONDS = 0.3  # so long it is known which queues there are
BEAT_SECONDS = 5.0
STUMBLE_SECONDS = 60
OUR_FAULT = "our_fault"  # the cause of what waits because of an error of ours
UNLEASED_BATCH = 100
DRAIN_ROUNDS_MAX = 1_000

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Queue:
    """
    Some of the records of a row, of which a worker takes so many at a time.

    So many of them are `kept` for interactive work.
    """

    name: str
    only: models.Q | None = None
    limit: int | None = None
    kept: int = 0


def one_queue(_now: datetime, /) -> Sequence[Queue]:
    """Return the queue of all records, without a limit of its own."""
    return (Queue("all"),)


@dataclass(frozen=True, slots=True)
class Due:
    """
    Something that may be due on a record, and the step that does it.

    A step looks at its record, does what is still to do, and can be run again without
    harm. With `is_leased` it gets a `Lease` and may take long; without, it gets the
    record's id and is one short transaction. `queues` says which records may be taken
    now, and how many of each kind at a time.
    """

    model: type[models.Model]
    field: str
    step: Callable[..., Any]
    is_leased: bool = True
    queues: Callable[[datetime], Sequence[Queue]] = one_queue


class Engine:
    """Works down a table of what may be due, with `slots` threads, until stopped."""

    def __init__(
        self, street: Sequence[Due], *, slots: int, slots_for_interactive: int = 2
    ) -> None:
        self.street = street
        self.slots = slots
        self.slots_for_interactive = min(slots_for_interactive, slots - 1)
        self._busy: Counter[tuple[Due, str]] = Counter()
        self._freed: set[tuple[Due, str]] = set()  # rows and lanes where work has ended
        self._queues: dict[Due, tuple[float, Sequence[Queue]]] = {}
        self._turn = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="work")

    def run(self, *, beat: Callable[[], None]) -> None:
        """Work until `stop`; `beat` is called every few seconds as a sign of life."""
        WORKS_HERE.set()
        beat_due = filled_at = 0.0
        while not self._stopping.is_set():
            WOKEN.clear()
            moment = time.monotonic()
            try:
                if moment >= beat_due:
                    beat_due = moment + BEAT_SECONDS
                    beat()
                patience = CALL_SECONDS if CALLED.is_set() else SWEEP_SECONDS
                if moment >= filled_at + patience:
                    filled_at = moment
                    CALLED.clear()
                    self._fill()
                else:
                    self._refill()
            except Exception:
                # The outermost loop: the database may be away. Say so, and go on.
                logger.exception("sweep_failed")
                self._stopping.wait(SWEEP_SECONDS)
            finally:
                close_old_connections()
            WOKEN.wait(CALL_SECONDS if CALLED.is_set() else SWEEP_SECONDS)
            self._stopping.wait(REST_SECONDS)
        self._pool.shutdown(wait=True)
        WORKS_HERE.clear()

    def stop(self) -> None:
        """Stop taking work; what is being worked on is finished first."""
        self._stopping.set()
        WOKEN.set()

    def _fill(self) -> None:
        """Take what is due, interactive work of every row first; rows take turns."""
        for due in self.street:
            if not due.is_leased:
                self._walk(due)
        leased = [due for due in self.street if due.is_leased]
        self._turn += 1
        first = self._turn % max(len(leased), 1)
        in_turn = leased[first:] + leased[:first]
        for lane in (Lane.INTERACTIVE, Lane.BATCH):
            for due in in_turn:
                self._take(due, lane)

    def _refill(self) -> None:
        """Take what is due where work has ended; what is asked for elsewhere calls."""
        with self._lock:
            freed, self._freed = self._freed, set()
        for due, lane in sorted(freed, key=lambda each: each[1] != Lane.INTERACTIVE):
            self._take(due, lane)

    def _take(self, due: Due, lane: str) -> None:
        keep = self.slots_for_interactive if lane == Lane.BATCH else 0
        for queue in self._queues_of(due):
            room = self._room(due, queue, keep=keep)
            if room <= 0:
                continue
            leases = claim(
                due.model,  # type: ignore[arg-type]  # a leased row is Workable
                now=clock.now(),
                limit=room,
                lane=lane,
                only=queue.only,
            )
            for lease in leases:
                self._start(due, queue.name, self._work, due, queue.name, lane, lease)

    def _queues_of(self, due: Due) -> Sequence[Queue]:
        until, queues = self._queues.get(due, (0.0, ()))
        if time.monotonic() >= until:
            queues = due.queues(clock.now())
            self._queues[due] = (time.monotonic() + QUEUES_SECONDS, queues)
        return queues

    def _room(self, due: Due, queue: Queue, *, keep: int) -> int:
        with self._lock:
            room = self.slots - self._busy.total() - keep
            if queue.limit is not None:
                kept = queue.kept if keep else 0
                room = min(room, queue.limit - kept - self._busy[due, queue.name])
        return room

    def _start(self, due: Due, name: str, job: Callable[..., None], *args: Any) -> None:
        with self._lock:
            self._busy[due, name] += 1
        self._pool.submit(job, *args)

    def _work(self, due: Due, name: str, lane: str, lease: Lease) -> None:
        try:
            do_leased(due, lease, now=clock.now())
        finally:
            self._end(due, name)
            with self._lock:
                self._freed.add((due, lane))
            WOKEN.set()

    def _walk(self, due: Due) -> None:
        """Do the short steps of a row in one thread, so that nothing waits for them."""
        name = "walk"
        if not self._busy[due, name]:
            self._start(due, name, self._walk_on, due, name)

    def _walk_on(self, due: Due, name: str) -> None:
        done_count = 0
        try:
            done_count = do_unleased(due, now=clock.now())
        except Exception:
            # As the outermost loop: the database may be away.
            logger.exception("walk_failed", record=due.model._meta.label)
        finally:
            self._end(due, name)
        if done_count:  # what a short step made due may be done by any row
            CALLED.set()
            WOKEN.set()

    def _end(self, due: Due, name: str) -> None:
        """Free a thread."""
        close_old_connections()
        with self._lock:
            self._busy[due, name] -= 1


def do_leased(due: Due, lease: Lease, *, now: datetime) -> None:
    """Run one step under its lease; an error of ours makes the record wait."""
    try:
        due.step(lease=lease, now=now)
    except LeaseLost:
        # Another worker has it; or it only changed, and then it is looked at anew.
        logger.info("lease_lost", record=due.model._meta.label, pk=lease.pk)
        lease.end()
    except Exception:
        # The outermost frame of a worker: one bad record must not stop the others.
        logger.exception("step_failed", record=due.model._meta.label, pk=lease.pk)
        _stumble(lease, now=clock.now())


def _stumble(lease: Lease, *, now: datetime) -> None:
    """Have a record wait after an error of ours, longer each time."""
    tries = lease.model._default_manager.filter(pk=lease.pk).values_list("tries_count")
    (so_far,) = tries.first() or (0,)
    lease.end(
        due_at=next_try_at(
            tries_count=so_far + 1, now=now, at_least_seconds=STUMBLE_SECONDS
        ),
        tries_count=so_far + 1,
        waits_because=_("Something went wrong on our side. It is tried again."),
        cause=OUR_FAULT,
    )


def do_unleased(due: Due, *, now: datetime) -> int:
    """Run a short step for every record on which it is due; return how many."""
    pks = due.model._default_manager.filter(**{f"{due.field}__lte": now})
    batch = list(
        pks.order_by(due.field, "pk").values_list("pk", flat=True)[:UNLEASED_BATCH]
    )
    return sum(_do_one(due, pk, now=now) for pk in batch)


def _do_one(due: Due, pk: int, *, now: datetime) -> bool:
    try:
        due.step(pk=pk, now=now)
    except Exception:
        # The outermost frame of a worker: one bad record must not stop the others.
        logger.exception("step_failed", record=due.model._meta.label, pk=pk)
        later = {due.field: now + timedelta(seconds=STUMBLE_SECONDS)}
        still_due = due.model._default_manager.filter(
            pk=pk, **{f"{due.field}__lte": now}
        )
        still_due.update(**later)
        return False
    return True


def drain(street: Sequence[Due], *, now: datetime) -> int:
    """
    Do all that is due now, in this thread, and return how many steps were run.

    For tests and for loading a demo; a running shop has the `Engine`.
    """
    done, watch = 0, clock.Stopwatch(now)
    for _round in range(DRAIN_ROUNDS_MAX):
        steps = sum(_drain_one(due, now=watch.now()) for due in street)
        done += steps
        if not steps:
            break
    return done


def _drain_one(due: Due, *, now: datetime) -> int:
    if not due.is_leased:
        return do_unleased(due, now=now)
    if not due.model._default_manager.filter(**{f"{due.field}__lte": now}).exists():
        return 0  # so it is with most rows of the table; their queues need not be asked
    return sum(_drain_queue(due, queue, now=now) for queue in due.queues(now))


def _drain_queue(due: Due, queue: Queue, *, now: datetime) -> int:
    model: Any = due.model
    leases = claim(model, now=now, limit=UNLEASED_BATCH, only=queue.only)
    for lease in leases:
        do_leased(due, lease, now=now)
    return len(leases)
