"""
A throw-away PostgreSQL on loopback, for tests and benchmarks.

    with cluster() as url: ...

starts one and stops it at the end, whatever happens in between. As a command:

    python -m tests.support.postgres find
    python -m tests.support.postgres run [--durable] -- COMMAND …

`run` hands the address to COMMAND as `DATABASE_URL` and ends with its exit code.
"""

import argparse
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from tests.support.programs import ProgramMissing, those_that_run

VERSION_MIN = 15
USER = "purveyor"
DATABASE = "purveyor"
CONNECTIONS_MAX = 200
START_SECONDS = 60
STOP_SECONDS = 30
FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/usr/pgsql-*/bin",  # Fedora
    "/usr/local/pgsql/bin",
    "/usr/local/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def find_binaries() -> Path:
    """
    Return the folder in which `initdb` and `postgres` lie.

    :raises ProgramMissing: if there is none of version 15 or newer.
    """
    for initdb, answer in those_that_run(_candidates()):
        folder = Path(initdb).resolve().parent
        is_whole = any(those_that_run([folder / "postgres"]))
        if is_whole and _version_in(answer) >= VERSION_MIN:
            return folder
    message = (
        f"No PostgreSQL {VERSION_MIN} or newer is here. Install the package "
        "postgresql, or go without with PURVEYOR_TEST_WITHOUT_POSTGRES=on."
    )
    raise ProgramMissing(message)


def _candidates() -> Iterator[Path]:
    """Yield every `initdb`: on the path first, then newest first where it may lie."""
    for folder in os.get_exec_path():
        yield Path(folder) / "initdb"
    for pattern in FOLDERS:
        found = Path("/").glob(f"{pattern[1:]}/initdb")
        yield from sorted(found, key=lambda path: _version_in(str(path)), reverse=True)


def _version_in(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found[0]) if found else 0


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """
    Start a cluster and yield the address of an empty database in it.

    `durable` keeps its writes as safe as in production, which benchmarks want. As
    root it runs as an unprivileged user: PostgreSQL refuses to run as root.
    """
    binaries, account = find_binaries(), _account()
    home = Path(tempfile.mkdtemp(prefix="purveyor-postgres-"))
    try:
        os.chown(home, account.get("user", -1), account.get("group", -1))
        with _server(binaries, home, account, durable=durable) as port:
            yield f"postgres://{USER}@127.0.0.1:{port}/{DATABASE}"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _account() -> dict[str, Any]:
    """Return as whom the server runs: as ourselves, unless we are root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    message = "PostgreSQL refuses to run as root, and no user `nobody` is here."
    raise ProgramMissing(message)


@contextmanager
def _server(
    binaries: Path, home: Path, account: dict[str, Any], *, durable: bool
) -> Iterator[int]:
    port = _free_port()
    settings = (
        f"port={port}",
        "listen_addresses=127.0.0.1",
        f"unix_socket_directories={home}",
        f"max_connections={CONNECTIONS_MAX}",
        *(() if durable else THROW_AWAY),
    )
    _initialize(binaries, home, account)
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", *_as_options(settings)],
            stdout=log,
            stderr=log,
            cwd=home,
            **account,
        )
        try:
            _create_database(process, port, log=home / "log")
            yield port
        finally:
            _stop(process)


def _initialize(binaries: Path, home: Path, account: dict[str, Any]) -> None:
    options = ["--auth=trust", f"--username={USER}", "--encoding=UTF8", "--no-sync"]
    run = subprocess.run(
        [binaries / "initdb", "-D", home / "data", "--locale=C.UTF-8", *options],
        capture_output=True,
        text=True,
        cwd=home,
        check=False,
        **account,
    )
    if run.returncode != 0:
        message = f"initdb could not make a cluster: {run.stderr.strip()}"
        raise RuntimeError(message)


def _as_options(settings: Sequence[str]) -> list[str]:
    return [word for setting in settings for word in ("-c", setting)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _create_database(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server answers, then create the database."""
    address = f"postgres://{USER}@127.0.0.1:{port}/postgres"
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                message = f"PostgreSQL did not start: {log.read_text().strip()}"
                raise RuntimeError(message) from error
            time.sleep(0.05)
        else:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop at once, without waiting for whoever is still connected."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(STOP_SECONDS)


class _Terminated(BaseException):
    """Somebody has asked this process to end."""


def _run(command: Sequence[str], *, durable: bool) -> int:
    """Run a command with the address of a cluster of its own; return its exit code."""
    signal.signal(signal.SIGTERM, _end)
    with cluster(durable=durable) as url:
        child = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url})
        try:
            return child.wait()
        except KeyboardInterrupt:
            return _ended(child)  # Ctrl-C has reached the child as well
        except _Terminated:
            child.terminate()
            return _ended(child)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise _Terminated


def _ended(child: subprocess.Popen[bytes]) -> int:
    """Give the child some time to end; return its exit code."""
    try:
        return child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def main(words: Sequence[str]) -> int:
    """Do what the words ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.postgres")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("find")
    run = verbs.add_parser("run")
    run.add_argument("--durable", action="store_true")
    run.add_argument("command", nargs="+")
    asked = parser.parse_args(words)
    try:
        if asked.verb == "run":
            return _run(asked.command, durable=asked.durable)
        sys.stdout.write(f"{find_binaries()}\n")
    except ProgramMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
