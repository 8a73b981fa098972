"""What a person asks of provisioning. A request of a person never calls a vendor."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import SYNC, AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import mend_asset, rename_asset
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.delays import give_up_at
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake


class NothingToRetry(Refused):
    """Only what has not reached the vendor, or is in doubt, is tried again."""

    code = "provisioning.nothing_to_retry"


@transaction.atomic
def edit_asset(
    *, asset: Asset, name: str, changes: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """
    Save an edited asset: rename it, correct it, and try again what has failed.

    A failed asset is tried now, one in doubt is looked for now (and never made by
    this); any other is only renamed.

    :raises NotMendable: if a correction is asked for that would come too late.
    """
    rename_asset(asset=asset, name=name, actor=actor, now=now)
    if changes:
        mend_asset(asset=asset, changes=changes, actor=actor, now=now)
    if asset.sync_status in {SyncStatus.FAILED, SyncStatus.UNCLEAR}:
        retry_asset(asset=asset, actor=actor, now=now)


@transaction.atomic
def retry_asset(*, asset: Asset, actor: str, now: datetime) -> None:
    """
    Have a worker look at an asset now: make what failed, look for what is in doubt.

    :raises NothingToRetry: if the asset has its coupon, is no longer active, or does
        not start yet.
    """
    if asset.has_coupon or asset.state != AssetState.ACTIVE:
        message = _("%(asset)s has nothing to be tried again.")
        raise NothingToRetry(message % {"asset": asset.number})
    if asset.start_date > clock.day_of(now):
        message = _("%(asset)s starts on %(date)s; it is made then by itself.")
        names = {"asset": asset.number, "date": asset.start_date.isoformat()}
        raise NothingToRetry(message % names)
    before = asset.sync_status
    fresh: dict[str, Any] = {
        "due_at": now,
        "lane": Lane.INTERACTIVE,
        "parked_at": None,
        "tries_count": 0,
        "give_up_at": give_up_at(now=now),
        "waits_because": _("It is tried again."),
    }
    if asset.sync_status == SyncStatus.FAILED:
        SYNC.move(asset, "retry", **fresh)
    else:
        _wake_now(asset, fresh)
    log(asset, "retry", actor=actor, at=now, before=before, after=asset.sync_status)
    wake()


def _wake_now(asset: Asset, fresh: dict[str, Any]) -> None:
    as_read = Asset.objects.filter(
        pk=asset.pk,
        sync_status=asset.sync_status,
        state=AssetState.ACTIVE,
        coupon_hash__isnull=True,
    )
    if as_read.update(**fresh) != 1:
        message = _("%(asset)s has changed meanwhile. Reload the page.")
        raise NothingToRetry(message % {"asset": asset.number})
