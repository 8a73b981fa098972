"""
Run the long storm: `python -m tests.chaos [FAULT …]`; without names, all of them.

It fills the empty database that DATABASE_URL names, empties it before each fault, and
prints a line for each. `make chaos` starts a PostgreSQL for it and ends it afterwards.
`PURVEYOR_CHAOS_SEED` and `PURVEYOR_CHAOS_ORDERS` choose the seed and the size. The exit
code is 1 if the books of one storm do not agree; what is wrong is named beneath.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import django
from django.core.management import call_command

from tests.chaos.weather import ALL, STRIKING, weather_of
from tests.support.stand_in import a_stand_in

ORDERS = 1_000
SEED_MAX = 1_000_000
COLUMNS = (
    "fault",
    "orders",
    "seconds",
    "attempts",
    "kills",
    "adopted",
    "retried",
    "coupons",
    "mails",
    "perhaps_sent",
    "verdict",
)
WIDTHS = (27, 7, 8, 9, 6, 8, 8, 8, 6, 13, 0)
WRONG_SHOWN_MAX = 50


def main() -> int:
    """Let every storm rage; return the exit code."""
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    names = (*STRIKING, ALL)
    parser.add_argument("faults", nargs="*", choices=[*names, []])
    faults = parser.parse_args().faults or names
    if not os.environ.get("DATABASE_URL"):
        parser.error("Set DATABASE_URL to an empty database, or run `make chaos`.")
    signal.signal(signal.SIGTERM, _end)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    seed = int(os.environ.get("PURVEYOR_CHAOS_SEED") or random.randrange(SEED_MAX))
    orders = int(os.environ.get("PURVEYOR_CHAOS_ORDERS") or ORDERS)
    say(f"storm: {orders} orders under each fault, PURVEYOR_CHAOS_SEED={seed}")
    say(_row(column.replace("_", " ") for column in COLUMNS))
    started = time.monotonic()
    are_fine = [_rages(fault, seed=seed, orders=orders) for fault in faults]
    minutes = (time.monotonic() - started) / 60
    good = sum(are_fine)
    say(f"storm: {good} of {len(are_fine)} fine in {minutes:.0f} min, seed {seed}")
    return 0 if all(are_fine) else 1


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """End as after an error, so that vendor and workers are ended as well."""
    raise SystemExit(1)


def _rages(fault: str, *, seed: int, orders: int) -> bool:
    """Let one storm rage over an empty shop, and print its line."""
    storms = import_module("tests.chaos.storm")  # needs Django to be set up
    crews = import_module("tests.support.workers")
    call_command("flush", interactive=False, verbosity=0)
    with tempfile.TemporaryDirectory(prefix="purveyor-storm-") as name:
        folder = Path(name)
        with (
            a_stand_in(folder) as vendor,
            crews.a_crew(folder, vendor.smtp_port) as crew,
        ):
            storm = storms.Storm(weather_of(fault, seed=seed), vendor, crew, seed=seed)
            outcome = storm.rages(orders=orders, say=mutter)
    say(_line_of(outcome))
    for sentence in outcome.wrong[:WRONG_SHOWN_MAX]:
        say(f"    {sentence}")
    return not outcome.wrong


def _line_of(outcome: Any) -> str:
    values = [getattr(outcome, column) for column in COLUMNS]
    return _row(f"{v:.0f}" if isinstance(v, float) else str(v) for v in values)


def _row(cells: Any) -> str:
    pairs = zip(cells, WIDTHS, strict=True)
    return "".join(cell.ljust(width) for cell, width in pairs).rstrip()


def say(line: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def mutter(line: str) -> None:
    """Print how far it is, beside the result."""
    sys.stderr.write(f"  … {line}\n")


if __name__ == "__main__":
    sys.exit(main())
