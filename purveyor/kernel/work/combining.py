"""Many threads, each with one thing to write; one transaction for all that gathered."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

BATCH_MAX = 50


@dataclass(slots=True)
class _Entry[A]:
    item: A
    is_done: bool = False
    result: Any = None
    error: Exception | None = None


class Combined[A, R]:
    """
    A function of a list, called by each thread with one item of it.

    While one thread runs it, the next ones gather; whoever comes next runs it for all
    of them. So a lone call costs nothing more, and the busier we are the larger the
    lists, and the fewer the statements for each item. If the whole list fails, each of
    its items is tried alone: one bad record must not spoil the others.

    The function gets a list and returns one result per item, in order.
    """

    def __init__(
        self, function: Callable[[list[A]], Sequence[R]], *, most: int = BATCH_MAX
    ) -> None:
        self._function = function
        self._most = most
        self._gathered: deque[_Entry[A]] = deque()
        self._running = threading.Lock()

    def __call__(self, item: A) -> R:
        """Return the result for one item, or raise what it alone has caused."""
        entry = _Entry(item)
        self._gathered.append(entry)
        with self._running:
            while not entry.is_done:
                self._lead(entry)
        if entry.error is not None:
            raise entry.error
        result: R = entry.result
        return result

    def _lead(self, mine: _Entry[A]) -> None:
        size = min(len(self._gathered), self._most)
        entries = [self._gathered.popleft() for _n in range(size)]
        try:
            self._run(entries)
        except BaseException:  # this thread is being ended: the others go on
            left = [each for each in entries if not (each.is_done or each is mine)]
            self._gathered.extendleft(reversed(left))
            raise

    def _run(self, entries: list[_Entry[A]]) -> None:
        try:
            self._keep(entries, self._function([entry.item for entry in entries]))
        except Exception as error:  # noqa: BLE001  # whose it is, its caller must learn
            if len(entries) == 1:
                entries[0].error, entries[0].is_done = error, True
                return
            for entry in entries:
                self._run([entry])

    def _keep(self, entries: list[_Entry[A]], results: Sequence[R]) -> None:
        for entry, result in zip(entries, results, strict=True):
            entry.result, entry.is_done = result, True
