"""What the lists under Billing share: pages that follow each other, and exports."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import QueryDict
from django.urls import reverse

from purveyor.domain.accounts.membership import get_receiver
from purveyor.faces.storefront.frame.access import ShopRequest

ROWS_A_PAGE = 25
ROWS_AT_ONCE = 500
EXPORT_ROWS_MAX = 20_000
TERM_LENGTH_MAX = 100
AFTER = "after"


class Numbered(Protocol):
    """A row that is known by its number."""

    @property
    def number(self) -> str:
        """Its public number."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its rows, and the addresses of what goes with it."""

    rows: Sequence[Any]
    next_query: str
    is_first: bool
    filters: str  # as they are in the address, without the place in the list
    export: str = ""  # where all that fits is had as a file; empty: nowhere

    @property
    def is_filtered(self) -> bool:
        """Whether not all of the list is asked for."""
        return bool(self.filters)


def page_of(
    request: ShopRequest, rows: Sequence[Numbered], *, export: str = ""
) -> Page:
    """Return a page of rows; one more than are shown was asked for."""
    shown = rows[:ROWS_A_PAGE]
    query = _filters(request)
    filters = query.urlencode()
    following = ""
    if len(rows) > ROWS_A_PAGE:
        query[AFTER] = shown[-1].number
        following = query.urlencode()
    address = f"{reverse(f'storefront:{export}')}?{filters}" if export else ""
    return Page(shown, following, AFTER not in request.GET, filters, address)


def all_of(read: Callable[[str], Sequence[Any]]) -> Iterator[Any]:
    """Yield all rows of a list for an export, up to a limit; `read` reads a piece."""
    after, count = "", 0
    while count < EXPORT_ROWS_MAX:
        rows = read(after)
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        after, count = rows[-1].number, count + len(rows)


def term_of(request: ShopRequest) -> str:
    """Return what is searched for."""
    return request.GET.get("q", "").replace("\0", "").strip()[:TERM_LENGTH_MAX]


def after_of(request: ShopRequest) -> str:
    """Return after which row the page begins."""
    return request.GET.get(AFTER, "").replace("\0", "")[:20]


def owner_of(request: ShopRequest) -> Any:
    """
    Return whose records are asked for: an account; None for all that are seen.

    :raises NotFound: if it is somebody else's.
    """
    number = request.GET.get("for", "").replace("\0", "")
    return get_receiver(number=number, member=request.member) if number else None


def _filters(request: ShopRequest) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in request.GET.items():
        if value and name != AFTER:
            query[name] = str(value)
    return query
