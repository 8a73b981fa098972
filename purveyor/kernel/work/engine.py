"""
The worker's engine: claim what is due, work on it in threads, sweep every second.

What may be due is a table of `Due` rows that a flow passes in; the engine knows none of
it. Interactive work goes first, and some threads are kept free for it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import close_old_connections, models
from django.utils.translation import gettext as _

from purveyor.kernel import clock
from purveyor.kernel.work.leases import Lease, LeaseLost, claim
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import WOKEN

SWEEP_SECONDS = 1.0
BEAT_SECONDS = 5.0
STUMBLE_SECONDS = 60
UNLEASED_BATCH = 100
DRAIN_ROUNDS_MAX = 1_000

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """
    Something that may be due on a record, and the step that does it.

    A step looks at its record, does what is still to do, and can be run again without
    harm. With `is_leased` it gets a `Lease` and may take long; without, it gets the
    record's id and is one short transaction.
    """

    model: type[models.Model]
    field: str
    step: Callable[..., Any]
    is_leased: bool = True


class Engine:
    """Works down a table of what may be due, with `slots` threads, until stopped."""

    def __init__(
        self, street: Sequence[Due], *, slots: int, slots_for_interactive: int = 2
    ) -> None:
        self.street = street
        self.slots = slots
        self.slots_for_interactive = min(slots_for_interactive, slots - 1)
        self._busy = 0
        self._turn = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="work")

    def run(self, *, beat: Callable[[], None]) -> None:
        """Work until `stop`; `beat` is called once a sweep as a sign of life."""
        beat_due = 0.0
        while not self._stopping.is_set():
            WOKEN.clear()
            try:
                if time.monotonic() >= beat_due:
                    beat_due = time.monotonic() + BEAT_SECONDS
                    beat()
                self._fill()
            except Exception:
                # The outermost loop: the database may be away. Say so, and go on.
                logger.exception("sweep_failed")
                self._stopping.wait(SWEEP_SECONDS)
            finally:
                close_old_connections()
            WOKEN.wait(SWEEP_SECONDS)
        self._pool.shutdown(wait=True)

    def stop(self) -> None:
        """Stop taking work; what is being worked on is finished first."""
        self._stopping.set()
        WOKEN.set()

    def _fill(self) -> None:
        """Take what is due, interactive work of every row first; rows take turns."""
        for due in self.street:
            if not due.is_leased:
                do_unleased(due, now=clock.now())
        leased = [due for due in self.street if due.is_leased]
        self._turn += 1
        first = self._turn % max(len(leased), 1)
        in_turn = leased[first:] + leased[:first]
        for due in in_turn:
            self._take(due, Lane.INTERACTIVE, keep=0)
        for due in in_turn:
            self._take(due, Lane.BATCH, keep=self.slots_for_interactive)

    def _take(self, due: Due, lane: str, *, keep: int) -> None:
        room = self.slots - self._busy - keep
        if room <= 0:
            return
        now = clock.now()
        for lease in claim(due.model, now=now, limit=room, lane=lane):  # type: ignore[arg-type]  # a leased row is Workable
            with self._lock:
                self._busy += 1
            self._pool.submit(self._work, due, lease)

    def _work(self, due: Due, lease: Lease) -> None:
        try:
            do_leased(due, lease, now=clock.now())
        finally:
            close_old_connections()
            with self._lock:
                self._busy -= 1
            WOKEN.set()


def do_leased(due: Due, lease: Lease, *, now: datetime) -> None:
    """Run one step under its lease; an error of ours makes the record wait."""
    try:
        due.step(lease=lease, now=now)
    except LeaseLost:
        logger.info("lease_lost", record=due.model._meta.label, pk=lease.pk)
    except Exception:
        # The outermost frame of a worker: one bad record must not stop the others.
        logger.exception("step_failed", record=due.model._meta.label, pk=lease.pk)
        reason = _("Something went wrong on our side. It is tried again by itself.")
        later = clock.now() + timedelta(seconds=STUMBLE_SECONDS)
        lease.end(due_at=later, waits_because=reason)


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
    leases = claim(due.model, now=now, limit=UNLEASED_BATCH)  # type: ignore[arg-type]  # a leased row is Workable
    for lease in leases:
        do_leased(due, lease, now=now)
    return len(leases)
