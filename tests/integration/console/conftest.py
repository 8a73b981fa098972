"""Shells for the tests of `purveyor`."""

from collections.abc import Iterator

import pytest

from tests.integration.console.shell import Console, Demo, a_console, a_demo


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Return a shell in an empty folder; nothing is prepared in it."""
    with a_console(tmp_path_factory.mktemp("console")) as opened:
        yield opened


@pytest.fixture(scope="module")
def prepared(console: Console) -> Console:
    """Return a shell in which everything is prepared."""
    code, said = console.runs("prepare")
    assert code == 0, said
    return console


@pytest.fixture(scope="module")
def demo(console: Console) -> Iterator[Demo]:
    """Return a demo that was started for the first time."""
    with a_demo(console) as running:
        yield running
