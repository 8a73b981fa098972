"""Questions about assets."""

from collections.abc import Collection

from django.db.models import QuerySet

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import accounts_under
from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.models import Order
from purveyor.kernel.errors import NotFound
from purveyor.kernel.sealed import fingerprints

COUNT_MAX = 1_000
UNFINISHED = (SyncStatus.PENDING, SyncStatus.FAILED, SyncStatus.UNCLEAR)


def get_asset(*, number: str, seen_by: Account | None) -> Asset:
    """
    Return one asset, if this account may see it; staff pass None.

    :raises NotFound: if there is none, or the viewer may not see it.
    """
    assets = Asset.objects.filter(number=number).select_related(
        "account", "application", "product", "order_item__order"
    )
    if seen_by is not None:
        assets = assets.filter(accounts_under(seen_by))
    asset = assets.first()
    if asset is None:
        message = f"There is no asset {number}."
        raise NotFound(message, number=number)
    return asset


def assets_of(order: Order) -> list[Asset]:
    """Return the assets that an order has become so far, by item."""
    assets = Asset.objects.filter(order_item__order=order)
    return list(assets.order_by("order_item__position"))


def newest_and_oldest_with_coupon() -> list[Asset]:
    """Return two assets, sealed with the newest and the oldest key that was used."""
    sealed = Asset.objects.filter(coupon_hash__isnull=False)
    newest, oldest = sealed.order_by("-id").first(), sealed.order_by("id").first()
    return [asset for asset in (newest, oldest) if asset is not None]


def with_coupon(code: str) -> QuerySet[Asset]:
    """Return the assets that hold a coupon code, found through its keyed hashes."""
    return Asset.objects.filter(coupon_hash__in=fingerprints(code.strip()))


def count_by_sync_status(
    *, statuses: Collection[SyncStatus] = UNFINISHED, limit: int = COUNT_MAX
) -> dict[SyncStatus, int]:
    """Return how many active assets have no coupon yet, by status, up to a limit."""
    active = Asset.objects.filter(state=AssetState.ACTIVE).order_by()
    return {each: active.filter(sync_status=each)[:limit].count() for each in statuses}
