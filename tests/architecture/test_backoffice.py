"""The back office shows records and calls operations; Django's own saving is shut."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin

from purveyor.faces.backoffice.frame.site import bss

#: What Django's admin calls to write a record.
WRITERS = ("save_model", "delete_model", "delete_queryset")


def admins() -> Iterator[ModelAdmin[Any]]:
    """Yield every admin class of the back office."""
    yield from bss._registry.values()


@pytest.mark.parametrize("writer", WRITERS)
def test_no_admin_saves_by_itself(writer: str) -> None:
    bare = [
        type(admin).__name__
        for admin in admins()
        if not getattr(type(admin), writer).__module__.startswith("purveyor.")
    ]

    assert bare == []


def test_the_back_office_shows_something() -> None:
    assert list(admins())
