"""A shell in which `purveyor` runs as a real process."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from tests.support.databases import migrated
from tests.support.source import ROOT
from tests.support.stand_in import eventually
from tests.support.workers import database_url

WAIT_SECONDS = 120
PROGRAM = ("-m", "purveyor.faces.console.main")
SET_UP = f"""
import os, sys, django
sys.path.append({str(ROOT)!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "purveyor.project.settings"
django.setup()
"""
AN_ACCOUNT = """
from tests.factories.accounts import an_account
an_account()
"""
LEFT_OUT = (
    "PURVEYOR_",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "PYTHONDONTWRITEBYTECODE",  # each start would compile everything again
)

_runs = count(1)


@dataclass
class Run:
    """One command that runs, or has run."""

    process: subprocess.Popen[bytes]
    log: Path
    output: Path

    @property
    def printed(self) -> str:
        """What it has printed so far for a program to read."""
        return self.output.read_text()

    @property
    def said(self) -> str:
        """All it has said so far, to programs and to people."""
        return self.printed + self.log.read_text()

    def ended(self) -> int:
        """Wait for its end; return its exit code."""
        _wait_until(lambda: self.process.poll() is not None)
        return self.process.returncode

    def stopped_by(self, number: signal.Signals) -> int:
        """Send it a signal, and return its exit code."""
        self.process.send_signal(number)
        return self.ended()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so; it must not end before."""
        _wait_until(lambda: holds() or self.process.poll() is not None)
        assert holds(), f"It ended with {self.process.returncode}: {self.said}"


def _wait_until(holds: Callable[[], bool]) -> None:
    """Wait for a while."""
    assert eventually(holds, seconds=WAIT_SECONDS), "It takes too long."


@dataclass
class Console:
    """A folder, and the environment of everything that is started in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def starts(self, *words: str, **settings: str) -> Run:
        """Start a command of `purveyor` and let it run."""
        return self._starts(*PROGRAM, *words, **settings)

    def knows_an_account(self) -> None:
        """Put an account into the database, as its owner would have."""
        self.does(AN_ACCOUNT)

    def does(self, lines: str, **settings: str) -> str:
        """Run some lines with the product set up; return what they print."""
        run = self._starts("-c", SET_UP + dedent(lines), DEMO="off", **settings)
        assert run.ended() == 0, run.said
        return run.printed

    def _starts(self, *words: str, **settings: str) -> Run:
        log = self.folder / f"{next(_runs)}.log"
        output = log.with_suffix(".out")
        with log.open("wb") as errors, output.open("wb") as printed:
            process = self.process(words, printed, errors, **settings)
        return Run(process, log, output)

    def process(
        self, words: Sequence[str], stdout: Any, stderr: Any, **settings: str
    ) -> subprocess.Popen[bytes]:
        """Start a Python in this shell that writes where it is told to."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT)}
        given = {f"PURVEYOR_{name}": value for name, value in settings.items()}
        return subprocess.Popen(
            [sys.executable, *words],
            stdout=stdout,
            stderr=stderr,
            env={**inherited, **self.environment, **given},
            cwd=self.folder,
            start_new_session=True,
        )

    def runs(self, *words: str, **settings: str) -> tuple[int, str]:
        """Run a command to its end; return its exit code and all it said."""
        run = self.starts(*words, **settings)
        return run.ended(), run.said

    def prepares(self) -> None:
        """Bring the database and the static files up to this version."""
        code, said = self.runs("prepare")
        assert code == 0, said

    @contextmanager
    def running(self, *words: str, **settings: str) -> Iterator[Run]:
        """Start a command, and end it at last if nobody has."""
        run = self.starts(*words, **settings)
        try:
            yield run
        finally:
            if run.process.poll() is None:
                run.stopped_by(signal.SIGTERM)


@dataclass
class Demo:
    """A running demo."""

    run: Run
    folder: Path

    @property
    def found(self) -> dict[str, Any]:
        """What stands in demo.json."""
        return dict(json.loads((self.folder / "demo.json").read_text()))

    def pids(self) -> list[int]:
        """The processes of the demo's parts, with all of their children."""
        groups = set(self.found["processes"].values())
        return [pid for pid in _all_pids() if _group_of(pid) in groups]


def _all_pids() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


@contextmanager
def a_demo(console: Console) -> Iterator[Demo]:
    """Start a demo, wait until it is open, and end it if nobody has."""
    folder = console.folder / "data"
    (folder / "demo.json").unlink(missing_ok=True)
    with console.running("demo") as run:
        run.wait_until((folder / "demo.json").exists)
        yield Demo(run, folder)


@contextmanager
def a_console(folder: Path, *, is_migrated: bool = False) -> Iterator[Console]:
    """
    Open a shell in an empty folder; nothing is prepared in it.

    With `is_migrated` its database is a copy in which the migrations were run before.
    """
    (folder / "data").mkdir(parents=True)
    with _a_database(
        folder / "data", source=migrated() if is_migrated else ""
    ) as database:
        environment = {
            **database,
            "PURVEYOR_SECRET_KEY": secrets.token_urlsafe(50),
            "PURVEYOR_SEAL_KEYS": "Y29uc29sZS10ZXN0cy1rZXktMDEyMzQ1Njc4OUFCQ0Q=",
            "PURVEYOR_PORT": str(_a_free_port()),
            "PURVEYOR_DATA_DIR": str(folder / "data"),
        }
        yield Console(folder, environment)


def a_console_here(folder: Path) -> Console:
    """Open a shell on the database of this very test, which must not be rolled back."""
    environment = {
        "DATABASE_URL": database_url(),
        "PURVEYOR_SECRET_KEY": settings.SECRET_KEY,
        "PURVEYOR_SEAL_KEYS": ",".join(settings.PURVEYOR_SEAL_KEYS),
        "PURVEYOR_DATA_DIR": str(folder),
    }
    return Console(folder, environment)


def _a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _a_database(data: Path, *, source: str) -> Iterator[dict[str, str]]:
    """Yield where a database of its own is: on PostgreSQL if the tests run there."""
    if connection.vendor != "postgresql":
        if source:
            shutil.copy(source, data / "purveyor.sqlite3")
        yield {}
        return
    url, name = os.environ["DATABASE_URL"], f"console_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as server:
        template = source or "template1"
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
