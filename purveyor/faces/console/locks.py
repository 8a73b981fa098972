"""Locks between processes of one machine; they end with their process."""

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from django.db import connection

from purveyor.kernel.errors import Refused


class RunsAlready(Refused):
    """Only one such process may run at a time."""

    code = "console.runs_already"


def lock_beside(file: Path, name: str) -> Path:
    """Return the lock file of a file, which no other file in its folder shares."""
    return file.with_name(f"{file.name}.{name}")


@contextmanager
def held(path: Path, *, message: str) -> Iterator[None]:
    """
    Hold the lock behind a file for as long as the block runs.

    :raises RunsAlready: with the message, if another process holds it.
    """
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunsAlready(message) from error
        yield


def alone_on_sqlite() -> AbstractContextManager[None]:
    """
    Hold the lock of the one worker that SQLite can have; others need none.

    :raises RunsAlready: if a worker runs.
    """
    if connection.vendor != "sqlite":
        return nullcontext()
    file = Path(str(connection.settings_dict["NAME"]))
    message = (
        f"A worker, or `purveyor reconcile`, runs on {file.name} already, and SQLite "
        "takes one. Wait for its end or stop it, or use PostgreSQL (DATABASE_URL) for "
        "more workers."
    )
    return held(lock_beside(file, "worker"), message=message)
