"""
What holds for every test: no road out of this machine, and time that stands still.

Fixtures here are for all kinds of tests; those of one kind lie in its own folder.
"""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoDbBlocker

from purveyor.domain.provisioning.operations.gate import forget_gates
from tests.support.chromium import find_chromium
from tests.support.databases import a_copy

HERE = Path(__file__).parent
NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)

#: Kinds of tests for which time stands still at noon unless they move it.
STILL = {"unit", "integration", "scenarios"}
#: Kinds of tests that always have a database.
WITH_DATABASE = {"integration", "scenarios"}
#: Faces. Their tests run once: what they call is tested on both databases.
#: What is marked `both` is, too: a walk through all pages, lists, sums, the worker.
FACES = {"backoffice", "storefront", "console"}
#: Fixtures of pytest-django behind which there is one.
DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "django_db_setup",
    "live_server",
    "admin_user",
    "admin_client",
}


def kind_of(path: Path) -> str:
    """Return the kind of a test: the name of the folder under tests/ it lies in."""
    return path.relative_to(HERE).parts[0] if path.is_relative_to(HERE) else ""


# ------------------------------------------------------------------ which tests run


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Mark tests by what they touch, so that nobody can forget to."""
    for item in items:
        _mark(item)
    if os.environ.get("PURVEYOR_TEST_WITHOUT_BROWSER", "off") == "on":
        _leave_out("browser", config, items)
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        _leave_out("postgresql", config, items)


def _leave_out(marker: str, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run no test with a marker."""
    left_out = [item for item in items if item.get_closest_marker(marker)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def _mark(item: pytest.Item) -> None:
    kind = kind_of(item.path)
    if kind in WITH_DATABASE and item.get_closest_marker("django_db") is None:
        item.add_marker(pytest.mark.django_db)
    if kind == "browser":
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.once)
    is_of_face = kind == "integration" and item.path.parent.name in FACES
    if is_of_face and item.get_closest_marker("both") is None:
        item.add_marker(pytest.mark.once)
    fixtures = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES:
        item.add_marker(pytest.mark.database)


# ------------------------------------------------------------------ database


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Give every worker a database of its own; the migrations run once for all."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with django_db_blocker.unblock(), a_copy(worker):
        yield


# ------------------------------------------------------------------ time


@pytest.fixture(autouse=True)
def still_clock(
    request: pytest.FixtureRequest,
) -> Iterator[time_machine.Traveller | None]:
    """Hold the time at noon on 15 January 2030; a test may `move_to` and `shift` it."""
    if kind_of(request.path) not in STILL:
        yield None
        return
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def now(still_clock: time_machine.Traveller | None) -> datetime:
    """Return this moment: noon on 15 January 2030 wherever time stands still."""
    return datetime.now(UTC)


# ------------------------------------------------------------------ workers


@pytest.fixture(autouse=True)
def new_gates() -> None:
    """Let a test begin as a new worker does: with no share of any vendor's calls."""
    forget_gates()


# ------------------------------------------------------------------ network


class RoadClosed(RuntimeError):
    """A test has tried to reach another machine."""


def _is_here(address: object) -> bool:
    """Return whether a socket address lies on this machine."""
    if not isinstance(address, tuple):
        return True  # a path: a Unix socket
    host = str(address[0]).partition("%")[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def connect_here(self: socket.socket, address: object) -> Any:
        if not _is_here(address):
            message = f"Tests stay on this machine; {address!r} is elsewhere."
            raise RoadClosed(message)
        return connect(self, address)

    return connect_here


@pytest.fixture(autouse=True, scope="session")
def closed_roads() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


# ------------------------------------------------------------------ browser


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Return the path of the Chromium that browser tests start."""
    return find_chromium()
