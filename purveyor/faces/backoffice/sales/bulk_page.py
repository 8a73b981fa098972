"""What the pages of bulk executions show, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import (
    with_status_name,
)
from purveyor.faces.backoffice.frame.badges import order_badge
from purveyor.faces.backoffice.frame.display import badge
from purveyor.faces.backoffice.frame.looks import address_of_look, looks_of
from purveyor.flows.execution.choosing import counts_of
from purveyor.flows.execution.lifecycle import BulkResult, BulkState
from purveyor.flows.execution.models import BulkExecution, BulkOrder
from purveyor.kernel import clock
from purveyor.kernel.work.queries import workers_alive

ROWS_A_PAGE = 50
LOOKS_MAX = 900  # once a second: a quarter of an hour
RESULT = "result"
STATE_TONES: dict[str, str] = {
    BulkState.PREPARED: "warning",
    BulkState.RUNNING: "info",
    BulkState.DONE: "success",
    BulkState.STOPPED: "warning",
}
RESULT_TONES: dict[str, str] = {
    BulkResult.EXECUTED: "success",
    BulkResult.PARTLY: "warning",
    BulkResult.REFUSED: "danger",
    BulkResult.WAITING: "info",
}


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One bulk execution in the list."""

    bulk: BulkExecution
    badge: SafeString
    href: str
    counts: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of a bulk execution."""

    position: int
    order: Order
    status: SafeString
    result: SafeString
    reason: str


@dataclass(frozen=True, slots=True)
class Tab:
    """The orders of one result."""

    label: str
    count: int
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class BulkPage:
    """Everything on the page of one bulk execution."""

    bulk: BulkExecution
    badge: SafeString
    done_count: int
    tabs: tuple[Tab, ...]
    rows: tuple[OrderRow, ...]
    pages: Page[Any]
    query: str
    is_nobody_working: bool
    next_look: str

    @property
    def is_prepared(self) -> bool:
        """Whether it waits to be started."""
        return self.bulk.state == BulkState.PREPARED

    @property
    def is_running(self) -> bool:
        """Whether a worker is at it."""
        return self.bulk.state == BulkState.RUNNING


def page_of_bulk(bulk: BulkExecution) -> str:
    """Return the address of a bulk execution's page."""
    return reverse("bss:bulk_execution", args=[bulk.pk])


def bulk_row(bulk: BulkExecution) -> BulkRow:
    """Return one bulk execution for the list."""
    counts = counts_of(bulk)
    told = [
        f"{result.label}: {counts[result]}" for result in BulkResult if counts[result]
    ]
    return BulkRow(bulk, _state_badge(bulk), page_of_bulk(bulk), " · ".join(told))


def bulk_page(bulk: BulkExecution, query: Mapping[str, str]) -> BulkPage:
    """Return how far a bulk execution is, and one page of its orders."""
    counts, chosen = counts_of(bulk), query.get(RESULT, "")
    orders = BulkOrder.objects.filter(bulk=bulk).order_by("position")
    if chosen in BulkResult.values:
        orders = orders.filter(result=chosen)
    pages = Paginator(orders, ROWS_A_PAGE).get_page(query.get("p", "1"))
    looks = looks_of(query, most=LOOKS_MAX)
    goes_on = bulk.state == BulkState.RUNNING and looks < LOOKS_MAX
    kept = _kept(chosen, pages.number)
    address = f"{reverse('bss:bulk_progress', args=[bulk.pk])}?{kept}"
    return BulkPage(
        bulk=bulk,
        badge=_state_badge(bulk),
        done_count=bulk.orders_count - counts[BulkResult.WAITING],
        tabs=_tabs(bulk, counts, chosen),
        rows=_rows(list(pages.object_list)),
        pages=pages,
        query=_kept(chosen, None),
        is_nobody_working=goes_on and not workers_alive(now=clock.now()),
        next_look=address_of_look(address, look=looks, goes_on=goes_on),
    )


def _kept(chosen: str, page: int | None) -> str:
    """Return the part of an address that keeps which orders are shown."""
    query = QueryDict(mutable=True)
    if chosen:
        query[RESULT] = chosen
    if page is not None and page > 1:
        query["p"] = str(page)
    return f"{query.urlencode()}&" if query else ""


def _tabs(
    bulk: BulkExecution, counts: Mapping[str, int], chosen: str
) -> tuple[Tab, ...]:
    here = page_of_bulk(bulk)
    every = Tab(_("All"), bulk.orders_count, here, is_chosen=not chosen)
    found = (
        Tab(str(r.label), counts[r], f"{here}?{RESULT}={r}", is_chosen=chosen == r)
        for r in BulkResult
        if counts[r] or chosen == r
    )
    return (every, *found)


def _rows(found: list[BulkOrder]) -> tuple[OrderRow, ...]:
    orders = Order.objects.select_related("account")
    named = with_status_name(orders).in_bulk([each.order_id for each in found])
    return tuple(
        OrderRow(
            position=each.position,
            order=named[each.order_id],
            status=order_badge(named[each.order_id]),
            result=badge(each.get_result_display(), RESULT_TONES.get(each.result, "")),
            reason=each.reason,
        )
        for each in found
    )


def _state_badge(bulk: BulkExecution) -> SafeString:
    return badge(bulk.get_state_display(), STATE_TONES.get(bulk.state, ""))
