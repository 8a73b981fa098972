"""Assets in their states."""

from typing import Any

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon, connect_coupon
from tests.factories.moments import NOON
from tests.factories.orders import an_execution


def a_pending_asset(**fields: Any) -> Asset:
    """Return an asset that was just bought."""
    return an_execution(**fields).assets.get()


def a_synchronized_asset(
    *, code: str = "BT-TEST-0000-0000-CASH", **fields: Any
) -> Asset:
    """Return an asset with its coupon; its welcome mail is due."""
    asset = a_pending_asset(**fields)
    connect_coupon(
        asset=asset, coupon=Coupon(code), how="make", actor="worker", now=NOON
    )
    return asset


def a_failed_asset(
    *, reason: str = "BitTitan refused: unknown product", **fields: Any
) -> Asset:
    """Return an asset that the vendor has refused."""
    asset = a_pending_asset(**fields)
    asset.sync_status, asset.due_at, asset.waits_because = (
        SyncStatus.FAILED,
        None,
        reason,
    )
    asset.save(update_fields=["sync_status", "due_at", "waits_because"])
    return asset


def fresh(asset: Asset) -> Asset:
    """Return an asset as the database has it now."""
    return Asset.objects.select_related("order_item__order").get(pk=asset.pk)


def outcomes(asset: Asset) -> list[str]:
    """Return how the attempts to make an asset ended, the first one first."""
    return list(asset.attempts.order_by("id").values_list("outcome", flat=True))
