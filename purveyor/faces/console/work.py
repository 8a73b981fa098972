"""
`purveyor work`: one worker process.

The engine claims what is due in the records and works on it in threads. Beside it the
queue's own worker waits for wake-up calls, so that what a person has just asked for
starts at once. A lost call costs a second at most: the engine sweeps by itself.
"""

import gc
import logging
import os
import platform
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from types import FrameType

import structlog
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string
from django_tasks_db.management.commands.db_worker import Worker

from purveyor.domain.provisioning.queries import check_lease
from purveyor.faces.console.locks import alone_on_sqlite
from purveyor.faces.console.readiness import require_migrated
from purveyor.flows.execution.street import STREET
from purveyor.flows.reconciliation.starting import keep_policies
from purveyor.flows.reconciliation.street import RECONCILING
from purveyor.kernel import clock
from purveyor.kernel.work.engine import Engine
from purveyor.kernel.work.operations import beat, prune_calls, sign_off

POLL_SECONDS = 0.1
STUMBLE_SECONDS = 1.0
CALLER_STOP_SECONDS = 5.0
BEATS_PER_PRUNING = 12

logger = structlog.get_logger(__name__)


def run() -> int:
    """
    Work until SIGTERM or SIGINT; what is being worked on is finished first.

    :raises NotPrepared: if the database is not up to date.
    :raises LeaseTooShort: if a worker could lose a record while a vendor still answers.
    :raises RunsAlready: if a second worker is started on SQLite.
    """
    require_migrated()
    check_lease()
    with alone_on_sqlite():
        _work(name=f"{platform.node()}:{os.getpid()}", started_at=clock.now())
    return 0


def _work(*, name: str, started_at: datetime) -> None:
    also = (due for name in settings.PURVEYOR_ALSO_DUE for due in import_string(name))
    engine = Engine((*STREET, *RECONCILING, *also), slots=settings.PURVEYOR_SLOTS)
    beats = count()

    def give_sign() -> None:
        now = clock.now()
        beat(name=name, started_at=started_at, now=now)
        if next(beats) % BEATS_PER_PRUNING == 0:
            prune_calls(now=now)
            keep_policies(now=now)

    with _stopped_by_signals(engine), _listening(name):
        gc.freeze()  # what is loaded by now stays, and need not be looked at again
        logger.info("worker_started", worker=name, slots=engine.slots)
        engine.run(beat=give_sign)
    sign_off(name=name)
    logger.info("worker_stopped", worker=name)


@contextmanager
def _stopped_by_signals(engine: Engine) -> Iterator[None]:
    """Have SIGTERM and SIGINT stop the engine, by a thread: its locks may be held."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=engine.stop).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    yield


@contextmanager
def _listening(name: str) -> Iterator[None]:
    """Answer wake-up calls, in a thread, for as long as the block runs."""
    for each in ("django_tasks_db", "django.tasks"):
        logging.getLogger(each).setLevel(logging.WARNING)  # a line a call is too much
    listener = Worker(
        queue_names=["wake"],
        interval=POLL_SECONDS,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name[-64:],
        excluded_queue_names=[],
    )
    thread = threading.Thread(target=_listen, args=(listener,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.running = False
        thread.join(CALLER_STOP_SECONDS)


def _listen(listener: Worker) -> None:
    pause = threading.Event()
    while listener.running:
        try:
            listener.run()
        except Exception:
            # The outermost loop: the database may be away. Say so, and go on.
            logger.exception("listening_failed")
            pause.wait(STUMBLE_SECONDS)
    connections.close_all()
