"""
One cause, one button: failures of one cause are mended and tried again together.

A run tries one of them, then ten, then the rest in larger waves. It goes on only when
all of a wave have their coupon. The first that fails again stops it, and what was not
tried by then is taken back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import mend_asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.lifecycle import RUN, RunState
from purveyor.domain.provisioning.models import RetriedAsset, RetryRun
from purveyor.domain.provisioning.operations.asks import NothingToRetry, retry_asset
from purveyor.domain.provisioning.operations.subject import WORKER
from purveyor.domain.provisioning.queries import failed_of
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import line, log, log_all
from purveyor.kernel.work.leases import Lease, free
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

WAVES = (1, 10)  # and then the rest, in waves of
WAVE_MAX = 100
LOOK_SECONDS = 2
MENDED_MAX = 1_000


class NoSuchGroup(Refused):
    """Nothing has failed for this cause, or not any more."""

    code = "provisioning.no_such_group"


class RunsAlready(Refused):
    """A group is tried again once at a time."""

    code = "provisioning.runs_already"


@transaction.atomic
def retry_group(
    *, application: Application, group: str, actor: str, now: datetime
) -> RetryRun:
    """
    Try all that failed for one cause again: one, then ten, then the rest.

    :raises NoSuchGroup: if nothing has failed for it any more.
    :raises RunsAlready: if it is being tried again now.
    """
    count = failed_of(application=application, group=group).count()
    if not count:
        raise NoSuchGroup(_("Nothing has failed for this cause any more."))
    try:
        with transaction.atomic():
            run = RetryRun.objects.create(
                application=application,
                group=group,
                total_count=count,
                asked_by=actor,
                asked_at=now,
                due_at=now,
                lane=Lane.INTERACTIVE,
                waits_because=_("The first one is about to be tried."),
            )
    except IntegrityError as error:
        message = _("These failures are being tried again already.")
        raise RunsAlready(message) from error
    log(application, "retry_group", actor=actor, at=now, count=count, cause=group)
    wake()
    return run


@transaction.atomic
def mend_group(
    *,
    application: Application,
    group: str,
    changes: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> int:
    """
    Correct what is sent to the vendor for all that failed for one cause.

    Return how many were corrected: at most so many at a time as are read at once. Those
    that are as wanted already are left alone, so pressing again goes on with the rest.

    :raises NoSuchGroup: if nothing of it is left to be corrected.
    :raises NotMendable: for all that `mend_asset` refuses; then none is corrected.
    """
    failed = failed_of(application=application, group=group)
    wrong = failed.exclude(**changes) if changes else failed
    assets = list(wrong.order_by("pk")[:MENDED_MAX])
    if not assets:
        raise NoSuchGroup(_("Nothing is left to be corrected for this cause."))
    for asset in assets:
        mend_asset(asset=asset, changes=changes, actor=actor, now=now)
    return len(assets)


@transaction.atomic
def stop_run(*, run: RetryRun, actor: str, now: datetime) -> None:
    """
    Stop a run; what it has not tried yet stays failed.

    :raises MoveRefused: if it has ended.
    """
    taken_back = _take_back(run, now=now)
    words = _("Stopped by a person; %(count)d were taken back before they were tried.")
    _end(run, "stop", words % {"count": taken_back}, actor=actor, now=now)


def walk_run(*, lease: Lease, now: datetime) -> None:
    """
    Look how a run goes, and begin its next wave when all of the last one are made.

    A step of the street, run by a worker under a lease.
    """
    run = RetryRun.objects.select_related("application").get(pk=lease.pk)
    if run.state == RunState.RUNNING:
        _walk(run, lease, now=now)
    lease.end()


@transaction.atomic(durable=True)
def _walk(run: RetryRun, lease: Lease, *, now: datetime) -> None:
    lease.renew()
    tried = Asset.objects.filter(
        pk__in=run.retried.values("asset"), state=AssetState.ACTIVE
    )
    relapsed = _first_relapse(tried)
    waiting_count = tried.filter(coupon_hash__isnull=True).count()
    if relapsed is not None:
        taken_back = _take_back(run, now=now)
        words = _(
            "%(asset)s failed again: %(reason)s %(count)d were taken back before they "
            "were tried."
        )
        facts = {"asset": relapsed.number, "reason": relapsed.waits_because}
        reason = words % {**facts, "count": taken_back}
        _end(run, "relapse", reason, actor=WORKER, now=now)
    elif waiting_count:
        words = _("%(count)d of this wave are not made yet.")
        _look_again(run, words % {"count": waiting_count}, now=now)
    else:
        _begin_wave(run, now=now)


def _first_relapse(tried: Any) -> Asset | None:
    """Return an asset of a run that a person must look at again, if there is one."""
    failed = tried.filter(sync_status=SyncStatus.FAILED).order_by("pk").first()
    parked = tried.filter(parked_at__isnull=False).order_by("pk").first()
    found: Asset | None = failed or parked
    return found


def _begin_wave(run: RetryRun, *, now: datetime) -> None:
    size = WAVES[run.wave] if run.wave < len(WAVES) else WAVE_MAX
    left = failed_of(application=run.application, group=run.group)
    untried = left.exclude(pk__in=run.retried.values("asset"))
    wave = list(untried.order_by("pk")[:size])
    if not wave:
        done = _("All %(count)d are made.") % {"count": run.retried.count()}
        _end(run, "finish", done, actor=WORKER, now=now)
        return
    lane = Lane.INTERACTIVE if run.wave < len(WAVES) else Lane.BATCH
    number = run.wave + 1
    for asset in wave:
        _try(run, asset, number, lane, now=now)
    words = _("Wave %(number)d: %(count)d are tried.")
    reason = words % {"number": number, "count": len(wave)}
    _look_again(run, reason, now=now, wave=number)


def _try(run: RetryRun, asset: Asset, wave: int, lane: Lane, *, now: datetime) -> None:
    try:
        with transaction.atomic():
            retry_asset(asset=asset, actor=run.asked_by, now=now, lane=lane)
    except NothingToRetry:
        pass  # somebody was quicker; it counts as tried all the same
    RetriedAsset.objects.create(run=run, asset=asset, wave=wave)


def _look_again(run: RetryRun, reason: str, *, now: datetime, **changes: int) -> None:
    due_at = now + timedelta(seconds=LOOK_SECONDS)
    RetryRun.objects.filter(pk=run.pk).update(
        due_at=due_at, waits_because=reason[:500], **changes
    )


def _take_back(run: RetryRun, *, now: datetime) -> int:
    """Take back what was not tried yet; return how many. It stays in its group."""
    waiting = Asset.objects.filter(
        free(),
        pk__in=run.retried.filter(wave=run.wave).values("asset"),
        sync_status=SyncStatus.PENDING,
        cause=Cause.RETRIED,
        in_doubt_since__isnull=True,
    )
    assets: Sequence[Asset] = list(waiting.select_for_update().order_by("pk"))
    reason = _("Taken back before it was tried: others of its group failed again.")
    Asset.objects.filter(pk__in=[asset.pk for asset in assets]).update(
        sync_status=SyncStatus.FAILED,
        due_at=None,
        give_up_at=None,
        waits_because=reason,
        cause=run.group,
    )
    log_all(line(a, "take_back", actor=WORKER, at=now, reason=reason) for a in assets)
    return len(assets)


def _end(run: RetryRun, verb: str, reason: str, *, actor: str, now: datetime) -> None:
    RUN.move(run, verb, ended_at=now, due_at=None, waits_because=reason[:500])
    facts = {"reason": reason, "cause": run.group, "tried": run.retried.count()}
    log(run.application, f"{verb}_run", actor=actor, at=now, **facts)
