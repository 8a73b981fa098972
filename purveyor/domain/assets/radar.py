"""
The expiry radar: coupons that are not redeemed as far as known, by days left and value.

The database adds up, from the index of coupons by expiry alone; what is returned is
bounded. A day ends at midnight where the distributor works.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Min, Q, QuerySet, Sum, Value, When

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import known_as
from purveyor.domain.assets.expiry import beginning_of, days_left, waiting
from purveyor.domain.assets.models import Asset
from purveyor.kernel import clock
from purveyor.kernel.money import Money

RADAR_ROWS_MAX = 50_000

_SUMS: Mapping[str, Any] = {
    "coupons": Count("pk"),
    "licenses": Sum("quantity"),
    "price": Sum("net_amount"),
    "cost": Sum("cost_amount"),
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A span of days left; the last day is among it, and none means no end."""

    key: str
    first: int
    last: int | None


BUCKETS = (
    Bucket("3", 0, 3),
    Bucket("14", 4, 14),
    Bucket("30", 15, 30),
    Bucket("90", 31, 90),
    Bucket("later", 91, None),
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the radar is looked at; what is empty leaves nothing out."""

    bucket: str = ""
    account: str = ""  # a number, or part of a name
    application: int | None = None


@dataclass(frozen=True, slots=True)
class BucketRow:
    """The coupons of one span of days, in one currency."""

    bucket: str
    currency: str
    coupons_count: int
    licenses: int
    price: Money
    cost: Money


@dataclass(frozen=True, slots=True)
class AccountRow:
    """The coupons of one account, in one currency."""

    account_id: int
    account_number: str
    account_name: str
    coupons_count: int
    licenses: int
    price: Money
    cost: Money
    first_expires_at: datetime
    days_left: int


@dataclass(frozen=True, slots=True)
class CouponRow:
    """One coupon, by its asset."""

    asset_id: int
    asset_number: str
    product_name: str
    application_name: str
    account_id: int
    account_number: str
    account_name: str
    licenses: int
    price: Money
    cost: Money
    expires_at: datetime
    days_left: int


def radar_by_days(*, sight: Sight, now: datetime) -> tuple[BucketRow, ...]:
    """Return the coupons by days left, soonest first, whatever bucket is looked at."""
    return _by_bucket(_seen(sight, now=now), now=now)


def _by_bucket(coupons: QuerySet[Asset], *, now: datetime) -> tuple[BucketRow, ...]:
    today = clock.day_of(now)
    cases = [
        When(
            expires_at__gte=beginning_of(today + timedelta(days=bucket.first)),
            then=Value(bucket.key),
        )
        for bucket in reversed(BUCKETS)
    ]
    rows = (
        coupons.annotate(bucket=Case(*cases, output_field=CharField()))
        .values("bucket", "currency")
        .annotate(**_SUMS)
        .order_by("currency")
    )
    order = [bucket.key for bucket in BUCKETS]
    told = (
        BucketRow(bucket=row["bucket"], currency=row["currency"], **_sums_of(row))
        for row in rows
    )
    return tuple(sorted(told, key=lambda row: order.index(row.bucket)))


def running_out(*, now: datetime) -> tuple[BucketRow, ...]:
    """Return the coupons that expire in the spans that have an end, soonest first."""
    spans = [bucket for bucket in BUCKETS if bucket.last is not None]
    last = max(bucket.last or 0 for bucket in spans)
    ends_at = beginning_of(clock.day_of(now) + timedelta(days=last + 1))
    soon = _seen(Sight(), now=now).filter(expires_at__lt=ends_at)
    return _by_bucket(soon, now=now)


def radar_by_account(
    *, sight: Sight, now: datetime, offset: int = 0, limit: int = 50
) -> tuple[AccountRow, ...]:
    """Return the coupons in sight by account and currency, soonest first."""
    rows = list(
        _in_bucket(sight, now=now)
        .values("account_id", "currency")
        .annotate(first_expires_at=Min("expires_at"), **_SUMS)
        .order_by("first_expires_at", "account_id", "currency")[
            offset : offset + min(limit, RADAR_ROWS_MAX)
        ]
    )
    accounts = Account.objects.in_bulk({row["account_id"] for row in rows})
    return tuple(
        AccountRow(
            account_id=row["account_id"],
            account_number=accounts[row["account_id"]].number,
            account_name=accounts[row["account_id"]].name,
            first_expires_at=row["first_expires_at"],
            days_left=days_left(row["first_expires_at"], now=now),
            **_sums_of(row),
        )
        for row in rows
    )


def radar_by_coupon(
    *, sight: Sight, now: datetime, offset: int = 0, limit: int = 50
) -> tuple[CouponRow, ...]:
    """
    Return the coupons in sight one by one, soonest first.

    Which ones stand on a page is found by the index; only these are read whole.
    """
    order = ("expires_at", "pk")
    page = slice(offset, offset + min(limit, RADAR_ROWS_MAX))
    on_page = _in_bucket(sight, now=now).order_by(*order).values("pk")[page]
    coupons = Asset.objects.filter(pk__in=on_page).order_by(*order)
    related = coupons.select_related("account", "application", "order_item")
    return tuple(_coupon_row(coupon, now=now) for coupon in related)


def bucket_named(key: str) -> Bucket | None:
    """Return a span of days by its key, if there is one."""
    return next((bucket for bucket in BUCKETS if bucket.key == key), None)


def _sums_of(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "coupons_count": row["coupons"],
        "licenses": row["licenses"],
        "price": Money(row["price"], row["currency"]),
        "cost": Money(row["cost"], row["currency"]),
    }


def _seen(sight: Sight, *, now: datetime) -> QuerySet[Asset]:
    """Return what is in sight, whatever its bucket."""
    wanted = waiting(now=now)
    if sight.account:
        wanted &= known_as(term=sight.account, path="account__")
    if sight.application is not None:
        wanted &= Q(application=sight.application)
    return Asset.objects.filter(wanted)


def _in_bucket(sight: Sight, *, now: datetime) -> QuerySet[Asset]:
    bucket = bucket_named(sight.bucket)
    seen = _seen(sight, now=now)
    return seen if bucket is None else seen.filter(_within(bucket, now=now))


def _within(bucket: Bucket, *, now: datetime) -> Q:
    today = clock.day_of(now)
    wanted = Q()
    if bucket.first > 0:
        wanted &= Q(expires_at__gte=beginning_of(today + timedelta(days=bucket.first)))
    if bucket.last is not None:
        wanted &= Q(
            expires_at__lt=beginning_of(today + timedelta(days=bucket.last + 1))
        )
    return wanted


def _coupon_row(asset: Asset, *, now: datetime) -> CouponRow:
    assert asset.expires_at is not None  # it was found by it
    return CouponRow(
        asset_id=asset.pk,
        asset_number=asset.number,
        product_name=asset.order_item.product_name,
        application_name=asset.application.name,
        account_id=asset.account_id,
        account_number=asset.account.number,
        account_name=asset.account.name,
        licenses=asset.quantity,
        price=asset.net,
        cost=asset.cost,
        expires_at=asset.expires_at,
        days_left=days_left(asset.expires_at, now=now),
    )
