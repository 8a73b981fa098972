"""Pages of long lists, without counting."""

from typing import Any

from django.db.models import QuerySet
from unfold import paginator

ROWS_A_PAGE = 25
PAGES_MAX = 1_000
DEEP_ROWS = 2_000  # from here on the skipped rows are read from the index alone


class InfinitePaginator(paginator.InfinitePaginator):
    """
    Never counts, and ends at `PAGES_MAX`: a deep offset is slow whatever the index.

    The name is the one unfold looks for when it decides not to show a count.
    """

    @property
    def count(self) -> int:
        """Return how many rows can be paged through at most."""
        return self.per_page * PAGES_MAX

    def page(self, number: Any) -> Any:
        """
        Return one page.

        On a deep one the database first finds which records stand there, by the index
        that keeps their order, and then reads these alone with all they show.
        """
        first = (self.validate_number(number) - 1) * self.per_page
        rows: Any = self.object_list
        if first < DEEP_ROWS or not isinstance(rows, QuerySet):
            return super().page(number)
        keys = rows.select_related(None).prefetch_related(None).values_list("pk")
        found = [pk for (pk,) in keys[first : first + self.per_page]]
        return paginator.InfinitePage(rows.filter(pk__in=found), int(number), self)
