"""The trees of all our source are read once and kept: half a million nodes and more."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_looking_for_garbage() -> Iterator[None]:
    """Look for no garbage among the nodes, now or later: it is half of the work."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
