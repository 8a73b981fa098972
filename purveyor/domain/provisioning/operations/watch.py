"""
Watch an asset's reference after a person's word: another coupon may still bear it.

A person may enter a code by hand, or say that nothing was made, while the vendor made
one after all. So the vendor is asked for our reference a few times more. What is found
then is kept as a duplicate and shown; nothing is connected or cancelled by it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.causes import why_of
from purveyor.domain.provisioning.contract import (
    Capability,
    VendorAsset,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import AttemptOutcome
from purveyor.domain.provisioning.models import CouponObservation, Watch
from purveyor.domain.provisioning.operations.connect import observe
from purveyor.domain.provisioning.operations.gate import GateClosed, ask
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.sealed import fingerprints
from purveyor.kernel.work.delays import next_try_at
from purveyor.kernel.work.leases import Lease

LOOK_AFTER = (timedelta(0), timedelta(hours=1), timedelta(days=1))  # the settle time


def begin_watch(*, asset: Asset, now: datetime) -> None:
    """Have the vendor asked for other coupons with this reference, from later on."""
    setup = asset.application.setup
    if Capability.FIND_BY_KEY not in manager_for(setup).capabilities:
        return
    first_look_at = now + timedelta(seconds=setup.settle_seconds)
    Watch.objects.update_or_create(
        asset=asset,
        defaults={
            "application": asset.application,
            "began_at": now,
            "due_at": first_look_at,
            "looks_count": 0,
        },
    )


def watch_reference(*, lease: Lease, now: datetime) -> None:
    """
    Look once for other coupons with an asset's reference.

    A step of the street, run by a worker under a lease.
    """
    watch = Watch.objects.select_related("asset__application__setup").get(pk=lease.pk)
    passed, asset = Stopwatch(now), watch.asset
    manager = manager_for(asset.application.setup)
    try:
        found = ask(
            question=lambda: manager.find(asset.key),
            application_id=asset.application_id,
            lane=watch.lane,
            watch=passed,
        )
    except GateClosed:
        lease.end()
    except VendorUnavailable as error:
        tries = watch.tries_count + 1
        due_at = next_try_at(tries_count=tries, now=passed.now())
        lease.end(tries_count=tries, due_at=due_at, **why_of(error).columns)
    else:
        _note(watch, found, lease, now=passed.now())


@transaction.atomic(durable=True)
def _note(
    watch: Watch, found: Sequence[VendorAsset], lease: Lease, *, now: datetime
) -> None:
    """Keep what is not the asset's own, and say when to look again."""
    lease.renew()
    asset = Asset.objects.select_for_update().get(pk=watch.asset_id)
    for seen in () if _is_being_made(asset) else found:
        is_own = asset.coupon_hash in fingerprints(seen.code)
        if not is_own and not _is_known(asset, seen):
            observe(asset=asset, seen=seen, is_duplicate=True, now=now)
    looks = watch.looks_count + 1
    is_over = looks >= len(LOOK_AFTER)
    due_at = None if is_over else now + LOOK_AFTER[looks]
    said = {"waits_because": "", "cause": ""}
    lease.end(looks_count=looks, tries_count=0, due_at=due_at, **said)


def _is_being_made(asset: Asset) -> bool:
    """Return whether what is found may be connected by the answer, or by a look."""
    left_open = asset.attempts.filter(outcome=AttemptOutcome.OPEN)
    return asset.in_doubt_since is not None or left_open.exists()


def _is_known(asset: Asset, seen: VendorAsset) -> bool:
    known = CouponObservation.objects.filter(
        application=asset.application_id,
        coupon_hash__in=fingerprints(seen.code),
        is_duplicate=True,
    )
    return known.exists()
