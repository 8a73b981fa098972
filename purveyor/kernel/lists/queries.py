"""What a person keeps of lists."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from purveyor.kernel.errors import NotFound
from purveyor.kernel.lists.models import Export, ListHabit, SavedList

SAVED_SHOWN_MAX = 60
EXPORTS_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """All that one person has of one list: habits, own saved lists, shared ones."""

    columns: tuple[str, ...]
    opens_with: int | None
    saved: tuple[SavedList, ...]

    def find(self, pk: object) -> SavedList | None:
        """Return one of the saved lists, if it is there."""
        return next((each for each in self.saved if str(each.pk) == str(pk)), None)


def kept_of(*, owner: Any, page: str) -> Kept:
    """Return what a person keeps of a list; own lists first, then shared ones."""
    habit = ListHabit.objects.filter(owner=owner.pk, page=page).first()
    mine_or_shared = Q(owner=owner.pk) | Q(is_shared=True)
    found = SavedList.objects.filter(mine_or_shared, page=page).select_related("owner")
    saved = sorted(
        found.order_by("name", "id")[:SAVED_SHOWN_MAX],
        key=lambda each: each.owner_id != owner.pk,
    )
    return Kept(
        columns=tuple(habit.columns) if habit else (),
        opens_with=habit.opens_with_id if habit else None,
        saved=tuple(saved),
    )


def get_saved(*, pk: int, owner: Any, page: str) -> SavedList:
    """
    Return a list that a person has saved.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    mine = SavedList.objects.filter(pk=pk, owner=owner.pk, page=page).first()
    if mine is None:
        message = "There is no such saved list of yours."
        raise NotFound(message)
    return mine


def exports_of(*, owner: Any) -> tuple[Export, ...]:
    """Return the newest exports of a person."""
    mine = Export.objects.filter(owner=owner.pk).order_by("-id")
    return tuple(mine[:EXPORTS_SHOWN_MAX])


def get_export(*, pk: int, owner: Any) -> Export:
    """
    Return an export of a person.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    export = Export.objects.filter(pk=pk, owner=owner.pk).first()
    if export is None:
        message = "There is no such export of yours."
        raise NotFound(message)
    return export
