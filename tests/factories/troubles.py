"""What goes wrong at a vendor: doubts, failures of one cause, finds, silence."""

from datetime import timedelta
from typing import Any

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.contract import (
    VendorAsset,
    VendorBlocked,
    VendorError,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, LinkStatus
from purveyor.domain.provisioning.models import (
    AccountCandidate,
    AccountLink,
    Attempt,
    Breaker,
    Candidate,
    CouponObservation,
)
from purveyor.domain.provisioning.operations.breaker import note_answers
from purveyor.domain.provisioning.operations.connect import observe
from purveyor.domain.provisioning.operations.observations import keep_observation
from tests.factories.assets import a_failed_asset, a_pending_asset, fresh
from tests.factories.catalogue import an_application
from tests.factories.moments import NOON
from tests.factories.provisioning import a_setup

FOUND = "BT-FOUND-0000-0000-CASH"
TWICE = "BT-TWICE-0000-0000-CASH"


def a_doubtful_asset(
    *, cause: str = "cannot_ask", why: str = "Ask the vendor.", **fields: Any
) -> Asset:
    """Return an asset in doubt that waits for a person."""
    asset = a_pending_asset(**fields)
    Asset.objects.filter(pk=asset.pk).update(
        sync_status=SyncStatus.UNCLEAR,
        in_doubt_since=NOON,
        doubtful_call_ended_at=NOON,
        parked_at=NOON,
        due_at=None,
        cause=cause,
        waits_because=why,
    )
    an_attempt(asset=asset, outcome=AttemptOutcome.UNCLEAR)
    return fresh(asset)


def failures(*, count: int, cause: str = "rejected:invalid:product") -> list[Asset]:
    """Return assets that failed for one cause."""
    assets = [a_failed_asset() for _each in range(count)]
    pks = [asset.pk for asset in assets]
    Asset.objects.filter(pk__in=pks).update(cause=cause)
    return list(Asset.objects.filter(pk__in=pks).order_by("pk"))


def an_attempt(
    *, asset: Asset, outcome: AttemptOutcome, minutes_ago: float = 1
) -> Attempt:
    """Return an attempt that has ended."""
    return Attempt.objects.create(
        application=asset.application,
        asset=asset,
        kind="MAKE",
        outcome=outcome,
        started_at=NOON - timedelta(minutes=minutes_ago),
        ended_at=None if outcome == AttemptOutcome.OPEN else NOON,
    )


def seen_at_vendor(asset: Asset, *, code: str, key: str = "") -> VendorAsset:
    """Return a coupon as the vendor shows it, with the facts of an asset's order."""
    return VendorAsset(
        code=code,
        key=key,
        external_account_id=f"bt-{asset.linked_account.number}",
        external_product_id=asset.external_product_id,
        quantity=asset.quantity,
        status="active",
        label=f"{asset.order_item.order.number} label",
        made_at=NOON - timedelta(minutes=5),
        expires_at=NOON + timedelta(days=365),
    )


def a_candidate(*, asset: Asset, code: str = FOUND) -> Candidate:
    """Return a coupon at the vendor that may be the one made for an asset."""
    seen = seen_at_vendor(asset, code=code)
    kept = keep_observation(application=asset.application, seen=seen, now=NOON)
    return Candidate.objects.create(asset=asset, observation=kept, found_at=NOON)


def a_duplicate(*, asset: Asset, code: str = TWICE) -> CouponObservation:
    """Return a second coupon that the vendor made for an asset."""
    seen = seen_at_vendor(asset, code=code, key=asset.key)
    return observe(asset=asset, seen=seen, is_duplicate=True, now=NOON)


def an_account_candidate(*, account: Account, external_id: str) -> AccountCandidate:
    """Return an account of the vendor's with the e-mail of ours, to be decided."""
    link, _made = AccountLink.objects.get_or_create(
        account=account,
        application=an_application(),
        defaults={
            "status": LinkStatus.UNCLEAR,
            "parked_at": NOON,
            "cause": "proposal",
            "waits_because": "The vendor has an account with this e-mail already.",
        },
    )
    return AccountCandidate.objects.create(
        link=link, external_id=external_id, name="Northwind Inc.", found_at=NOON
    )


def a_silent_vendor(*, is_blocked: bool = False) -> Breaker:
    """Return the open breaker of BitTitan, which answers nothing, or refuses us."""
    application = a_setup().application
    answers: list[VendorError | None] = [
        VendorBlocked("BitTitan refused our credentials.")
        if is_blocked
        else VendorUnavailable("BitTitan did not answer.")
    ] * 5
    note_answers(application_id=application.pk, answers=answers, now=NOON)
    return Breaker.objects.get(application=application)
