"""
Sold and never redeemed: what became of the coupons that were sold in a span of months.

What a vendor does not tell cannot be known: an active coupon is not redeemed *as far as
known*, and one past its last day is only presumed expired until the vendor was asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from purveyor.domain.assets.expiry import UNREDEEMED, beginning_of, waiting
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.kernel import clock
from purveyor.kernel.money import Money

UNREDEEMED_ROWS_MAX = 50_000
MONTHS_MAX = 60
SOON_DAYS = 30


class GroupedBy(StrEnum):
    """By what the sold coupons are grouped."""

    MONTH = "month"
    ACCOUNT = "account"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Sales:
    """Which sales are looked at: of so many months, this one included."""

    months: int = 12
    application: int | None = None


@dataclass(frozen=True, slots=True)
class UnredeemedRow:
    """What became of the coupons of one month, account or product, in one currency."""

    key: Any  # a day of the month, or the id of the account or product
    number: str
    name: str
    sold_count: int
    expired_count: int
    past_count: int
    soon_count: int
    open_count: int
    lost_licenses: int
    lost: Money  # what expired or is past its day was sold for
    at_risk: Money  # what expires soon was sold for

    @property
    def lost_count(self) -> int:
        """Those that have expired, or are past their last day."""
        return self.expired_count + self.past_count

    @property
    def lost_percent(self) -> int:
        """Their share of all that were sold."""
        return round(100 * self.lost_count / self.sold_count)


def unredeemed(
    *, sales: Sales, by: GroupedBy, now: datetime, offset: int = 0, limit: int = 100
) -> tuple[UnredeemedRow, ...]:
    """
    Return what became of the coupons that were sold.

    Shape:  by month the newest first; else the largest loss first. Sold are those that
            got their coupon, whatever became of it; cancelled ones are left out.
    Units:  prices without tax, in the currency of the sale; days and months as the
            distributor's clocks show them.
    """
    fates = _fates(now=now)
    lost = fates["expired"] | fates["past"]
    rows = (
        _grouped(_sold(sales, now=now), by)
        .annotate(
            sold=Count("pk"),
            **{name: Count("pk", filter=fate) for name, fate in fates.items()},
            lost_licenses=Sum("quantity", filter=lost, default=0),
            lost_price=_price_of(lost),
            risk_price=_price_of(fates["soon"]),
        )
        .order_by(*_ORDER[by], "currency")
    )
    if by is not GroupedBy.MONTH:
        rows = rows.exclude(expired=0, past=0, soon=0)
    bounded = rows[offset : offset + min(limit, UNREDEEMED_ROWS_MAX)]
    return tuple(_row(row, by) for row in bounded)


def months_of(*, sales: Sales, now: datetime) -> tuple[date, ...]:
    """Return the first days of the months that are looked at, oldest first."""
    return tuple(_months_back(clock.day_of(now), sales.months))[::-1]


_ORDER = {
    GroupedBy.MONTH: ("-month",),
    GroupedBy.ACCOUNT: ("-lost_price", "-risk_price", "account_id"),
    GroupedBy.PRODUCT: ("-lost_price", "-risk_price", "product_id"),
}
_NUMBERS = {
    GroupedBy.ACCOUNT: ("account_id", "account__number", "account__name"),
    GroupedBy.PRODUCT: ("product_id", "product__code", "product__name"),
}


def _fates(*, now: datetime) -> dict[str, Q]:
    soon = beginning_of(clock.day_of(now) + timedelta(days=SOON_DAYS + 1))
    return {
        "expired": Q(state=AssetState.EXPIRED),
        "past": UNREDEEMED & Q(expires_at__lte=now),
        "soon": waiting(now=now) & Q(expires_at__lt=soon),
        "open": waiting(now=now) & Q(expires_at__gte=soon),
    }


def _price_of(fate: Q) -> Any:
    return Sum("net_amount", filter=fate, default=0)


def _sold(sales: Sales, *, now: datetime) -> QuerySet[Asset]:
    first_day = months_of(sales=sales, now=now)[0]
    wanted = Q(purchase_date__gte=first_day, coupon_hash__isnull=False)
    wanted &= ~Q(state__in=(AssetState.CANCELLING, AssetState.CANCELLED))
    if sales.application is not None:
        wanted &= Q(application=sales.application)
    return Asset.objects.filter(wanted)


def _grouped(sold: QuerySet[Asset], by: GroupedBy) -> Any:
    if by is GroupedBy.MONTH:
        by_month = sold.annotate(month=TruncMonth("purchase_date"))
        return by_month.values("month", "currency")
    return sold.values(*_NUMBERS[by], "currency")


def _months_back(day: date, count: int) -> Iterator[date]:
    month = day.replace(day=1)
    for _each in range(max(1, min(count, MONTHS_MAX))):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)


def _row(row: Mapping[str, Any], by: GroupedBy) -> UnredeemedRow:
    key, number, name = row.get("month"), "", ""
    if by is not GroupedBy.MONTH:
        key, number, name = (row[column] for column in _NUMBERS[by])
    return UnredeemedRow(
        key=key,
        number=number,
        name=name,
        sold_count=row["sold"],
        expired_count=row["expired"],
        past_count=row["past"],
        soon_count=row["soon"],
        open_count=row["open"],
        lost_licenses=row["lost_licenses"],
        lost=Money(row["lost_price"], row["currency"]),
        at_risk=Money(row["risk_price"], row["currency"]),
    )
