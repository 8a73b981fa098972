"""Shells for the tests of `purveyor`."""

from collections.abc import Iterator

import pytest

from tests.integration.console.shell import Console, Demo, a_console, a_demo


@pytest.fixture
def still_clock() -> None:
    """Let time pass, as it does in the processes that these tests start."""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Return a shell in an empty folder; nothing is prepared in it."""
    with a_console(tmp_path_factory.mktemp("console")) as opened:
        yield opened


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[Console]:
    """Return a shell in which all is prepared; the migrations were run before."""
    folder = tmp_path_factory.mktemp("prepared")
    with a_console(folder, is_migrated=True) as opened:
        opened.prepares()
        yield opened


@pytest.fixture(scope="module")
def demo(console: Console) -> Iterator[Demo]:
    """Return a demo that was started for the first time."""
    with a_demo(console) as running:
        yield running
