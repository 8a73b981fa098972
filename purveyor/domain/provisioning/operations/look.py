"""
Look for the coupon of an asset in doubt: by our reference, else in the listing.

What is found by our reference is adopted. What only resembles the order is proposed to
a person. If the vendor can tell nothing, a person asks it, in words we put ready.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Connection, connect_coupons
from purveyor.domain.assets.queries import with_coupon
from purveyor.domain.provisioning.causes import Cause, Why
from purveyor.domain.provisioning.contract import (
    Capability,
    VendorAsset,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import AttemptKind, AttemptOutcome
from purveyor.domain.provisioning.models import Candidate
from purveyor.domain.provisioning.operations.connect import (
    as_coupon,
    is_own_after_all,
    is_taken,
    observe,
    taken,
)
from purveyor.domain.provisioning.operations.doubt import (
    can_believe_absence,
    note_absence,
)
from purveyor.domain.provisioning.operations.gate import gate_of
from purveyor.domain.provisioning.operations.observations import keep_observation
from purveyor.domain.provisioning.operations.subject import WORKER
from purveyor.domain.provisioning.operations.visit import Visit
from purveyor.domain.provisioning.queries import question_about

NOT_SOLD = ("cancelled", "expired")  # found, but not what was bought
CANDIDATES_MAX = 20
CLOCKS_DIFFER = timedelta(minutes=5)  # the vendor's clock and ours


def settle_doubt(visit: Visit) -> bool:
    """
    Look for what may have been made; return whether it is certain that nothing was.

    A look that fails changes nothing about the doubt. False means that this visit is
    over: the coupon was adopted or proposed, the asset is parked, or waits for the next
    look.

    :raises GateClosed: if nobody asks this vendor now.
    """
    capabilities = visit.manager.capabilities
    if Capability.FIND_BY_KEY in capabilities:
        return _look_by_reference(visit)
    if Capability.LIST in capabilities:
        _look_in_listing(visit)
        return False
    _park(visit, Why(Cause.CANNOT_ASK, _to_be_asked(visit)))
    return False


# ------------------------------------------------------------------ by our reference


def _look_by_reference(visit: Visit) -> bool:
    try:
        found = visit.read(lambda: visit.manager.find(visit.asset.key))
    except VendorUnavailable as error:
        _wait_in_doubt(visit, error)
        return False
    if found:
        _adopt_or_park(visit, found)
        return False
    return note_absence(
        subject=visit.subject,
        setup=visit.setup,
        now=visit.now(),
        unproven=_why_absence_proves_nothing(visit),
    )


def _why_absence_proves_nothing(visit: Visit) -> Why | None:
    """Return why looks that find nothing leave the doubt for ever; None if not."""
    named = visit.asset.attempts.filter(
        kind=AttemptKind.MAKE, outcome=AttemptOutcome.UNCLEAR
    ).exclude(candidate_mask="")
    candidate = named.values_list("candidate_mask", flat=True).first()
    if candidate:
        words = _(
            "The vendor named the coupon %(coupon)s, but does not find it by our "
            "reference. A person must decide."
        )
        return Why(Cause.NAMED, words % {"coupon": candidate})
    if not can_believe_absence(visit.manager):
        words = _("The vendor shows no coupon with our reference; that proves nothing.")
        return Why(Cause.UNPROVEN, f"{words} {_to_be_asked(visit)}")
    return None


@transaction.atomic(durable=True)
def _adopt_or_park(visit: Visit, found: Sequence[VendorAsset]) -> None:
    """Adopt the coupon that was made for this asset; what does not fit, park."""
    asset, now, subject = visit.asset, visit.now(), visit.subject
    subject.lease.renew()
    asset.refresh_from_db(fields=["state"])  # to be cancelled, by now?
    by_age = sorted(found, key=lambda each: (each.made_at is None, each.made_at or now))
    fits = [e for e in by_age if _is_what_was_asked(visit, e)]
    chosen = fits[0] if fits else None
    if chosen is not None and is_taken(asset=asset, seen=chosen):
        subject.park(taken(chosen), now=now)
        return
    for other in by_age:
        if other is not chosen:
            observe(asset=asset, seen=other, is_duplicate=chosen is not None, now=now)
    if chosen is None:
        subject.park(_has_other_facts(by_age[0]), now=now)
        return
    adopt(asset=asset, seen=chosen, actor=WORKER, now=now)


def _is_what_was_asked(visit: Visit, seen: VendorAsset) -> bool:
    """
    Return whether a coupon is what this asset was made with, and was not taken back.

    Under which account it was asked for stands in the attempts: the link may be lost or
    another one by now.
    """
    attempts = visit.asset.attempts.filter(kind=AttemptKind.MAKE)
    asked_for = attempts.values_list("asked", flat=True)
    accounts = {asked.get("account") for asked in asked_for}
    request = replace(visit.request(), external_account_id=seen.external_account_id)
    has_account = seen.external_account_id in accounts | {visit.external_account_id}
    return has_account and seen.fits(request) and seen.status not in NOT_SOLD


def _has_other_facts(seen: VendorAsset) -> Why:
    words = _(
        "The vendor has a coupon with our reference, but with other facts than were "
        "ordered (%(facts)s). A person must decide."
    )
    facts = f"{seen.quantity} × {seen.external_product_id}, {seen.status}"
    return Why(Cause.OTHER_FACTS, words % {"facts": facts})


def adopt(*, asset: Asset, seen: VendorAsset, actor: str, now: datetime) -> None:
    """Connect a coupon that was found at the vendor, in the caller's transaction."""
    asset.attempts.filter(kind=AttemptKind.MAKE, outcome=AttemptOutcome.UNCLEAR).update(
        outcome=AttemptOutcome.ADOPTED
    )
    connection = Connection(asset, as_coupon(seen), "adopt")
    connect_coupons(connections=[connection], actor=actor, now=now)
    is_own_after_all(asset=asset, code=seen.code)


