"""A thread that does what is due: coupons made later, a port opened again."""

import threading
from collections.abc import Callable, Sequence

IDLE_SECONDS = 60.0


class Timer:
    """
    Runs its jobs, sleeps until the next is due, and starts again.

    A job does what is due and returns how long until it wants to run again, or None.
    What is to be done stands in the file, so it survives a restart.
    """

    def __init__(self, jobs: Sequence[Callable[[], float | None]]) -> None:
        self._jobs = jobs
        self._woken = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="timer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Look again now: something new may be due."""
        self._woken.set()

    def stop(self) -> None:
        """End the thread."""
        self._is_over = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over:
            waits = [wait for job in self._jobs if (wait := job()) is not None]
            self._woken.wait(min([*waits, IDLE_SECONDS]))
            self._woken.clear()
