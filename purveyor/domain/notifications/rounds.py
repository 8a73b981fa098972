"""
Remind of coupons that are not redeemed: a daily round along those that expire soon.

Each rung of the ladder is said once for a coupon. Whoever is late says only the nearest
one: a rung counts as passed once any mail about the coupon was written since its day.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from purveyor.domain.assets.expiry import beginning_of, days_left, waiting
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.ladder import (
    ladder,
    nearest_rung,
    next_round_at,
)
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import (
    Message,
    Notification,
    ReminderRound,
)
from purveyor.domain.notifications.rules import reminder
from purveyor.domain.notifications.values import load_asset
from purveyor.domain.notifications.writing import columns_of_coupon
from purveyor.kernel import clock
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.leases import Lease
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

COUPONS_A_STEP = 200
WORKER = "worker"
CALM = {"tries_count": 0, "waits_because": "", "cause": ""}
AFRESH = {"seen_until": None, "seen_pk": 0}


@dataclass(slots=True)
class _Told:
    """What was written about one coupon so far."""

    occasions: set[str] = field(default_factory=set)  # of reminders
    last_at: datetime | None = None  # any mail that has not failed


def walk_round(*, lease: Lease, now: datetime) -> None:
    """
    Look at the next coupons that expire soon, and write the reminders that are due.

    A step of the street. It is due at once for as long as coupons are left, and then on
    the next morning. Where it stands is written with the reminders, so a worker that
    dies loses nothing and says nothing twice.
    """
    rungs, notification = ladder(), reminder()
    coupons: Sequence[Asset] = ()
    if rungs and notification.is_enabled:
        coupons = _next_coupons(lease.pk, first_rung=rungs[0], now=now)
    if coupons:
        _look_at(coupons, rungs, notification, lease=lease, now=now)
    if len(coupons) < COUPONS_A_STEP:
        lease.end(due_at=next_round_at(now=now), **CALM, **AFRESH)
    else:
        lease.end(due_at=now, **CALM)


def occasion_of(rung: int) -> str:
    """Return the occasion of a reminder, as its message keeps it."""
    return f"expires-{rung}"


def _next_coupons(pk: int, *, first_rung: int, now: datetime) -> list[Asset]:
    """Return the next coupons within the first rung, in the order of their expiry."""
    place = ReminderRound.objects.get(pk=pk)
    after_the_first_rung = clock.day_of(now) + timedelta(days=first_rung + 1)
    wanted = waiting(now=now) & Q(expires_at__lt=beginning_of(after_the_first_rung))
    if place.seen_until is not None:
        wanted &= Q(expires_at__gte=place.seen_until)  # where the index begins
        wanted &= Q(expires_at__gt=place.seen_until) | Q(pk__gt=place.seen_pk)
    coupons = Asset.objects.filter(wanted).order_by("expires_at", "pk")
    return list(coupons.only("pk", "coupon_hash", "expires_at")[:COUPONS_A_STEP])


@transaction.atomic(durable=True)
def _look_at(
    coupons: Sequence[Asset],
    rungs: Sequence[int],
    notification: Notification,
    *,
    lease: Lease,
    now: datetime,
) -> None:
    lease.renew(seen_until=coupons[-1].expires_at, seen_pk=coupons[-1].pk)
    told = _told(coupons, notification)
    for coupon in coupons:
        so_far = told[coupon.pk]
        rung = _due_rung(coupon, rungs, so_far, now=now)
        if rung is None:
            continue
        overtaken = [
            each
            for each in rungs
            if each > rung and occasion_of(each) not in so_far.occasions
        ]
        write_reminder(
            pk=coupon.pk,
            notification=notification,
            rung=rung,
            overtaken=overtaken,
            now=now,
        )


def _due_rung(
    coupon: Asset, rungs: Sequence[int], told: _Told, *, now: datetime
) -> int | None:
    """Return the rung that is to be said now, if there is one."""
    assert coupon.expires_at is not None  # it was found by it
    rung = nearest_rung(rungs, days=days_left(coupon.expires_at, now=now))
    if rung is None or occasion_of(rung) in told.occasions:
        return None
    rung_day = clock.day_of(coupon.expires_at) - timedelta(days=rung)
    is_said = told.last_at is not None and told.last_at >= beginning_of(rung_day)
    return None if is_said else rung


def _told(coupons: Sequence[Asset], notification: Notification) -> dict[int, _Told]:
    """Return what was written about each coupon so far, by its asset."""
    hashes = {coupon.pk: coupon.coupon_hash for coupon in coupons}
    found: dict[int, _Told] = defaultdict(_Told)
    messages = Message.objects.filter(asset__in=hashes)
    columns = ("asset_id", "coupon_hash", "notification_id", "occasion", "state")
    for pk, coupon_hash, notification_id, occasion, state, at in messages.values_list(
        *columns, "created_at"
    ):
        if coupon_hash != hashes[pk]:
            continue
        told = found[pk]
        if notification_id == notification.pk:
            told.occasions.add(occasion)
        if state != MessageState.FAILED:
            told.last_at = max(at, told.last_at or at)
    return found


@transaction.atomic
def write_reminder(
    *,
    pk: int,
    notification: Notification,
    rung: int,
    overtaken: Sequence[int],
    now: datetime,
) -> None:
    """Write the reminder of one rung, once for a coupon; a worker sends it."""
    asset = load_asset(pk)
    recipient = asset.order_item.order.recipient_email
    _message, is_new = Message.objects.get_or_create(
        notification=notification,
        asset=asset,
        coupon_hash=asset.coupon_hash,
        occasion=occasion_of(rung),
        defaults=columns_of_coupon(notification, asset, recipient=recipient, now=now)
        | {"lane": Lane.BATCH},
    )
    if is_new:
        facts = {"days_before": rung, "overtaken": [str(each) for each in overtaken]}
        log(
            asset,
            "write_reminder",
            actor=WORKER,
            at=now,
            recipient=recipient,
            **facts,
        )
        wake()
