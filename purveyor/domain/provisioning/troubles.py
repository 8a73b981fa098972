"""What operations look at: failures by cause, their retries, duplicates, silence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import BreakerState, RunState
from purveyor.domain.provisioning.models import Breaker, CouponObservation, RetryRun

COUNT_MAX = 1_000
GROUPS_MAX = 50
RUNS_MAX = 10
RECENT = timedelta(days=1)
DUPLICATES_MAX = 20


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Assets of one application that failed for one cause."""

    application_id: int
    application: str
    cause: str
    count: int
    bought_on: date  # the oldest of them: so long a customer has waited
    example: str
    is_running: bool  # it is being tried again now


@dataclass(frozen=True, slots=True)
class RunRow:
    """How the retry of a group of failures goes, or how it ended."""

    run_id: int
    application: str
    cause: str
    state: RunState
    wave: int
    made_count: int
    tried_count: int
    total_count: int
    reason: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.state == RunState.RUNNING


def failure_groups(*, limit: int = GROUPS_MAX) -> tuple[FailureGroup, ...]:
    """Return the failed assets in groups of one cause, the largest first."""
    failed = Asset.objects.filter(
        sync_status=SyncStatus.FAILED, state=AssetState.ACTIVE
    )
    running = RetryRun.objects.filter(
        application=OuterRef("application"),
        group=OuterRef("cause"),
        state=RunState.RUNNING,
    )
    groups = list(
        failed.values("application", "application__name", "cause")
        .annotate(
            count=Count("pk"),
            bought_on=Min("purchase_date"),
            newest=Max("pk"),
            is_running=Exists(running),
        )
        .order_by("-count", "application", "cause")[:limit]
    )
    examples = dict(
        Asset.objects.filter(pk__in=[row["newest"] for row in groups]).values_list(
            "pk", "waits_because"
        )
    )
    return tuple(
        FailureGroup(
            application_id=row["application"],
            application=row["application__name"],
            cause=row["cause"],
            count=row["count"],
            bought_on=row["bought_on"],
            example=examples.get(row["newest"], ""),
            is_running=row["is_running"],
        )
        for row in groups
    )


def shown_runs(*, now: datetime, limit: int = RUNS_MAX) -> tuple[RunRow, ...]:
    """Return the retries that are running, then those that ended within a day."""
    is_shown = Q(state=RunState.RUNNING) | Q(ended_at__gte=now - RECENT)
    has_coupon = Q(retried__asset__coupon_hash__isnull=False)
    runs = (
        RetryRun.objects.filter(is_shown)
        .select_related("application")
        .annotate(
            tried_count=Count("retried"), made_count=Count("retried", filter=has_coupon)
        )
        .order_by("-due_at", "-asked_at", "-id")
    )
    return tuple(_rows_of(sorted(runs[:limit], key=_is_over)))


def _is_over(run: RetryRun) -> bool:
    return run.state != RunState.RUNNING


def _rows_of(runs: list[RetryRun]) -> Iterator[RunRow]:
    for run in runs:
        yield RunRow(
            run_id=run.pk,
            application=run.application.name,
            cause=run.group,
            state=RunState(run.state),
            wave=run.wave,
            made_count=vars(run)["made_count"],
            tried_count=vars(run)["tried_count"],
            total_count=max(run.total_count, vars(run)["tried_count"]),
            reason=run.waits_because,
            asked_by=run.asked_by,
            asked_at=run.asked_at,
            ended_at=run.ended_at,
        )


def newest_duplicates(*, limit: int = DUPLICATES_MAX) -> list[CouponObservation]:
    """Return coupons that a vendor has made twice, newest first, with their assets."""
    twice = CouponObservation.objects.filter(is_duplicate=True, asset__isnull=False)
    related = ("asset__account", "application")
    return list(twice.select_related(*related).order_by("-first_seen_at")[:limit])


def waits_for_a_person() -> Q:
    """Return the condition for assets that were set aside until a person decides."""
    unsettled = Q(sync_status=SyncStatus.UNCLEAR, state=AssetState.ACTIVE)
    return (unsettled | Q(state=AssetState.CANCELLING)) & Q(parked_at__isnull=False)


def count_waiting_for_a_person(*, limit: int = COUNT_MAX) -> int:
    """Return how many assets wait for a person's decision, at most a limit."""
    return Asset.objects.filter(waits_for_a_person()).order_by()[:limit].count()


def silent_vendors() -> list[Breaker]:
    """Return the breakers that are open, with their applications."""
    silent = Breaker.objects.filter(state=BreakerState.OPEN)
    return list(silent.select_related("application").order_by("application__name"))


def active_applications() -> list[Application]:
    """Return the applications that sell, with their settings and their breakers."""
    active = Application.objects.filter(is_active=True, setup__isnull=False)
    return list(active.select_related("setup", "breaker").order_by("name"))
