"""Pages of long lists, without counting."""

from unfold import paginator

ROWS_A_PAGE = 25
PAGES_MAX = 400


class InfinitePaginator(paginator.InfinitePaginator):
    """
    Never counts, and ends at `PAGES_MAX`: a deep offset is slow whatever the index.

    The name is the one unfold looks for when it decides not to show a count.
    """

    @property
    def count(self) -> int:
        """Return how many rows can be paged through at most."""
        return self.per_page * PAGES_MAX
