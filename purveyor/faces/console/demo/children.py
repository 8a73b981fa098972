"""The processes a demo starts, each in a group of its own; none is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from purveyor.kernel.errors import PurveyorError

LOOK_SECONDS = 0.1
STOP_SECONDS = 12
LAST_WORDS = 12


class DemoFailed(PurveyorError):
    """A part of the demo did not do what it must."""

    code = "console.demo_failed"


class ChildDied(DemoFailed):
    """A process of the demo ended by itself."""

    code = "console.child_died"


@dataclass(frozen=True, slots=True)
class Child:
    """One process, and where it writes what it does."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def death(self) -> ChildDied:
        """Return what is to be said about its end, with its last words."""
        lines = self.log.read_text(errors="replace").splitlines()[-LAST_WORDS:]
        message = (
            f"The {self.name} ended unexpectedly (exit {self.process.returncode}). "
            f"It wrote to {self.log}:\n  " + "\n  ".join(lines)
        )
        return ChildDied(message, name=self.name)


class Children:
    """All processes of a demo."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []

    def start(
        self, name: str, words: Sequence[str], environment: Mapping[str, str]
    ) -> Child:
        """Start `python` with these words; its log is begun anew."""
        log = self._logs / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, *words],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=dict(environment),
                start_new_session=True,  # Ctrl-C is for us; we stop them in order
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def pids(self) -> dict[str, int]:
        """Return the process of each name."""
        return {child.name: child.process.pid for child in self._children}

    def check(self) -> None:
        """
        Look whether all still run.

        :raises ChildDied: if one has ended.
        """
        for child in self._children:
            if child.process.poll() is not None:
                raise child.death()

    def watch(self) -> None:
        """
        Wait until one ends.

        :raises ChildDied: when it has.
        """
        while True:
            self.check()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop all, the last started first; who does not listen is killed."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # once asked is enough
        vendor, others = self._children[:1], self._children[1:]
        for group in (others, vendor):  # the vendor last: a call may be under way
            _stop(group)


def _stop(children: Sequence[Child]) -> None:
    for child in children:
        _send(child, signal.SIGTERM)
    ends_at = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.process.wait(max(0.0, ends_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
        finally:
            _send(child, signal.SIGKILL)  # the rest of its group, if any
            child.process.wait()


def _send(child: Child, number: signal.Signals) -> None:
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return  # the whole group is gone already
