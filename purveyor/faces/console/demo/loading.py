"""Load the demo once, and say where it is. Imported once Django is set up."""

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, connections

from purveyor.domain.accounts.queries import (
    has_accounts,
    organization,
)
from purveyor.faces.console import prepare
from purveyor.faces.console.demo.children import Children, DemoFailed
from purveyor.faces.console.demo.company import COMPANIES
from purveyor.faces.console.demo.history import Historian
from purveyor.faces.console.demo.office import ADMINISTRATOR, Office
from purveyor.faces.console.demo.place import Place
from purveyor.faces.console.demo.shop import let_in
from purveyor.faces.console.demo.stand_in import StandIn
from purveyor.faces.console.demo.stories import STORIES
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.http import Call, NotSent, Transport, TransportFailure
from purveyor.kernel.journal.operations import log
from purveyor.kernel.journal.queries import has_happened

LOADED = "load_demo"
SIGN_IN_PATH = "/bss/login/"
OK = 200
OPENED_BEFORE = timedelta(days=175)
WEB_SECONDS = 40
KNOCK_SECONDS = 2.0
LOOK_SECONDS = 0.1

type Step = tuple[str, Callable[[], object]]


class PortTaken(Refused):
    """Another program listens on the web server's port."""

    code = "console.port_taken"


class NotEmpty(Refused):
    """The demo is loaded only into a database that holds nothing else."""

    code = "console.not_empty"


def check_port(place: Place) -> None:
    """
    Check that nobody listens on the web server's port.

    :raises PortTaken: if somebody does.
    """
    try:
        Transport(place.web_url).send(Call("GET", "/"), deadline_seconds=KNOCK_SECONDS)
    except NotSent:
        return
    except TransportFailure:
        pass  # somebody is there, who does not speak HTTP
    message = (
        f"Port {place.port} is in use. Stop what runs there, or choose another: "
        "PURVEYOR_PORT=8010 make demo."
    )
    raise PortTaken(message, port=place.port)


def steps(
    place: Place, vendor: dict[str, Any], start_web: Callable[[], object]
) -> list[Step]:
    """
    Return what is still to do before a worker can start, with words for each.

    The web server starts as soon as the tables are there: it takes its time.

    :raises NotEmpty: if the database holds records, but no demo.
    """
    first = [*prepare.STEPS, ("Starting the web server", start_web)]
    if _is_loaded():
        return first
    now = clock.now()
    stand_in = StandIn(Transport(vendor["control_url"]))
    morning = now.replace(hour=8, minute=30, second=0, microsecond=0)
    office = Office(stand_in, opened_at=morning - OPENED_BEFORE)
    historian = Historian(office, today=now)
    return [
        *first,
        ("Setting up BitTitan", partial(_open, place, office, vendor)),
        *((each.name, partial(office.take_in, each)) for each in COMPANIES),
        *(
            (f"Orders of {each.days_ago} days ago", partial(historian.tell, each))
            for each in STORIES
        ),
        ("Opening the Storefront", partial(_let_in, office, now)),
        ("Closing the books", partial(_finish, place, now)),
    ]


def _is_loaded() -> bool:
    """
    Return whether the database holds the demo; not whether it is up to date.

    :raises NotEmpty: if it holds something else.
    """
    if "accounts_account" not in connection.introspection.table_names():
        return False
    is_loaded = has_happened(LOADED)  # reads no table that an older demo had otherwise
    if not is_loaded and has_accounts():
        message = (
            "The database holds records, but no whole demo. Name an empty one in "
            "DATABASE_URL, or another folder in PURVEYOR_DATA_DIR."
        )
        raise NotEmpty(message)
    return is_loaded


def _open(place: Place, office: Office, vendor: dict[str, Any]) -> None:
    if not os.environ.get("DATABASE_URL"):  # the database is this folder's own
        place.unfinished.touch()
    office.open(vendor)


def _let_in(office: Office, now: datetime) -> None:
    let_in(office.numbers, actor=ADMINISTRATOR, now=now)


def _finish(place: Place, now: datetime) -> None:
    log(organization(), LOADED, actor=ADMINISTRATOR, at=now)
    connections.close_all()
    place.unfinished.unlink(missing_ok=True)


def wait_for_web(place: Place, children: Children) -> None:
    """
    Wait until the sign-in page answers.

    :raises ChildDied: if a process ends meanwhile.
    :raises DemoFailed: if it takes too long.
    """
    web = Transport(place.web_url)
    ends_at = time.monotonic() + WEB_SECONDS
    while time.monotonic() < ends_at:
        children.check()
        try:
            answer = web.send(Call("GET", SIGN_IN_PATH), deadline_seconds=WEB_SECONDS)
        except TransportFailure:
            time.sleep(LOOK_SECONDS)
            continue
        if answer.status == OK:
            return
        message = f"The sign-in page answers {answer.status}; see {place.logs}."
        raise DemoFailed(message)
    message = f"The web server does not answer; see {place.logs}."
    raise DemoFailed(message)
