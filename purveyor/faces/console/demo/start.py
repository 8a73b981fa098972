"""`purveyor demo`: start everything, load the demo once, and stop everything again."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import Any

import django
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from purveyor.faces.console.demo.children import ChildDied, Children
from purveyor.faces.console.demo.place import Place, find_place, write_for_owner
from purveyor.faces.console.demo.stand_in import start_stand_in
from purveyor.faces.console.locks import held

PROGRAM = ("-m", "purveyor.faces.console.main")
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run() -> int:
    """
    Run the demo until Ctrl-C or SIGTERM; 1 if a part of it ends by itself.

    :raises RunsAlready: if a demo runs in the same folder.
    :raises PortTaken: if the web server's port is in use.
    :raises NotEmpty: if the database holds records of somebody else.
    """
    place = find_place()
    place.folder.mkdir(parents=True, exist_ok=True)
    message = f"A demo runs in {place.folder} already. Stop it first."
    with held(place.folder / "demo.lock", message=message):
        return _run(place)


def _run(place: Place) -> int:
    inherited = dict(os.environ)
    place.make_ready()
    children = Children(place.logs)
    for number in STOPPING_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    try:
        _open(place, children, inherited)
        children.watch()
    except KeyboardInterrupt:
        print("Stopping.", flush=True)
    except ChildDied as death:
        sys.stderr.write(f"purveyor: {death.message}\n")
        return 1
    finally:
        children.stop()
    return 0


def _open(place: Place, children: Children, inherited: Mapping[str, str]) -> None:
    columns = TextColumn("{task.description:<34}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns) as progress:
        bar = progress.add_task("Starting the stand-in vendor", total=None)
        vendor = start_stand_in(place, children, inherited)
        settings = place.settings(vendor)
        _set_django_up(settings)
        loading = import_module("purveyor.faces.console.demo.loading")
        loading.check_port(place)
        environment = {"PURVEYOR_LOG_LEVEL": "INFO", **inherited, **settings}
        start_web = partial(children.start, "web", [*PROGRAM, "serve"], environment)
        steps = loading.steps(place, vendor, start_web)
        progress.update(bar, total=len(steps) + 1)
        for says, step in steps:
            progress.update(bar, description=says)
            step()
            progress.advance(bar)
        progress.update(bar, description="Starting worker and web server")
        children.start("worker", [*PROGRAM, "work"], environment)
        loading.wait_for_web(place, children)
        progress.advance(bar)
    panel = import_module("purveyor.faces.console.demo.panel")
    found = panel.addresses_of(place, vendor, children)
    write_for_owner(place.addresses, json.dumps(found, indent=2))
    Console().print(panel.panel_of(found))


def _set_django_up(settings: Mapping[str, str]) -> None:
    """Set Django up in this process; the loading says nothing but warnings."""
    level: dict[str, Any] = {"PURVEYOR_LOG_LEVEL": "WARNING"}
    os.environ.update({**settings, **level})
    django.setup()
