"""Which coupons still wait to be redeemed, and how many days they have left."""

from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.kernel import clock

#: Not redeemed, as far as known; the index of coupons by expiry holds just these.
UNREDEEMED = Q(state=AssetState.ACTIVE, sync_status=SyncStatus.SYNCHRONIZED)


def waiting(*, now: datetime) -> Q:
    """Return the condition that a coupon can still be redeemed, as far as known."""
    return UNREDEEMED & Q(expires_at__gt=now)


def is_waiting(asset: Asset, *, now: datetime) -> bool:
    """Return whether the coupon of an asset can still be redeemed, as far as known."""
    return (
        asset.state == AssetState.ACTIVE
        and asset.sync_status == SyncStatus.SYNCHRONIZED
        and asset.expires_at is not None
        and asset.expires_at > now
    )


def days_left(expires_at: datetime, *, now: datetime) -> int:
    """Return how many midnights there are until then, where the distributor works."""
    return (clock.day_of(expires_at) - clock.day_of(now)).days


def beginning_of(day: date, *, hour: int = 0) -> datetime:
    """Return the moment at which a day begins, or has come to an hour."""
    return timezone.make_aware(datetime.combine(day, time(hour)))
