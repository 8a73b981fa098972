"""
Make an asset's coupon at its vendor, once: write, do, write.

Whatever goes wrong between the first writing and the last, the asset is in doubt, and
an asset in doubt is only ever looked for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon, connect_coupon
from purveyor.domain.assets.queries import with_coupon
from purveyor.domain.provisioning.contract import (
    Capability,
    ProvisionRequest,
    ServiceManager,
    VendorAsset,
    VendorError,
    VendorForgotAccount,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import (
    LINK,
    AttemptKind,
    AttemptOutcome,
    LinkStatus,
)
from purveyor.domain.provisioning.models import AccountLink, Attempt, CouponObservation
from purveyor.domain.provisioning.operations.attempts import (
    close,
    close_abandoned,
    close_as_failed,
    open_attempt,
)
from purveyor.domain.provisioning.operations.doubt import (
    can_believe_absence,
    note_absence,
)
from purveyor.domain.provisioning.operations.subject import WORKER, Subject
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import fingerprint, fingerprints, mask, seal
from purveyor.kernel.work.leases import Lease

SWITCHED_OFF_WAIT = timedelta(minutes=1)
LINK_WAIT = timedelta(seconds=5)
UNDER_WAY = (LinkStatus.SYNCHRONIZING, LinkStatus.UNCLEAR)
NOT_SOLD = (
    "cancelled",
    "expired",
)  # such a coupon is found, but is not what was bought


def provision_asset(*, lease: Lease, now: datetime) -> None:
    """
    Look at one asset and do what is still to do: look for its coupon, or have it made.

    A step of the street, run by a worker under a lease. Running it twice does nothing
    twice.
    """
    asset = Asset.objects.select_related(
        "application__setup", "linked_account", "account", "order_item__order"
    ).get(pk=lease.pk)
    subject, watch = Subject(asset, lease), Stopwatch(now)
    close_abandoned(subject=subject, now=now)
    if not _is_wanted(asset):
        subject.rest()
        return
    setup = asset.application.setup
    manager = manager_for(setup)
    link = _link_of(asset)
    if subject.is_in_doubt:
        found_nothing = _look(subject, manager, link, watch)
        if not found_nothing or not note_absence(
            subject=subject, setup=setup, now=watch.now()
        ):
            return
    if _may_be_made(subject, link, now=watch.now()) and link is not None:
        _make(subject, manager, _request_for(asset, link), watch)


def _is_wanted(asset: Asset) -> bool:
    return (
        asset.state == AssetState.ACTIVE
        and not asset.has_coupon
        and asset.sync_status in {SyncStatus.PENDING, SyncStatus.UNCLEAR}
    )


def _link_of(asset: Asset) -> AccountLink | None:
    return AccountLink.objects.filter(
        account=asset.linked_account, application=asset.application
    ).first()


def _request_for(asset: Asset, link: AccountLink) -> ProvisionRequest:
    return ProvisionRequest(
        key=asset.key,
        external_account_id=link.external_id,
        external_product_id=asset.external_product_id,
        quantity=asset.quantity,
        expire_days=asset.expire_days,
        validity_days=asset.validity_days,
        label=f"{asset.order_item.order.number} {asset.account.name}"[:100],
    )


def _may_be_made(subject: Subject, link: AccountLink | None, *, now: datetime) -> bool:
    """Return whether the vendor may be asked now; if not, the asset waits or fails."""
    asset = _asset(subject)
    application = asset.application
    if not application.is_active:
        reason = _("%(application)s is switched off under Setup > Applications.")
        words = reason % {"application": application.name}
        subject.stand_still(words, until=now + SWITCHED_OFF_WAIT, now=now)
        return False
    if link is not None and link.status == LinkStatus.SYNCHRONIZED:
        return True
    names = {"account": asset.linked_account.name, "vendor": application.name}
    if link is not None and link.status in UNDER_WAY and link.parked_at is None:
        reason = _("%(account)s is being synchronized with %(vendor)s.") % names
        subject.stand_still(reason, until=now + LINK_WAIT, now=now)
        return False
    reason = (
        _(
            "%(account)s is not synchronized with %(vendor)s. Synchronize it on its "
            "account page, then press Retry, or edit and save the asset."
        )
        % names
    )
    subject.give_up(reason, now=now)
    return False


def _make(
    subject: Subject,
    manager: ServiceManager,
    request: ProvisionRequest,
    watch: Stopwatch,
) -> None:
    attempt = open_attempt(subject=subject, kind=AttemptKind.MAKE, now=watch.now())
    try:
        made = manager.provision(request)
    except VendorError as error:
        close_as_failed(subject=subject, attempt=attempt, error=error, now=watch.now())
        if isinstance(error, VendorForgotAccount):
            _lose_link(request, subject, error, now=watch.now())
        return
    close_as_made(subject=subject, attempt=attempt, made=made, now=watch.now())


@transaction.atomic(durable=True)
def close_as_made(
    *, subject: Subject, attempt: Attempt, made: VendorAsset, now: datetime
) -> None:
    """
    Connect what the vendor says it made.

    What the vendor made is never dropped. If the asset got its coupon meanwhile, from
    another worker, this one is kept as a duplicate; if the code belongs to another
    asset, a person must look. An answer may come after the attempt was closed by
    somebody else: it counts all the same.
    """
    asset = Asset.objects.select_for_update().get(pk=subject.record.pk)
    in_time = close(attempt=attempt, outcome=AttemptOutcome.MADE, now=now)
    if not in_time:
        log(asset, "late_answer", actor=WORKER, at=now, coupon=mask(made.code))
        Attempt.objects.filter(pk=attempt.pk, outcome=AttemptOutcome.UNCLEAR).update(
            outcome=AttemptOutcome.ADOPTED
        )
    if asset.coupon_hash in fingerprints(made.code):
        pass  # it was found and adopted meanwhile
    elif asset.has_coupon or asset.state != AssetState.ACTIVE:
        observe(asset=asset, seen=made, is_duplicate=True, now=now)
    elif _is_taken(asset, made):
        observe(asset=asset, seen=made, is_duplicate=False, now=now)
        if in_time:
            subject.park(_taken(made), now=now)
        return
    else:
        _connect(asset, made, how="make" if in_time else "adopt", now=now)
    if in_time:
        subject.lease.end(due_at=None)
    elif asset.attempts.filter(outcome=AttemptOutcome.OPEN).exists():
        Asset.objects.filter(pk=asset.pk).update(due_at=now)  # so that it is closed


def _is_taken(asset: Asset, seen: VendorAsset) -> bool:
    """Return whether the code belongs to another asset of this application."""
    others = with_coupon(seen.code).filter(application_id=asset.application_id)
    return others.exclude(pk=asset.pk).exists()


def _taken(seen: VendorAsset) -> str:
    reason = _(
        "The vendor named the coupon %(coupon)s, which belongs to another asset. A "
        "person must ask the vendor."
    )
    return reason % {"coupon": mask(seen.code)}


def _connect(asset: Asset, seen: VendorAsset, *, how: str, now: datetime) -> None:
    coupon = Coupon(seen.code, made_at=seen.made_at, expires_at=seen.expires_at)
    connect_coupon(asset=asset, coupon=coupon, how=how, actor=WORKER, now=now)


def _look(
    subject: Subject,
    manager: ServiceManager,
    link: AccountLink | None,
    watch: Stopwatch,
) -> bool:
    """
    Look for the coupon of an asset in doubt; return True if a look found nothing.

    A look that fails changes nothing about the doubt. False means that this visit of
    the asset is over: it was adopted, parked, or waits for the next look.
    """
    asset = _asset(subject)
    if Capability.FIND_BY_KEY not in manager.capabilities:
        reason = _(
            "The vendor cannot be asked for our reference. A person must ask the "
            "vendor whether it made %(quantity)s licenses for order %(order)s."
        )
        facts = {"quantity": asset.quantity, "order": asset.order_item.order.number}
        _park(subject, reason % facts, now=watch.now())
        return False
    try:
        found = manager.find(asset.key)
    except VendorUnavailable as error:
        _wait_in_doubt(subject, error, now=watch.now())
        return False
    if found:
        _adopt_or_park(subject, found, link, now=watch.now())
        return False
    reason = _why_absence_proves_nothing(asset, manager)
    if reason:
        _park(subject, reason, now=watch.now())
        return False
    return True


def _why_absence_proves_nothing(asset: Asset, manager: ServiceManager) -> str:
    """Return why a look that found nothing leaves the doubt for ever; empty if not."""
    named = asset.attempts.filter(outcome=AttemptOutcome.UNCLEAR).exclude(
        candidate_mask=""
    )
    candidate = named.values_list("candidate_mask", flat=True).first()
    if candidate:
        reason = _(
            "The vendor named the coupon %(coupon)s, but does not find it by our "
            "reference. A person must decide."
        )
        return reason % {"coupon": candidate}
    if not can_believe_absence(manager):
        return _(
            "The vendor shows no coupon with our reference, but that proves nothing "
            "here. A person must ask the vendor."
        )
    return ""


@transaction.atomic(durable=True)
def _wait_in_doubt(
    subject: Subject, error: VendorUnavailable, *, now: datetime
) -> None:
    if subject.has_run_out(now):
        reason = _("It could not be looked for until the due time: %(reason)s")
        subject.park(reason % {"reason": error.message}, now=now)
    else:
        subject.postpone(error, now=now)


@transaction.atomic(durable=True)
def _park(subject: Subject, reason: str, *, now: datetime) -> None:
    subject.park(reason, now=now)


@transaction.atomic(durable=True)
def _adopt_or_park(
    subject: Subject,
    found: Sequence[VendorAsset],
    link: AccountLink | None,
    *,
    now: datetime,
) -> None:
    """Adopt the coupon that was made for this asset; what does not fit, park."""
    asset = _asset(subject)
    subject.lease.renew()
    request = _request_for(asset, link) if link is not None else None
    by_age = sorted(found, key=lambda each: (each.made_at is None, each.made_at or now))
    fits = [
        each
        for each in by_age
        if request is not None and each.fits(request) and each.status not in NOT_SOLD
    ]
    chosen = fits[0] if fits else None
    if chosen is not None and _is_taken(asset, chosen):
        subject.park(_taken(chosen), now=now)
        return
    for other in by_age:
        if other is chosen:
            continue
        observe(asset=asset, seen=other, is_duplicate=chosen is not None, now=now)
    if chosen is None:
        reason = _(
            "The vendor has a coupon with our reference, but with other facts than "
            "were ordered (%(facts)s). A person must decide."
        )
        first = by_age[0]
        facts = f"{first.quantity} × {first.external_product_id}, {first.status}"
        subject.park(reason % {"facts": facts}, now=now)
        return
    asset.attempts.filter(outcome=AttemptOutcome.UNCLEAR).update(
        outcome=AttemptOutcome.ADOPTED
    )
    _connect(asset, chosen, how="adopt", now=now)
    subject.lease.end(due_at=None)


def observe(
    *, asset: Asset, seen: VendorAsset, is_duplicate: bool, now: datetime
) -> None:
    """Keep what was seen at the vendor, for reconciliation; its code is sealed."""
    CouponObservation.objects.update_or_create(
        application=asset.application,
        coupon_hash=fingerprint(seen.code),
        defaults={"last_seen_at": now, "is_duplicate": is_duplicate, "asset": asset},
        create_defaults={
            "coupon_sealed": seal(seen.code),
            "coupon_mask": mask(seen.code),
            "key": seen.key,
            "asset": asset,
            "is_duplicate": is_duplicate,
            "facts": {
                "product": seen.external_product_id,
                "quantity": seen.quantity,
                "account": seen.external_account_id,
                "status": seen.status,
            },
            "first_seen_at": now,
            "last_seen_at": now,
        },
    )
    verb = "find_duplicate" if is_duplicate else "find_other_facts"
    log(asset, verb, actor=WORKER, at=now, coupon=mask(seen.code))


@transaction.atomic(durable=True)
def _lose_link(
    request: ProvisionRequest, subject: Subject, error: VendorError, *, now: datetime
) -> None:
    """Take back the link that the vendor does not know, if it is still the same."""
    link = _link_of(_asset(subject))
    if link is None or link.external_id != request.external_account_id:
        return
    if LINK.allows(link, "lose"):
        LINK.move(link, "lose", external_id="", reason=error.message[:500])
        log(link, "lose", actor=WORKER, at=now, reason=error.message)


def _asset(subject: Subject) -> Asset:
    if not isinstance(subject.record, Asset):
        message = f"{subject.record} is not an asset."
        raise TypeError(message)
    return subject.record
