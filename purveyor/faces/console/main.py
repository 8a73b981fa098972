"""The command `purveyor`: which commands there are, and what is said when one fails."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from purveyor.kernel.errors import PurveyorError

SETTINGS = "purveyor.project.settings"
CANNOT = 2  # the exit code if something must be changed first
STOPPED = 130  # the exit code after Ctrl-C, as shells have it


@dataclass(frozen=True, slots=True)
class Command:
    """
    One word after `purveyor`; its module's `run` does it and returns the exit code.

    A command that makes its own settings first (or needs none) sets Django up itself.
    """

    name: str
    says: str
    module: str
    needs_settings: bool = True


COMMANDS = (
    Command(
        "demo", "run a shop with a stand-in vendor", "demo.start", needs_settings=False
    ),
    Command("prepare", "bring database, roles, texts and files up to date", "prepare"),
    Command("serve", "run the web server", "serve"),
    Command("work", "run a worker", "work"),
    Command("doctor", "check whether everything works, and say what to do", "doctor"),
    Command("new-key", "print a key for the seals", "keys", needs_settings=False),
)


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit code."""
    command = _read(words)
    try:
        return _run(command)
    except KeyboardInterrupt:
        return STOPPED
    except PurveyorError as error:
        return _complain(error.message)
    except ImproperlyConfigured as error:
        return _complain(str(error))
    except DatabaseError as error:
        first = str(error).strip().partition("\n")[0]
        return _complain(f"The database refuses: {first}. Try `purveyor doctor`.")


def _read(words: Sequence[str] | None) -> Command:
    parser = argparse.ArgumentParser(
        prog="purveyor",
        description="A back office and Storefront for distributors of cloud licences.",
        epilog="Settings are read from the environment: docs/reference/settings.md.",
    )
    choices = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")
    for command in COMMANDS:
        choices.add_parser(
            command.name, help=command.says, description=command.says.capitalize() + "."
        )
    name = parser.parse_args(words).name
    return next(command for command in COMMANDS if command.name == name)


def _run(command: Command) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if command.needs_settings:
        django.setup()
    module = import_module(f"purveyor.faces.console.{command.module}")
    return int(module.run())


def _complain(message: str) -> int:
    sys.stderr.write(f"purveyor: {message}\n")
    return CANNOT


if __name__ == "__main__":
    sys.exit(main())
