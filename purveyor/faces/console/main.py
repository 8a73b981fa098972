"""The command `purveyor`: which commands there are, and what is said when one fails."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn, override

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from purveyor.faces.console.options import options_of_reconcile
from purveyor.kernel.errors import PurveyorError

SETTINGS = "purveyor.project.settings"
CANNOT = 2  # the exit code if something must be changed first
CANNOT_RECONCILE = 1  # the same of `reconcile`: there 2 says that something differs
STOPPED = 130  # the exit code after Ctrl-C, as shells have it


@dataclass(frozen=True, slots=True)
class Command:
    """
    One word after `purveyor`; its module's `run` does it and returns the exit code.

    A command that makes its own settings first (or needs none) sets Django up itself.
    What `options` adds to its words is passed to `run` by name. With `cannot` it ends
    if something must be changed first. One that speaks to a person itself `is_quiet`:
    the log holds warnings only, unless PURVEYOR_LOG_LEVEL says otherwise.
    """

    name: str
    says: str
    module: str
    needs_settings: bool = True
    options: Callable[[argparse.ArgumentParser], None] | None = None
    cannot: int = CANNOT
    is_quiet: bool = False


COMMANDS = (
    Command(
        "demo", "run a shop with a stand-in vendor", "demo.start", needs_settings=False
    ),
    Command("prepare", "bring database, roles, texts and files up to date", "prepare"),
    Command("serve", "run the web server", "serve"),
    Command("work", "run a worker", "work"),
    Command("doctor", "check whether everything works, and say what to do", "doctor"),
    Command(
        "reconcile",
        "compare with a vendor, show the plan, and apply it if asked to",
        "reconcile.command",
        options=options_of_reconcile,
        cannot=CANNOT_RECONCILE,
        is_quiet=True,
    ),
    Command("new-key", "print a key for the seals", "keys", needs_settings=False),
)


class _Parser(argparse.ArgumentParser):
    """Reads words; ends with the exit code of its command if they make no sense."""

    cannot = CANNOT

    @override
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(self.cannot, f"{self.prog}: {message}\n")


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit code."""
    command, options = _read(words)
    try:
        return _run(command, options)
    except KeyboardInterrupt:
        return STOPPED
    except PurveyorError as error:
        return _complain(command, error.message)
    except ImproperlyConfigured as error:
        return _complain(command, str(error))
    except DatabaseError as error:
        first = str(error).strip().partition("\n")[0]
        message = f"The database refuses: {first}. Try `purveyor doctor`."
        return _complain(command, message)


def _read(words: Sequence[str] | None) -> tuple[Command, dict[str, Any]]:
    parser = _Parser(
        prog="purveyor",
        description="A back office and Storefront for distributors of cloud licences.",
        epilog="Settings are read from the environment: docs/reference/settings.md.",
    )
    choices = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")
    for command in COMMANDS:
        reader = choices.add_parser(
            command.name,
            help=command.says,
            description=command.says.capitalize() + ".",
        )
        reader.cannot = command.cannot
        if command.options is not None:
            command.options(reader)
    options = vars(parser.parse_args(words))
    name = options.pop("name")
    return next(command for command in COMMANDS if command.name == name), options


def _run(command: Command, options: dict[str, Any]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if command.is_quiet:
        os.environ.setdefault("PURVEYOR_LOG_LEVEL", "WARNING")
    if command.needs_settings:
        _set_up()
    module = import_module(f"purveyor.faces.console.{command.module}")
    return int(module.run(**options))


def _set_up() -> None:
    """Load everything; no search for garbage slows this down, nor ever walks it."""
    gc.disable()
    django.setup()
    gc.freeze()
    gc.enable()


def _complain(command: Command, message: str) -> int:
    sys.stderr.write(f"purveyor: {message}\n")
    return command.cannot


if __name__ == "__main__":
    sys.exit(main())
