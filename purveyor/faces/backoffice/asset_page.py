"""What the page of an asset shows besides its form, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.queries import MessageRow, messages_of
from purveyor.domain.provisioning.lifecycle import AttemptKind, AttemptOutcome
from purveyor.faces.backoffice.display import page_of, status_badge
from purveyor.faces.backoffice.order_page import (
    LOOK,
    LOOKS_MAX,
    is_expected_soon,
    looks_of,
)
from purveyor.faces.backoffice.sync_words import sync_badge
from purveyor.flows.execution.outcome import (
    Delivery,
    ExecutionRow,
    delivery_of,
    execution_rows,
)

ATTEMPTS_MAX = 50


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try at the vendor as a page shows it."""

    started_at: datetime
    ended_at: datetime | None
    kind: AttemptKind
    outcome: AttemptOutcome
    message: str
    candidate: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """How an asset stands with its vendor, and whether the page looks again."""

    asset: Asset
    badge: SafeString
    delivery: Delivery
    attempts: tuple[AttemptRow, ...]
    next_look: str
    has_just_arrived: bool  # the coupon came while the page was looking


@dataclass(frozen=True, slots=True)
class AssetPage:
    """Everything on the page of one asset."""

    asset: Asset
    state_badge: SafeString
    account_url: str
    order_url: str
    status: StatusPage
    execution: ExecutionRow | None
    mails: tuple[MessageRow, ...]
    may_see_mails: bool


def asset_page(asset: Asset, request: HttpRequest) -> AssetPage:
    """Return what the page of an asset shows to a person."""
    order = asset.order_item.order
    may_see_mails = request.user.has_perm("notifications.view_message")
    executions = execution_rows(order)
    return AssetPage(
        asset=asset,
        state_badge=status_badge(asset, "state"),
        account_url=page_of(asset.account),
        order_url=page_of(order),
        status=status_page(asset, request.GET),
        execution=next(
            (e for e in executions if e.execution_id == asset.execution_id), None
        ),
        mails=messages_of(asset) if may_see_mails else (),
        may_see_mails=may_see_mails,
    )


def status_page(asset: Asset, query: Mapping[str, str]) -> StatusPage:
    """Return how an asset stands, and where to look again in a second."""
    delivery = delivery_of(asset)
    look = looks_of(query)
    goes_on = look < LOOKS_MAX and is_expected_soon(delivery)
    address = reverse("bss:assets_asset_status", args=[asset.pk])
    return StatusPage(
        asset=asset,
        badge=sync_badge(asset),
        delivery=delivery,
        attempts=_attempts_of(asset),
        next_look=f"{address}?{LOOK}={look + 1}" if goes_on else "",
        has_just_arrived=look > 0 and delivery.status == SyncStatus.SYNCHRONIZED,
    )


def _attempts_of(asset: Asset) -> tuple[AttemptRow, ...]:
    return tuple(
        AttemptRow(
            started_at=attempt.started_at,
            ended_at=attempt.ended_at,
            kind=AttemptKind(attempt.kind),
            outcome=AttemptOutcome(attempt.outcome),
            message=attempt.message,
            candidate=attempt.candidate_mask,
        )
        for attempt in asset.attempts.order_by("-started_at", "-id")[:ATTEMPTS_MAX]
    )
