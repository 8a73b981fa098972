"""Save lists and choose columns. Exports have their own operations, in `exporting`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import drop, log
from purveyor.kernel.lists.models import QUERY_MAX, ListHabit, SavedList

SAVED_MAX = 40


class ListNotSaved(Refused):
    """A list needs a name of its own, and a place among not too many."""

    code = "lists.not_saved"


@dataclass(frozen=True, slots=True)
class Look:
    """How a list looks: its filters as in the address, its columns, its order."""

    query: str = ""
    columns: Sequence[str] = ()
    order: Sequence[str] = ()


@transaction.atomic
def save_list(
    *, saved: SavedList, look: Look, is_default: bool, actor: str, now: datetime
) -> None:
    """
    Save a list under a name; one of the same name and owner is replaced.

    :raises ListNotSaved: without a name, with too long a filter, or with too many.
    """
    saved.name = " ".join(saved.name.split())
    if not saved.name:
        raise ListNotSaved(_("Give the list a name."), field="name")
    if len(look.query) > QUERY_MAX:
        raise ListNotSaved(_("These filters are too long to be saved."))
    mine = SavedList.objects.filter(owner=saved.owner, page=saved.page)
    same = mine.filter(name=saved.name).first()
    if same is None and mine.count() >= SAVED_MAX:
        message = _("You have %(count)d lists here already. Delete one first.")
        raise ListNotSaved(message % {"count": SAVED_MAX})
    saved.pk = same.pk if same else None
    saved.query, saved.columns = look.query, list(look.columns)
    saved.order = list(look.order)
    saved.save(force_insert=same is None, force_update=same is not None)
    verb = "create" if same is None else "edit"
    log(saved, verb, actor=actor, at=now, page=saved.page, is_shared=saved.is_shared)
    if is_default:
        open_with(owner=saved.owner, page=saved.page, saved=saved)


@transaction.atomic
def drop_list(*, saved: SavedList, actor: str, now: datetime) -> None:
    """Delete a saved list; whom it was opened for sees the whole list again."""
    drop(saved, actor=actor, at=now)


def choose_columns(*, owner: Any, page: str, columns: Sequence[str]) -> None:
    """
    Keep which columns a person wants to see; none means those the list comes with.

    It changes nothing but one person's pages, so the journal has no line of it.
    """
    ListHabit.objects.update_or_create(
        owner=owner, page=page, defaults={"columns": list(columns)}
    )


def open_with(*, owner: Any, page: str, saved: SavedList | None) -> None:
    """Keep what a list opens with for a person; the whole list, if with nothing."""
    if saved is None:
        ListHabit.objects.filter(owner=owner, page=page).update(opens_with=None)
        return
    ListHabit.objects.update_or_create(
        owner=owner, page=page, defaults={"opens_with": saved}
    )
