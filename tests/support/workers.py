"""Real worker processes on the test's own database, that a test may kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

STOP_SECONDS_MAX = 15
WORK = ("purveyor.faces.console.main", "work")
DOOMED = "tests.support.doomed_worker"


class Worker:
    """One worker, in a process of its own."""

    def __init__(
        self, environment: dict[str, str], log: Path, program: Sequence[str] = WORK
    ) -> None:
        self.log = log
        self._has_started = False
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *program],
                env=environment,
                stdout=file,
                stderr=file,
            )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs, or stands still."""
        return self.process.poll() is None

    @property
    def is_at_work(self) -> bool:
        """Whether it has started, and takes work since."""
        self._has_started = (
            self._has_started or "worker_started" in self.log.read_text()
        )
        return self._has_started

    def is_killed(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)

    def stands_still(self) -> bool:
        """Return whether a doomed worker has come to the point where it stops."""
        return "doomed_worker: here" in self.log.read_text()

    def goes_on(self) -> None:
        """Let a worker that stands still go on, as if nothing had happened."""
        self.process.send_signal(signal.SIGCONT)

    def stops(self) -> int:
        """Ask it to finish what it does, and return its exit code; in time, or else."""
        if self.is_alive:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.is_killed()
            raise


class Crew:
    """The workers of one test."""

    def __init__(self, folder: Path, smtp_port: int) -> None:
        self.folder = folder
        self.smtp_port = smtp_port
        self.workers: list[Worker] = []

    def starts(self, **quicker: Any) -> Worker:
        """Start a worker with short delays; settings may be given by name."""
        return self._starts(WORK, quicker)

    def starts_doomed(
        self, point: str, *, by: signal.Signals = signal.SIGKILL, **quicker: Any
    ) -> Worker:
        """Start a worker that sends itself a signal when it comes to a point."""
        return self._starts((DOOMED, point, by.name), quicker)

    def logs(self) -> str:
        """Return all that the workers have written."""
        return "".join(worker.log.read_text() for worker in self.workers)

    def _starts(self, program: Sequence[str], quicker: dict[str, Any]) -> Worker:
        log = self.folder / f"worker-{len(self.workers)}.log"
        worker = Worker(self._environment(quicker), log, program)
        self.workers.append(worker)
        return worker

    def _environment(self, quicker: dict[str, Any]) -> dict[str, str]:
        given = {
            "LEASE_SECONDS": 3,
            "LOG_LEVEL": "INFO",
            "RETRY_DELAYS": "0.3,0.5,1",
            "PROBE_DELAYS": "0.5,1",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": self.smtp_port,
            "SLOTS": 6,
            "SECRET_KEY": settings.SECRET_KEY,
            "SEAL_KEYS": ",".join(settings.PURVEYOR_SEAL_KEYS),
            "DATA_DIR": self.folder,
            **quicker,
        }
        own = {f"PURVEYOR_{name}": str(value) for name, value in given.items()}
        kept = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        return {**kept, **own, "DATABASE_URL": database_url()}


@contextmanager
def a_crew(folder: Path, smtp_port: int) -> Iterator[Crew]:
    """Yield a crew; whoever still works at the end is stopped, all of them."""
    crew = Crew(folder, smtp_port)
    try:
        yield crew
    finally:
        with ExitStack() as everyone:
            for worker in crew.workers:
                everyone.callback(worker.stops)


def database_url() -> str:
    """Return the address of the test's own database."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = f"{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}"
    return f"postgres://{who}/{known['NAME']}"
