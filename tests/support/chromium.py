"""
Find the Chromium that browser tests drive.

As a command, print its path: `python -m tests.support.chromium`.
"""

import os
import sys
from functools import cache
from pathlib import Path

from tests.support.programs import ProgramMissing, those_that_run

CANDIDATES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@cache
def find_chromium() -> Path:
    """
    Return the path of a Chromium or Chrome that runs.

    `PURVEYOR_TEST_CHROMIUM` names one in another place.

    :raises ProgramMissing: if none does.
    """
    named = os.environ.get("PURVEYOR_TEST_CHROMIUM")
    for program, _ in those_that_run([named] if named else CANDIDATES):
        return _whole_path(str(program))
    message = (
        "No Chromium runs here. Install the package chromium, or name one in "
        "PURVEYOR_TEST_CHROMIUM, or leave its tests out with "
        "PURVEYOR_TEST_WITHOUT_BROWSER=on."
    )
    raise ProgramMissing(message)


def _whole_path(program: str) -> Path:
    folders = ("", *os.get_exec_path())
    found = (Path(folder) / program for folder in folders)
    return next(path for path in found if os.access(path, os.X_OK)).absolute()


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{find_chromium()}\n")
    except ProgramMissing as missing:
        sys.exit(str(missing))
