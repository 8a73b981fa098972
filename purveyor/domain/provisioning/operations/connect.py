"""
Close an attempt as made: what the vendor made is connected, or kept, never dropped.

A coupon goes to its asset if that has none. A second one is kept as a duplicate, and
one that belongs to another asset is left to a person.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Connection, Coupon, connect_coupons
from purveyor.domain.provisioning.causes import Cause, Why
from purveyor.domain.provisioning.contract import VendorAsset
from purveyor.domain.provisioning.lifecycle import AttemptOutcome
from purveyor.domain.provisioning.models import Attempt, CouponObservation
from purveyor.domain.provisioning.operations.observations import keep_observation
from purveyor.domain.provisioning.operations.subject import WORKER, Subject
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import fingerprints, mask
from purveyor.kernel.work.combining import Combined
from purveyor.kernel.work.leases import LeaseLost

#: In these states an asset takes a coupon; one being cancelled takes it to cancel it.
WAITING = frozenset({AssetState.ACTIVE, AssetState.CANCELLING})


@dataclass(frozen=True, slots=True)
class Made:
    """What a vendor says it made in one attempt."""

    subject: Subject
    attempt: Attempt
    coupon: VendorAsset
    now: datetime


def close_as_made(
    *, subject: Subject, attempt: Attempt, made: VendorAsset, now: datetime
) -> None:
    """
    Connect what the vendor says it made.

    If the asset got its coupon meanwhile, from another worker or a person, this one is
    kept as a duplicate; if the code belongs to another asset, a person must look. An
    answer may come after the attempt was closed by somebody else: it counts all the
    same. Threads that come at once share a transaction.
    """
    _close_together(Made(subject, attempt, made, now))


@transaction.atomic(durable=True)
def _close_all(every: list[Made]) -> list[None]:
    pks = {made.subject.record.pk for made in every}
    locked = Asset.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    assets = {asset.pk: asset for asset in locked}
    in_time = _close_attempts(every)
    holders = _holders_of([made.coupon for made in every])
    connections: list[Connection] = []
    left: list[Made] = []
    for made in every:
        asset = assets[made.subject.record.pk]
        if _can_be_connected(made, asset, connections, holders):
            how = "make" if made.attempt.pk in in_time else "adopt"
            connections.append(Connection(asset, as_coupon(made.coupon), how))
        else:
            left.append(made)
    connect_coupons(connections=connections, actor=WORKER, now=every[-1].now)
    for made in left:
        asset = assets[made.subject.record.pk]
        _keep(made, asset, is_taken=_is_held(made.coupon, asset, holders))
    for made in every:
        if made.attempt.pk not in in_time:
            _note_late_answer(made, assets[made.subject.record.pk])
        elif made in left:
            made.subject.lease.end(due_at=None)  # unless it was parked just now
    return [None] * len(every)


_close_together = Combined(_close_all)


def _close_attempts(every: Sequence[Made]) -> set[int]:
    """Close the attempts that are still open, and return which those were."""
    tokens = {made.attempt.pk: made.attempt.lease_token for made in every}
    attempts = Attempt.objects.select_for_update().filter(
        pk__in=tokens, outcome=AttemptOutcome.OPEN
    )
    mine = {
        pk
        for pk, token in attempts.order_by("pk").values_list("pk", "lease_token")
        if token == tokens[pk]
    }
    if mine:
        ended_at = max(made.now for made in every)
        Attempt.objects.filter(pk__in=mine).update(
            outcome=AttemptOutcome.MADE, ended_at=ended_at
        )
    return mine


Holders = dict[tuple[int, str], int]


def _holders_of(coupons: Sequence[VendorAsset]) -> Holders:
    """Return which asset holds a coupon, by application and hash of its code."""
    hashes = [each for coupon in coupons for each in fingerprints(coupon.code)]
    held = Asset.objects.filter(coupon_hash__in=hashes).values_list(
        "application_id", "coupon_hash", "pk"
    )
    return {(application, str(value)): pk for application, value, pk in held}


def _is_held(coupon: VendorAsset, asset: Asset, holders: Holders) -> bool:
    names = [(asset.application_id, each) for each in fingerprints(coupon.code)]
    return any(holders.get(name, asset.pk) != asset.pk for name in names)


def _can_be_connected(
    made: Made, asset: Asset, connections: Sequence[Connection], holders: Holders
) -> bool:
    """Return whether an asset waits for this coupon, and nobody else has it."""
    waits = asset.state in WAITING
    is_served = asset.has_coupon or any(each.asset is asset for each in connections)
    is_named_twice = any(each.coupon.code == made.coupon.code for each in connections)
    is_free = not is_named_twice and not _is_held(made.coupon, asset, holders)
    return waits and not is_served and is_free


def _keep(made: Made, asset: Asset, *, is_taken: bool) -> None:
    """Keep a coupon that its asset cannot take: a duplicate, or another one's."""
    if asset.coupon_hash in fingerprints(made.coupon.code):
        return  # it was found and adopted meanwhile
    waits = not asset.has_coupon and asset.state in WAITING
    observe(
        asset=asset,
        seen=made.coupon,
        is_duplicate=not (waits and is_taken),
        now=made.now,
    )
    if waits:
        with suppress(LeaseLost):  # then another worker judges
            made.subject.park(taken(made.coupon), now=made.now)


def _note_late_answer(made: Made, asset: Asset) -> None:
    """Write that an answer came late, and what its attempt turned out to be."""
    log(asset, "late_answer", actor=WORKER, at=made.now, coupon=mask(made.coupon.code))
    if asset.coupon_hash in fingerprints(made.coupon.code):
        is_own_after_all(asset=asset, code=made.coupon.code)
    Attempt.objects.filter(pk=made.attempt.pk, outcome=AttemptOutcome.UNCLEAR).update(
        outcome=AttemptOutcome.ADOPTED
    )
    if asset.attempts.filter(outcome=AttemptOutcome.OPEN).exists():
        Asset.objects.filter(pk=asset.pk).update(due_at=made.now)  # to be closed


def as_coupon(seen: VendorAsset) -> Coupon:
    """Return a coupon as an asset takes it."""
    return Coupon(seen.code, made_at=seen.made_at, expires_at=seen.expires_at)


def is_taken(*, asset: Asset, seen: VendorAsset) -> bool:
    """Return whether the code belongs to another asset of this application."""
    return _is_held(seen, asset, _holders_of([seen]))


def taken(seen: VendorAsset) -> Why:
    """Return why an asset waits whose coupon belongs to another one."""
    words = _(
        "The vendor named the coupon %(coupon)s, which belongs to another asset. A "
        "person must ask the vendor."
    )
    return Why(Cause.TAKEN, words % {"coupon": mask(seen.code)})


def observe(
    *, asset: Asset, seen: VendorAsset, is_duplicate: bool, now: datetime
) -> CouponObservation:
    """Keep a coupon that bears an asset's reference and is not the asset's own."""
    kept = keep_observation(application=asset.application, seen=seen, now=now)
    kept.asset, kept.is_duplicate = asset, is_duplicate
    kept.save(update_fields=["asset", "is_duplicate"])
    verb = "find_duplicate" if is_duplicate else "find_other_facts"
    log(asset, verb, actor=WORKER, at=now, coupon=mask(seen.code))
    return kept


def is_own_after_all(*, asset: Asset, code: str) -> None:
    """Show a coupon no longer as a duplicate that its asset has now."""
    CouponObservation.objects.filter(
        application=asset.application_id,
        coupon_hash__in=fingerprints(code),
        is_duplicate=True,
    ).update(is_duplicate=False)
