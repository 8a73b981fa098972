"""A worker's engine in a thread of its own, and patience."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from purveyor.kernel.work.engine import Due, Engine

WAIT_SECONDS = 30


@contextmanager
def an_engine(*street: Due, slots: int) -> Iterator[Engine]:
    """Run an engine in a thread of its own, until the block ends."""
    engine = Engine(street, slots=slots)

    def run() -> None:
        engine.run(beat=lambda: None)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield engine
    finally:
        engine.stop()
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, for a while."""
    ends_at = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < ends_at, "It did not come about."
        time.sleep(0.005)
