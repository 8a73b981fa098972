"""Find programs by running them: what is on the path may exist and fail."""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

PATIENCE_SECONDS = 30


class ProgramMissing(Exception):
    """A program that these tests need is not on this machine."""


def answer_of(program: str | Path) -> str | None:
    """Return what `PROGRAM --version` prints, or None if it does not run."""
    try:
        run = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None


def those_that_run(programs: Iterable[str | Path]) -> Iterator[tuple[str | Path, str]]:
    """Yield the programs that run, each with what it says of its version."""
    for program in programs:
        answer = answer_of(program)
        if answer is not None:
            yield program, answer
