"""Reports > Sold and never redeemed: what became of what was sold, by month."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from purveyor.domain.assets.unredeemed import (
    SOON_DAYS,
    UNREDEEMED_ROWS_MAX,
    GroupedBy,
    Sales,
    UnredeemedRow,
    months_of,
    unredeemed,
)
from purveyor.faces.backoffice.frame.display import month
from purveyor.faces.backoffice.frame.paging import ROWS_A_PAGE
from purveyor.faces.backoffice.frame.report_pages import (
    Choice,
    Query,
    service_managers,
)
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.operations.provisioning_panels import chart_options
from purveyor.faces.ui.spreadsheets import spreadsheet
from purveyor.kernel import clock
from purveyor.kernel.money import Money

NAME = "never_redeemed"
MAY_LOOK = "assets.view_asset"
SPANS = (6, 12, 24, 36)
SPAN = 12
#: A month has a row for each currency; that many currencies are charted.
MONTH_ROWS_MAX = 400
SERIES = (
    ("expired_count", gettext_lazy("Expired"), "--bss-chart-rejected"),
    ("past_count", gettext_lazy("Past the last day"), "--bss-chart-unavailable"),
    ("soon_count", gettext_lazy("About to expire"), "--bss-chart-unclear"),
    ("open_count", gettext_lazy("Not redeemed so far"), "--bss-chart-made"),
)
TITLES = {
    GroupedBy.MONTH: gettext_lazy("By month of the sale"),
    GroupedBy.ACCOUNT: gettext_lazy("By account"),
    GroupedBy.PRODUCT: gettext_lazy("By product"),
}
PAGES = {
    GroupedBy.ACCOUNT: "bss:accounts_account_change",
    GroupedBy.PRODUCT: "bss:catalogue_product_change",
}


@bss.page("reports/never-redeemed/", name=NAME, permission=MAY_LOOK)
@require_GET
def never_redeemed(request: HttpRequest) -> HttpResponse:
    """Show what was sold and never redeemed, with all that cannot be known."""
    query, now = Query(request.GET), clock.now()
    sales, by = _sales(query), _grouped_by(query)
    months = unredeemed(sales=sales, by=GroupedBy.MONTH, now=now, limit=MONTH_ROWS_MAX)
    context = {
        "title": _("Sold and never redeemed"),
        "chart": _chart(months, months_of(sales=sales, now=now)),
        "chart_options": chart_options(),
        "figures": _figures(months),
        "soon_days": SOON_DAYS,
        "service_managers": service_managers(sales.application),
        "spans": _spans(sales),
        "tabs": _tabs(query, by),
        "by": by,
        "head": _heads()[by],
        "page": query.page_of(_list(by, sales, query, now)),
        "export": f"{reverse('bss:never_redeemed_export')}{query.but()}",
    }
    return bss.render(request, "backoffice/reports/never_redeemed.html", context)


@bss.page(
    "reports/never-redeemed/export/",
    name="never_redeemed_export",
    permission=MAY_LOOK,
)
@require_GET
def export_never_redeemed(request: HttpRequest) -> StreamingHttpResponse:
    """Return what the report shows, grouped as on the page, as CSV."""
    query = Query(request.GET)
    by = _grouped_by(query)
    rows = unredeemed(
        sales=_sales(query), by=by, now=clock.now(), limit=UNREDEEMED_ROWS_MAX
    )
    name = _("Sold and never redeemed by %(group)s") % {"group": _heads()[by]}
    return spreadsheet(name, _export_head(by), (_cells(row, by) for row in rows))


def _sales(query: Query) -> Sales:
    months = query.number("months", SPAN)
    return Sales(
        months=months if months in SPANS else SPAN,
        application=query.number("application"),
    )


def _grouped_by(query: Query) -> GroupedBy:
    return GroupedBy(query.one_of("by", list(GroupedBy), GroupedBy.MONTH))


def _heads() -> dict[GroupedBy, str]:
    return {
        GroupedBy.MONTH: _("Month"),
        GroupedBy.ACCOUNT: _("Account"),
        GroupedBy.PRODUCT: _("Product"),
    }


def _list(
    by: GroupedBy, sales: Sales, query: Query, now: datetime
) -> list[dict[str, Any]]:
    """Return the rows of a page, and one more, with their links."""
    rows = unredeemed(
        sales=sales, by=by, now=now, offset=query.offset, limit=ROWS_A_PAGE + 1
    )
    return [
        {"row": row, "name": _name_of(row, by), "href": _page_of(row, by)}
        for row in rows
    ]


def _name_of(row: UnredeemedRow, by: GroupedBy) -> str:
    return month(row.key) if by is GroupedBy.MONTH else row.name


def _page_of(row: UnredeemedRow, by: GroupedBy) -> str:
    return reverse(PAGES[by], args=[row.key]) if by in PAGES else ""


def _spans(sales: Sales) -> list[Choice]:
    return [
        Choice(
            str(count),
            ngettext("%(count)d month", "%(count)d months", count) % {"count": count},
            is_chosen=count == sales.months,
        )
        for count in SPANS
    ]


def _tabs(query: Query, by: GroupedBy) -> list[Choice]:
    return [
        Choice(each, str(title), query.but(by=each), is_chosen=each is by)
        for each, title in TITLES.items()
    ]


def _chart(rows: Sequence[UnredeemedRow], months: Sequence[date]) -> str:
    """Return the coupons of each month by what became of them; empty if none is."""
    counts = {
        name: [sum(getattr(r, name) for r in rows if r.key == day) for day in months]
        for name, _label, _colour in SERIES
    }
    if not any(any(values) for values in counts.values()):
        return ""
    datasets = [
        {
            "label": str(label),
            "data": counts[name],
            "backgroundColor": f"var({colour})",
        }
        for name, label, colour in SERIES
    ]
    labels = [month(day) for day in months]
    return json.dumps({"labels": labels, "datasets": datasets})


def _figures(rows: Sequence[UnredeemedRow]) -> dict[str, Any]:
    """Return the sums of all months: what was sold, lost, and may be lost soon."""
    return {
        "sold": sum(row.sold_count for row in rows),
        "lost": sum(row.lost_count for row in rows),
        "lost_licenses": sum(row.lost_licenses for row in rows),
        "lost_worth": list(_sums(row.lost for row in rows)),
        "soon": sum(row.soon_count for row in rows),
        "soon_worth": list(_sums(row.at_risk for row in rows)),
    }


def _sums(amounts: Iterable[Money]) -> Iterator[Money]:
    found: dict[str, Money] = {}
    for amount in amounts:
        so_far = found.get(amount.currency)
        found[amount.currency] = amount if so_far is None else so_far + amount
    return (found[each] for each in sorted(found) if found[each].amount)


def _export_head(by: GroupedBy) -> tuple[str, ...]:
    first = (_("Month"),) if by is GroupedBy.MONTH else (_("Number"), _heads()[by])
    return (
        *first,
        _("Currency"),
        _("Sold"),
        _("Expired"),
        _("Past the last day"),
        _("About to expire"),
        _("Not redeemed so far"),
        _("Licenses lost"),
        _("Price lost, without tax"),
        _("Price about to be lost, without tax"),
    )


def _cells(row: UnredeemedRow, by: GroupedBy) -> tuple[object, ...]:
    group = (f"{row.key:%Y-%m}",) if by is GroupedBy.MONTH else (row.number, row.name)
    return (
        *group,
        row.lost.currency,
        row.sold_count,
        row.expired_count,
        row.past_count,
        row.soon_count,
        row.open_count,
        row.lost_licenses,
        row.lost,
        row.at_risk,
    )
