"""
Run the benchmarks: `python -m benchmarks [NAME …]`; without names, all of them.

They fill the empty PostgreSQL that DATABASE_URL names, and empty it before the next;
`make bench` starts one with real commits (fsync on) and ends it afterwards. Each prints
one JSON line per figure.
"""

import argparse
import importlib
import os

import django
from django.core.management import call_command
from django.db import connection

BENCHMARKS = (
    "execute_one_by_one",
    "execute_bulk",
    "provision_batch",
    "reconcile",
    "asset_list",
    "storefront_assets",
    "lists",
    "checkout",
)


def main() -> None:
    """Run the named benchmarks, each on an empty PostgreSQL."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []])
    names = parser.parse_args().names or BENCHMARKS
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parser.error("Set DATABASE_URL to an empty PostgreSQL, or run `make bench`.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    if connection.introspection.table_names():
        parser.error("The database is not empty, and would be emptied.")
    call_command("migrate", verbosity=0)
    for name in names:
        call_command("flush", verbosity=0, interactive=False)
        importlib.import_module(f"benchmarks.{name}").run()


if __name__ == "__main__":
    main()
