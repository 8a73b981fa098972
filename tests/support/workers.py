"""Real worker processes on the test's own database, that a test may kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

STOP_SECONDS_MAX = 15


class Worker:
    """One `purveyor work`, in a process of its own."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log = log
        program = [sys.executable, "-m", "purveyor.faces.console.main", "work"]
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                program, env=environment, stdout=file, stderr=file
            )

    def is_killed(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)

    def stops(self) -> int:
        """Ask it to finish what it does, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS_MAX)


class Crew:
    """The workers of one test."""

    def __init__(self, folder: Path, smtp_port: int) -> None:
        self.folder = folder
        self.smtp_port = smtp_port
        self.workers: list[Worker] = []

    def starts(self, **quicker: Any) -> Worker:
        """Start a worker with short delays; settings may be given by name."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        worker = Worker(self._environment(quicker), log)
        self.workers.append(worker)
        return worker

    def logs(self) -> str:
        """Return all that the workers have written."""
        return "".join(worker.log.read_text() for worker in self.workers)

    def _environment(self, quicker: dict[str, Any]) -> dict[str, str]:
        given = {
            "LEASE_SECONDS": 3,
            "RETRY_DELAYS": "0.3,0.5,1",
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
    """Yield a crew; whoever still works at the end is stopped."""
    crew = Crew(folder, smtp_port)
    try:
        yield crew
    finally:
        for worker in crew.workers:
            worker.stops()


def database_url() -> str:
    """Return the address of the test's own database."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = f"{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}"
    return f"postgres://{who}/{known['NAME']}"
