"""Many threads, each with one thing to write; one transaction for all that gathered."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

BATCH_MAX = 50
LIST_SECONDS = 0.025  # while many come, a list is gathered for so long


@dataclass(slots=True, eq=False)
class _Entry[A]:
    item: A
    result: Any = None
    error: Exception | None = None
    is_done: bool = False
    is_left: threading.Event = field(default_factory=threading.Event)


class Combined[A, R]:
    """
    A function of a list, called by each thread with one item of it.

    While one thread runs it, the next ones gather; whoever comes next runs it for all
    of them, and while many come it lets them gather a moment longer. So a lone call
    costs nothing more, and the busier we are the larger the lists, and the fewer the
    statements for each item. If a whole list fails, each of its items is tried alone:
    one bad record must not spoil the others.

    The function gets a list and returns one result per item, in order.
    """

    def __init__(
        self,
        function: Callable[[list[A]], Sequence[R]],
        *,
        most: int = BATCH_MAX,
    ) -> None:
        self._function = function
        self._most = most
        self._gathered: deque[_Entry[A]] = deque()
        self._running = threading.Lock()
        self._gathers_until = 0.0  # by the monotonic clock

    def __call__(self, item: A) -> R:
        """Return the result for one item, or raise what it alone has caused."""
        entry = _Entry(item)
        while not entry.is_done:  # again if the thread that had it was ended
            entry.is_left.clear()
            self._gathered.append(entry)
            try:
                self._lead(entry)
            except BaseException:  # this thread is being ended: nobody will be told
                with suppress(ValueError):
                    self._gathered.remove(entry)
                raise
            entry.is_left.wait()
        if entry.error is not None:
            raise entry.error
        result: R = entry.result
        return result

    def _lead(self, mine: _Entry[A]) -> None:
        with self._running:
            while not mine.is_left.is_set() and (gathered := self._gather()):
                self._run_for(gathered, mine=mine)

    def _gather(self) -> list[_Entry[A]]:
        time.sleep(max(self._gathers_until - time.monotonic(), 0))
        gathered = self._take()
        is_busy = len(gathered) > 1
        self._gathers_until = time.monotonic() + LIST_SECONDS if is_busy else 0.0
        return gathered

    def _take(self) -> list[_Entry[A]]:
        taken: list[_Entry[A]] = []
        while self._gathered and len(taken) < self._most:
            try:
                taken.append(self._gathered.popleft())
            except IndexError:  # another thread took the last one
                break
        return taken

    def _run_for(self, entries: list[_Entry[A]], *, mine: _Entry[A]) -> None:
        try:
            self._run(entries)
        finally:  # also when this thread is being ended: then the others try again
            for entry in entries:
                if entry is not mine or entry.is_done:
                    entry.is_left.set()

    def _run(self, entries: list[_Entry[A]]) -> None:
        try:
            results = self._function([entry.item for entry in entries])
        except Exception as error:  # noqa: BLE001  # whose it is, its caller must learn
            if len(entries) > 1:
                for entry in entries:
                    self._run([entry])
            else:
                entries[0].error, entries[0].is_done = error, True
        else:
            for entry, result in zip(entries, results, strict=True):
                entry.result, entry.is_done = result, True