# ------------------------------------------------------------------ in the listing


def _look_in_listing(visit: Visit) -> None:
    try:
        candidates = visit.read(lambda: _candidates(visit))
    except VendorUnavailable as error:
        _wait_in_doubt(visit, error)
        return
    if candidates:
        _propose(visit, candidates)
        return
    words = _("None of the coupons that the vendor lists can be it.")
    nothing = Why(Cause.NONE_LISTED, f"{words} {_to_be_asked(visit)}")
    note_absence(
        subject=visit.subject, setup=visit.setup, now=visit.now(), unproven=nothing
    )


def _candidates(visit: Visit) -> list[VendorAsset]:
    """Return the listed coupons that may have been made for an asset, once each."""
    found: dict[str, VendorAsset] = {}
    for seen in _listed(visit):
        if may_be_for(visit=visit, seen=seen):
            found[seen.code] = seen
        if len(found) >= CANDIDATES_MAX:
            break
    return [seen for seen in found.values() if not with_coupon(seen.code).exists()]


def _listed(visit: Visit) -> Iterator[VendorAsset]:
    """Yield what the vendor lists; each page is a question of its own."""
    gate, page = gate_of(visit.asset.application_id), ""
    for seen, cursor in visit.manager.list_assets():
        yield seen
        if cursor is not None and cursor != page:
            page = cursor
            visit.lease.renew()
            gate.step()


def may_be_for(*, visit: Visit, seen: VendorAsset) -> bool:
    """
    Return whether a listed coupon may be the one that was made for an asset.

    Shape:  it must have the account, the product and the quantity that were asked for,
            bear our reference or none, our label or none, and be as young as our first
            try.
    Source: design, section 5.
    """
    request = visit.request()
    has_facts = (seen.external_account_id, seen.external_product_id, seen.quantity) == (
        request.external_account_id,
        request.external_product_id,
        request.quantity,
    )
    bears_ours = seen.key in {"", request.key} and seen.label in {"", request.label}
    return (
        has_facts
        and bears_ours
        and seen.status not in NOT_SOLD
        and (seen.made_at is None or seen.made_at >= _first_try_at(visit))
    )


def _first_try_at(visit: Visit) -> datetime:
    attempts = visit.asset.attempts.filter(kind=AttemptKind.MAKE)
    first = attempts.order_by("started_at").values_list("started_at", flat=True).first()
    return (first or visit.now()) - CLOCKS_DIFFER


@transaction.atomic(durable=True)
def _propose(visit: Visit, candidates: Sequence[VendorAsset]) -> None:
    """Keep what may be the coupon, and have a person say which it is."""
    asset, now = visit.asset, visit.now()
    visit.lease.renew()
    asset.candidates.all().delete()
    for seen in candidates:
        kept = keep_observation(application=asset.application, seen=seen, now=now)
        Candidate.objects.create(asset=asset, observation=kept, found_at=now)
    if len(candidates) == 1:
        words = _("One coupon at the vendor may be the one that was made for it.")
        visit.subject.park(Why(Cause.PROPOSAL, words), now=now)
        return
    words = _("%(count)s coupons at the vendor may be the one that was made for it.")
    why = Why(Cause.SEVERAL, words % {"count": len(candidates)})
    visit.subject.park(why, now=now)


# ------------------------------------------------------------------ what else may come


def _to_be_asked(visit: Visit) -> str:
    """Return what a person has to do, with the exact question for the vendor."""
    question = question_about(asset=visit.asset, link=visit.link)
    return _("Ask the vendor: “%(question)s”") % {"question": question}


@transaction.atomic(durable=True)
def _wait_in_doubt(visit: Visit, error: VendorUnavailable) -> None:
    now = visit.now()
    if visit.subject.has_run_out(now):
        words = _("It could not be looked for until the due time: %(reason)s")
        why = Why(Cause.UNCERTAIN, words % {"reason": error.message})
        visit.subject.park(why, now=now)
        return
    visit.subject.postpone(error, now=now)


@transaction.atomic(durable=True)
def _park(visit: Visit, why: Why) -> None:
    visit.subject.park(why, now=visit.now())
