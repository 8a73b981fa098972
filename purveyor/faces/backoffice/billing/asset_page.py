"""What the page of an asset shows besides its form, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.causes import Cause, cause_of
from purveyor.domain.provisioning.lifecycle import (
    AttemptKind,
    AttemptOutcome,
    EntryState,
)
from purveyor.domain.provisioning.models import CouponEntry, CouponObservation
from purveyor.faces.backoffice.billing.asset_findings import FoundAbout, findings_of
from purveyor.faces.backoffice.frame.badges import sync_badge
from purveyor.faces.backoffice.frame.display import TONES, page_of, status_badge
from purveyor.faces.backoffice.frame.looks import (
    LOOKS_MAX,
    address_of_look,
    is_expected_soon,
    looks_of,
)
from purveyor.flows.execution.outcome import (
    Delivery,
    ExecutionRow,
    delivery_of,
    execution_rows,
)

ATTEMPTS_MAX = 50
FOUND_MAX = 20
MAY_SEE_FINDINGS = "reconciliation.view_finding"


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
class FoundRow:
    """A coupon that was found at the vendor: perhaps ours, or one too many."""

    mask: str
    product: str
    quantity: str
    label: str
    status: str
    made_at: datetime | None
    has_our_reference: bool
    is_duplicate: bool
    seen_at: datetime
    confirm_url: str = ""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """The newest coupon code that was typed in, never the code."""

    state: EntryState
    mask: str
    reason: str
    asked_by: str
    asked_at: datetime

    @property
    def is_checking(self) -> bool:
        """Whether the vendor is still being asked."""
        return self.state == EntryState.CHECKING

    @property
    def is_refused(self) -> bool:
        """Whether it was not connected."""
        return self.state == EntryState.REFUSED


@dataclass(frozen=True, slots=True)
class StatusPage:
    """How an asset stands with its vendor, and whether the page looks again."""

    asset: Asset
    badge: SafeString
    tone: str
    delivery: Delivery
    attempts: tuple[AttemptRow, ...]
    candidates: tuple[FoundRow, ...]
    others: tuple[FoundRow, ...]
    entry: EntryRow | None
    kept_because: str  # why it could not be cancelled
    next_look: str
    has_just_arrived: bool  # the coupon came while the page was looking

    @property
    def awaits_mails(self) -> bool:
        """Whether mails are written soon: once the coupon is there."""
        return bool(self.next_look) or self.delivery.is_word_due


@dataclass(frozen=True, slots=True)
class AssetPage:
    """Everything on the page of one asset."""

    asset: Asset
    state_badge: SafeString
    account_url: str
    order_url: str
    status: StatusPage
    execution: ExecutionRow | None
    findings: tuple[FoundAbout, ...]


def asset_page(asset: Asset, request: HttpRequest) -> AssetPage:
    """Return what the page of an asset shows to a person."""
    order = asset.order_item.order
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
        findings=(
            findings_of(asset) if request.user.has_perm(MAY_SEE_FINDINGS) else ()
        ),
    )


def status_page(asset: Asset, query: Mapping[str, str]) -> StatusPage:
    """Return how an asset stands, and where to look again in a second."""
    delivery, entry = delivery_of(asset), _entry_of(asset)
    look = looks_of(query)
    is_checking = entry is not None and entry.is_checking
    goes_on = look < LOOKS_MAX and (is_checking or is_expected_soon(delivery))
    was_kept = cause_of(asset.cause) == Cause.CANCEL_REFUSED
    address = reverse("bss:assets_asset_status", args=[asset.pk])
    return StatusPage(
        asset=asset,
        badge=sync_badge(asset),
        tone=_tone_of(asset),
        delivery=delivery,
        attempts=_attempts_of(asset),
        candidates=_candidates_of(asset),
        others=_others_of(asset),
        entry=entry,
        kept_because=asset.waits_because if was_kept else "",
        next_look=address_of_look(address, look=look, goes_on=goes_on),
        has_just_arrived=look > 0 and delivery.status == SyncStatus.SYNCHRONIZED,
    )


def _tone_of(asset: Asset) -> str:
    """Return how the explanation looks: red needs a person, orange needs care."""
    is_cancelling = asset.state == AssetState.CANCELLING
    return TONES.get(asset.state if is_cancelling else asset.sync_status, "")


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


def _entry_of(asset: Asset) -> EntryRow | None:
    if asset.has_coupon:
        return None
    entry: CouponEntry | None = asset.entries.order_by("-asked_at", "-id").first()
    if entry is None or entry.state == EntryState.CONNECTED:
        return None
    return EntryRow(
        state=EntryState(entry.state),
        mask=entry.code_mask,
        reason=entry.waits_because,
        asked_by=entry.asked_by,
        asked_at=entry.asked_at,
    )


def _candidates_of(asset: Asset) -> tuple[FoundRow, ...]:
    """Return the coupons that may be the one; a person says which."""
    if asset.has_coupon:
        return ()
    found = asset.candidates.select_related("observation").order_by("pk")
    return tuple(
        _found_row(
            each.observation,
            asset,
            confirm_url=reverse("bss:confirm_candidate", args=[each.pk]),
        )
        for each in found[:FOUND_MAX]
    )


def _others_of(asset: Asset) -> tuple[FoundRow, ...]:
    """Return the coupons with the asset's reference that are not its own."""
    seen = asset.observations.order_by("-first_seen_at", "-id")
    return tuple(
        _found_row(each, asset)
        for each in seen[:FOUND_MAX]
        if each.is_duplicate or not asset.has_coupon
    )


def _found_row(
    seen: CouponObservation, asset: Asset, *, confirm_url: str = ""
) -> FoundRow:
    facts: Mapping[str, object] = seen.facts
    made_at = str(facts.get("made_at") or "")
    return FoundRow(
        mask=seen.coupon_mask,
        product=str(facts.get("product") or ""),
        quantity=str(facts.get("quantity") or ""),
        label=str(facts.get("label") or ""),
        status=str(facts.get("status") or ""),
        made_at=datetime.fromisoformat(made_at) if made_at else None,
        has_our_reference=seen.key == asset.key,
        is_duplicate=seen.is_duplicate,
        seen_at=seen.last_seen_at,
        confirm_url=confirm_url,
    )
