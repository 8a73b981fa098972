"""What a person asks of provisioning. A request of a person never calls a vendor."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import SYNC, AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import mend_asset, rename_asset
from purveyor.domain.provisioning.causes import Cause, Why
from purveyor.domain.provisioning.operations.breaker import probe_soon
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
    waits = asset.sync_status in {SyncStatus.FAILED, SyncStatus.UNCLEAR}
    if waits and asset.state == AssetState.ACTIVE:
        retry_asset(asset=asset, actor=actor, now=now)


@transaction.atomic
def retry_asset(
    *, asset: Asset, actor: str, now: datetime, lane: Lane = Lane.INTERACTIVE
) -> None:
    """
    Have a worker look at an asset now: make what failed, look for what is in doubt.

    What is being cancelled is looked at too. If nobody asks its vendor now, that is
    found out first.

    :raises NothingToRetry: if the asset has its coupon, is no longer active, or does
        not start yet.
    """
    if not is_retryable(asset):
        message = _("%(asset)s has nothing to be tried again.")
        raise NothingToRetry(message % {"asset": asset.number})
    if asset.start_date > clock.day_of(now):
        message = _("%(asset)s starts on %(date)s; it is made then by itself.")
        names = {"asset": asset.number, "date": asset.start_date.isoformat()}
        raise NothingToRetry(message % names)
    before = asset.sync_status
    fresh: dict[str, Any] = {
        "due_at": now,
        "lane": lane,
        "parked_at": None,
        "tries_count": 0,
        "give_up_at": give_up_at(now=now),
        **Why(Cause.RETRIED, _("It is tried again.")).columns,
    }
    if asset.sync_status == SyncStatus.FAILED and asset.state == AssetState.ACTIVE:
        SYNC.move(asset, "retry", **fresh)
    else:
        _wake_now(asset, fresh)
    probe_soon(application_id=asset.application_id, now=now)
    log(asset, "retry", actor=actor, at=now, before=before, after=asset.sync_status)
    wake()


def is_retryable(asset: Asset) -> bool:
    """Return whether something is left to do for an asset at its vendor."""
    is_waiting = asset.state == AssetState.ACTIVE and not asset.has_coupon
    return is_waiting or asset.state == AssetState.CANCELLING


@transaction.atomic
def extend_asset(*, asset: Asset, actor: str, now: datetime) -> None:
    """
    Have an asset tried for longer by itself, as long again as at first, from now on.

    One that was parked in doubt is looked for again.

    :raises NothingToExtend: if it is not tried by itself: Retry does that.
    """
    waiting = Asset.objects.filter(
        pk=asset.pk,
        state__in=(AssetState.ACTIVE, AssetState.CANCELLING),
        coupon_hash=asset.coupon_hash,
        sync_status__in=(SyncStatus.PENDING, SyncStatus.UNCLEAR),
    )
    until = give_up_at(now=max(now, asset.give_up_at or now))
    changes: dict[str, Any] = {"give_up_at": until}
    if asset.parked_at is not None:
        why = Why(Cause.RETRIED, _("It is looked for again."))
        changes |= {"parked_at": None, "due_at": now, "tries_count": 0, **why.columns}
    if waiting.update(**changes) != 1:
        message = _("%(asset)s does not wait for its vendor. Press Retry instead.")
        raise NothingToExtend(message % {"asset": asset.number})
    log(asset, "extend", actor=actor, at=now, after=until.isoformat())
    wake()


class NothingToExtend(Refused):
    """Only what is tried by itself has a time until which it is tried."""

    code = "provisioning.nothing_to_extend"


def _wake_now(asset: Asset, fresh: dict[str, Any]) -> None:
    as_read = Asset.objects.filter(
        pk=asset.pk,
        sync_status=asset.sync_status,
        state=asset.state,
        coupon_hash=asset.coupon_hash,
    )
    if as_read.update(**fresh) != 1:
        message = _("%(asset)s has changed meanwhile. Reload the page.")
        raise NothingToRetry(message % {"asset": asset.number})
