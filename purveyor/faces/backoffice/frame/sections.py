"""Sections of a record's page: tabs with the newest of its related records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise

from purveyor.faces.backoffice.frame.menu import may_see

ROWS_MAX = 10

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a section: its heading, and what it shows of a record."""

    title: Text
    shows: Callable[[Any], object]
    is_number: bool = False


class Section:
    """
    A tab with the newest related records, as links; the whole list is one click away.

    It stands where unfold expects a dataset, and asks the database for ten rows only.

    A subclass names `model`, `title`, `permission`, `columns`, and says in `found`
    which records belong to the page's record.
    """

    tab: ClassVar[bool] = True
    model: ClassVar[type[Model]]
    title: ClassVar[Text] = ""
    permission: ClassVar[str] = ""
    icon: ClassVar[str] = "list"
    empty: ClassVar[Text] = ""
    columns: ClassVar[Sequence[Column]] = ()

    def __init__(
        self, request: HttpRequest, extra_context: dict[str, Any] | None
    ) -> None:
        self.request = request
        self.record_id = int((extra_context or {}).get("object") or 0)

    def found(self, record_id: int) -> QuerySet[Any]:
        """Return the related records, newest first."""
        raise NotImplementedError

    def whole_list(self, record_id: int) -> str:
        """Return the address of the whole list."""
        raise NotImplementedError

    @property
    def model_name(self) -> str:
        """Return the name by which unfold's tabs know it."""
        return str(self.model._meta.model_name)

    @property
    def contents(self) -> str:
        """Return the tab's body."""
        records = list(self.found(self.record_id)[: ROWS_MAX + 1])
        context = {
            "section": self,
            "rows": [self._cells(record) for record in records[:ROWS_MAX]],
            "whole_list": self.whole_list(self.record_id),
        }
        return render_to_string("backoffice/parts/section.html", context, self.request)

    def _cells(self, record: Any) -> list[tuple[object, bool]]:
        return [(column.shows(record), column.is_number) for column in self.columns]


def shown_sections(
    request: HttpRequest, sections: Sequence[type[Section]]
) -> list[type[Section]]:
    """Return the sections for a person; none while the record is still to be made."""
    match = request.resolver_match
    if match is None or "object_id" not in match.kwargs:
        return []
    return [each for each in sections if may_see(request, each.permission)]
