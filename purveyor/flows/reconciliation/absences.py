"""
Before an absence is believed, the coupon is looked for by its code.

Whom the listing misses for the second time is asked about one by one. Who is found is
there after all; who is not is written down, and may be judged.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.contract import (
    Capability,
    ServiceManager,
    VendorAsset,
)
from purveyor.domain.provisioning.operations.gate import ask
from purveyor.domain.provisioning.operations.observations import keep_observation
from purveyor.flows.reconciliation.compare import Listings, Ours, absent
from purveyor.flows.reconciliation.models import Absence, ReconciliationRun
from purveyor.flows.reconciliation.streams import our_assets, their_coupons
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.work.leases import Lease

LOOKS_A_STEP = 1_000  # then others have their turn


def listings_of(
    *, run: ReconciliationRun, manager: ServiceManager, now: datetime
) -> Listings:
    """Return which complete listings there were, and whose absence is confirmed."""
    complete = ReconciliationRun.objects.filter(
        application=run.application,
        listed_at__isnull=False,
        listing_began_at__lte=run.listing_began_at,
    )
    began = complete.order_by("listing_began_at").values_list(
        "listing_began_at", flat=True
    )
    confirmed = run.absences.values_list("asset", flat=True)
    return Listings(
        began=[each for each in began if each is not None],
        now=now,
        lists_spent=Capability.LIST_SPENT in manager.capabilities,
        confirmed=frozenset(confirmed.iterator()),
    )


def confirm_absences(
    *, run: ReconciliationRun, manager: ServiceManager, lease: Lease, watch: Stopwatch
) -> bool:
    """
    Look by code for what is not listed; return whether all of it was looked for.

    :raises GateClosed: if nobody asks this vendor now.
    :raises VendorUnavailable: the vendor did not answer, or not sensibly.
    :raises LeaseLost: if another worker has the run by now.
    """
    listings = listings_of(run=run, manager=manager, now=watch.now())
    gone = _gone(run, listings)
    counting = [ours.pk for ours, counts in gone if counts]
    waiting_count = len(gone) - len(counting)
    lease.renew(absent_count=len(counting), waiting_count=waiting_count)
    run.absent_count, run.waiting_count = len(counting), waiting_count
    left = [pk for pk in counting if pk not in listings.confirmed]
    for pk in left[:LOOKS_A_STEP]:
        asset = Asset.objects.get(pk=pk)
        seen = _look(run, manager, asset, watch)
        _write(run, lease, asset, seen, now=watch.now())
    return len(left) <= LOOKS_A_STEP


def _gone(run: ReconciliationRun, listings: Listings) -> list[tuple[Ours, bool]]:
    ours = our_assets(application=run.application, account=run.account)
    theirs = their_coupons(application=run.application, account=run.account)
    return list(absent(ours, theirs, listings=listings))


def _look(
    run: ReconciliationRun, manager: ServiceManager, asset: Asset, watch: Stopwatch
) -> VendorAsset | None:
    if Capability.FIND_BY_CODE not in manager.capabilities:
        return None  # the listings are all there is; the evidence says so
    return ask(
        question=lambda: manager.get(asset.coupon_code.reveal()),
        application_id=run.application_id,
        lane=run.lane,
        watch=watch,
    )


@transaction.atomic(durable=True)
def _write(
    run: ReconciliationRun,
    lease: Lease,
    asset: Asset,
    seen: VendorAsset | None,
    *,
    now: datetime,
) -> None:
    if seen is None:
        Absence.objects.get_or_create(run=run, asset=asset, defaults={"at": now})
    else:
        keep_observation(application=run.application, seen=seen, now=now)
    words = _("%(count)d that are not listed were looked for by code.")
    run.looked_count += 1
    lease.renew(
        looked_count=run.looked_count,
        waits_because=words % {"count": run.looked_count},
    )
