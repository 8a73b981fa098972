"""Reports > Expiry radar: coupons not redeemed, by days left and value, per account."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from purveyor.domain.assets.radar import (
    BUCKETS,
    RADAR_ROWS_MAX,
    AccountRow,
    BucketRow,
    CouponRow,
    Sight,
    radar_by_account,
    radar_by_coupon,
    radar_by_days,
)
from purveyor.faces.backoffice.frame.display import badge
from purveyor.faces.backoffice.frame.paging import ROWS_A_PAGE
from purveyor.faces.backoffice.frame.report_pages import (
    Choice,
    Query,
    bar_options,
    bars,
    service_managers,
)
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.ui.spreadsheets import spreadsheet
from purveyor.kernel import clock
from purveyor.kernel.plans import planned_anew

NAME = "expiry_radar"
MAY_LOOK = "assets.view_asset"
ACCOUNTS, COUPONS = "account", "coupon"
LABELS: Mapping[str, Promise] = {
    "3": gettext_lazy("Up to 3 days"),
    "14": gettext_lazy("4 to 14 days"),
    "30": gettext_lazy("15 to 30 days"),
    "90": gettext_lazy("31 to 90 days"),
    "later": gettext_lazy("Later"),
}
TONES = {"3": "danger", "14": "warning", "30": "info"}


@dataclass(frozen=True, slots=True)
class BucketCard:
    """One span of days: how many coupons, what they are worth, and the way to them."""

    label: str
    tone: str
    coupons_count: int
    licenses: int
    rows: Sequence[BucketRow]
    href: str
    is_chosen: bool


@bss.page("reports/expiry-radar/", name=NAME, permission=MAY_LOOK)
@require_GET
def expiry_radar(request: HttpRequest) -> HttpResponse:
    """Show which coupons run out, what they are worth, and whose they are."""
    query, now = Query(request.GET), clock.now()
    sight, by = _sight(query), query.one_of("by", (ACCOUNTS, COUPONS), ACCOUNTS)
    with planned_anew() if sight.account else nullcontext():
        rows = radar_by_days(sight=sight, now=now)
        page = query.page_of(_list(by, sight, query, now))
    context = {
        "title": _("Expiry radar"),
        "cards": _cards(rows, sight, query),
        "chart": _chart(rows),
        "chart_options": bar_options(
            has_legend=len(_currencies(rows)) > 1, names_every_bar=True
        ),
        "sight": sight,
        "is_narrowed": sight != Sight(),
        "bucket_label": LABELS.get(sight.bucket, ""),
        "service_managers": service_managers(sight.application),
        "buckets": _bucket_choices(sight),
        "tabs": _tabs(query, by),
        "by": by,
        "page": page,
        "everything": reverse(f"bss:{NAME}"),
        "without_bucket": query.but(days=""),
        "export": f"{reverse('bss:expiry_radar_export')}{query.but()}",
    }
    return bss.render(request, "backoffice/reports/expiry_radar.html", context)


@bss.page(
    "reports/expiry-radar/export/", name="expiry_radar_export", permission=MAY_LOOK
)
@require_GET
def export_expiry_radar(request: HttpRequest) -> StreamingHttpResponse:
    """Return what the radar shows, by account or by coupon, as CSV."""
    query, now = Query(request.GET), clock.now()
    sight = _sight(query)
    if query.text("by") == COUPONS:
        coupons = radar_by_coupon(sight=sight, now=now, limit=RADAR_ROWS_MAX)
        cells = (_coupon_cells(row) for row in coupons)
        return spreadsheet(_("Expiry radar by coupon"), _coupon_head(), cells)
    accounts = radar_by_account(sight=sight, now=now, limit=RADAR_ROWS_MAX)
    told = (_account_cells(row) for row in accounts)
    return spreadsheet(_("Expiry radar by account"), _account_head(), told)


def days_badge(days: int) -> Any:
    """Return how many days are left, red for the last ones."""
    words = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    found = next(b for b in BUCKETS if b.last is None or days <= b.last)
    return badge(words if days else _("Today"), TONES.get(found.key, ""))


def _sight(query: Query) -> Sight:
    return Sight(
        bucket=query.one_of("days", LABELS, ""),
        account=query.text("account"),
        application=query.number("application"),
    )


def _list(by: str, sight: Sight, query: Query, now: datetime) -> list[dict[str, Any]]:
    """Return the rows of a page, and one more, with their links."""
    wanted = {"offset": query.offset, "limit": ROWS_A_PAGE + 1}
    if by == COUPONS:
        coupons = radar_by_coupon(sight=sight, now=now, **wanted)
        return [_coupon_line(row) for row in coupons]
    accounts = radar_by_account(sight=sight, now=now, **wanted)
    return [_account_line(row, query) for row in accounts]


def _account_line(row: AccountRow, query: Query) -> dict[str, Any]:
    return {
        "row": row,
        "badge": days_badge(row.days_left),
        "account_url": _account_url(row.account_id),
        "coupons_url": query.but(by=COUPONS, account=row.account_number),
    }


def _coupon_line(row: CouponRow) -> dict[str, Any]:
    return {
        "row": row,
        "badge": days_badge(row.days_left),
        "account_url": _account_url(row.account_id),
        "asset_url": reverse("bss:assets_asset_change", args=[row.asset_id]),
    }


def _account_url(pk: int) -> str:
    return reverse("bss:accounts_account_change", args=[pk])


def _cards(rows: Sequence[BucketRow], sight: Sight, query: Query) -> list[BucketCard]:
    found = []
    for bucket in BUCKETS:
        mine = [row for row in rows if row.bucket == bucket.key]
        is_chosen = sight.bucket == bucket.key
        found.append(
            BucketCard(
                label=str(LABELS[bucket.key]),
                tone=TONES.get(bucket.key, "") if mine else "",
                coupons_count=sum(row.coupons_count for row in mine),
                licenses=sum(row.licenses for row in mine),
                rows=mine,
                href=query.but(days="" if is_chosen else bucket.key),
                is_chosen=is_chosen,
            )
        )
    return found


def _bucket_choices(sight: Sight) -> list[Choice]:
    return [
        Choice(key, str(label), is_chosen=key == sight.bucket)
        for key, label in LABELS.items()
    ]


def _tabs(query: Query, by: str) -> list[Choice]:
    tabs = ((ACCOUNTS, _("By account")), (COUPONS, _("Coupon by coupon")))
    return [
        Choice(value, label, query.but(by=value), is_chosen=value == by)
        for value, label in tabs
    ]


def _currencies(rows: Sequence[BucketRow]) -> list[str]:
    return sorted({row.currency for row in rows})


def _chart(rows: Sequence[BucketRow]) -> str:
    """Return what the coupons were sold for, by days left, one series a currency."""
    values = {(row.currency, row.bucket): float(row.price.amount) for row in rows}
    series = {
        currency: [values.get((currency, bucket.key), 0.0) for bucket in BUCKETS]
        for currency in _currencies(rows)
    }
    return bars([str(LABELS[bucket.key]) for bucket in BUCKETS], series)


# ------------------------------------------------------------------ export


def _account_head() -> tuple[str, ...]:
    return (
        _("Account number"),
        _("Account"),
        _("Next expiry"),
        _("Days left"),
        _("Coupons"),
        _("Licenses"),
        _("Currency"),
        _("Price without tax"),
        _("Cost"),
    )


def _account_cells(row: AccountRow) -> tuple[object, ...]:
    return (
        row.account_number,
        row.account_name,
        row.first_expires_at,
        row.days_left,
        row.coupons_count,
        row.licenses,
        row.price.currency,
        row.price,
        row.cost,
    )


def _coupon_head() -> tuple[str, ...]:
    return (
        _("Asset"),
        _("Product"),
        _("Service manager"),
        _("Account number"),
        _("Account"),
        _("Redeem before"),
        _("Days left"),
        _("Licenses"),
        _("Currency"),
        _("Price without tax"),
        _("Cost"),
    )


def _coupon_cells(row: CouponRow) -> tuple[object, ...]:
    return (
        row.asset_number,
        row.product_name,
        row.application_name,
        row.account_number,
        row.account_name,
        row.expires_at,
        row.days_left,
        row.licenses,
        row.price.currency,
        row.price,
        row.cost,
    )
