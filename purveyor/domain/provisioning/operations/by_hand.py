"""
What a person decides where the vendor cannot tell: each with a reason, and journaled.

Entering a code, saying which of the coupons found is the one, saying that nothing was
made, saying what became of a coupon that was to be cancelled.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import SYNC, AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import (
    NO_DOUBT,
    Connection,
    Coupon,
    check_are_free,
    connect_coupons,
)
from purveyor.domain.provisioning.causes import Cause, Why, cause_of
from purveyor.domain.provisioning.lifecycle import (
    AttemptKind,
    AttemptOutcome,
    EntryState,
)
from purveyor.domain.provisioning.models import (
    Candidate,
    CouponEntry,
    CouponObservation,
)
from purveyor.domain.provisioning.operations.cancel import (
    checked_reason,
    end_cancelling,
    keep_redeemed,
)
from purveyor.domain.provisioning.operations.connect import (
    WAITING,
    is_own_after_all,
)
from purveyor.domain.provisioning.operations.watch import begin_watch
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import mask, open_sealed, seal
from purveyor.kernel.work.delays import give_up_at
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

CODE_MAX = 100


class NotWaiting(Refused):
    """Only an asset that waits for a coupon gets one by hand."""

    code = "provisioning.not_waiting"


class BeingAsked(Refused):
    """While a vendor is being asked, its answer comes first."""

    code = "provisioning.being_asked"


class NoSuchCode(Refused):
    """What was typed in is no coupon code."""

    code = "provisioning.no_such_code"


class NotInDoubt(Refused):
    """Only what is in doubt is settled by a person's word."""

    code = "provisioning.not_in_doubt"


class EntryUnderWay(Refused):
    """Codes are entered for one asset one after the other."""

    code = "provisioning.entry_under_way"


# ------------------------------------------------------------------ a code typed in


@transaction.atomic
def enter_coupon(
    *,
    asset: Asset,
    code: str,
    because: str,
    is_certain: bool,
    actor: str,
    now: datetime,
) -> CouponEntry:
    """
    Have a coupon code connected that a person knows; a worker asks the vendor first.

    With `is_certain` it is connected whatever the vendor says (a permission of its
    own), unless it belongs to another asset.

    :raises ReasonMissing: if no reason is given.
    :raises NoSuchCode: if it is empty, or too long.
    :raises NotWaiting: if the asset has a coupon, or is no longer active.
    :raises BeingAsked: while an attempt is open.
    :raises CouponTaken: if another asset has this coupon.
    :raises EntryUnderWay: if another code is being checked.
    """
    reason, typed = checked_reason(because), code.strip()
    if not typed or len(typed) > CODE_MAX or any(each.isspace() for each in typed):
        raise NoSuchCode(_("Type the whole coupon code, without spaces."))
    check_waits(_locked(asset))
    check_are_free([Connection(asset, Coupon(typed), "enter")])
    if asset.entries.filter(state=EntryState.CHECKING).exists():
        message = _("A code for %(asset)s is being checked. Wait until that is done.")
        raise EntryUnderWay(message % {"asset": asset.number})
    entry = CouponEntry.objects.create(
        application=asset.application,
        asset=asset,
        code_sealed=seal(typed),
        code_mask=mask(typed),
        because=reason,
        is_certain=is_certain,
        asked_by=actor,
        asked_at=now,
        due_at=now,
        give_up_at=give_up_at(now=now),
        lane=Lane.INTERACTIVE,
        waits_because=_("The vendor is asked about the code."),
    )
    facts = {"coupon": entry.code_mask, "reason": reason, "is_certain": is_certain}
    log(asset, "ask_to_enter", actor=actor, at=now, **facts)
    wake()
    return entry


def check_waits(asset: Asset) -> None:
    """
    Check that an asset, locked, can get a coupon by hand now.

    :raises NotWaiting: if it has one, or is no longer active.
    :raises BeingAsked: while an attempt is open.
    """
    if asset.has_coupon or asset.state not in WAITING:
        message = _("%(asset)s waits for no coupon.")
        raise NotWaiting(message % {"asset": asset.number})
    if asset.attempts.filter(outcome=AttemptOutcome.OPEN).exists():
        message = _(
            "The vendor is being asked for %(asset)s right now. Wait for its answer, "
            "then try again."
        )
        raise BeingAsked(message % {"asset": asset.number})


def connect_by_hand(
    *, asset: Asset, coupon: Coupon, because: str, actor: str, now: datetime
) -> None:
    """Connect a coupon by a person's word, in the caller's transaction; keep watch."""
    was_in_doubt = asset.in_doubt_since is not None
    _close_doubts(asset, AttemptOutcome.ENTERED)
    connection = Connection(asset, coupon, "enter")
    connect_coupons(connections=[connection], actor=actor, now=now)
    is_own_after_all(asset=asset, code=coupon.code)
    facts = {"reason": because, "coupon": mask(coupon.code)}
    log(asset, "decide", actor=actor, at=now, **facts)
    if was_in_doubt:
        begin_watch(asset=asset, now=now)


def _close_doubts(asset: Asset, outcome: AttemptOutcome) -> None:
    unclear = asset.attempts.filter(
        kind=AttemptKind.MAKE, outcome=AttemptOutcome.UNCLEAR
    )
    unclear.update(outcome=outcome)


# ------------------------------------------------------------------ one of those found


@transaction.atomic
def confirm_candidate(
    *, candidate: Candidate, because: str, actor: str, now: datetime
) -> None:
    """
    Connect a coupon that was found at the vendor, because a person says it is the one.

    :raises ReasonMissing: if no reason is given.
    :raises NotWaiting: if the asset has a coupon by now, or is no longer active.
    :raises BeingAsked: while an attempt is open.
    :raises CouponTaken: if another asset has this coupon by now.
    """
    adopt_observation(
        asset=candidate.asset,
        observation=candidate.observation,
        because=because,
        actor=actor,
        now=now,
    )


@transaction.atomic
def adopt_observation(
    *,
    asset: Asset,
    observation: CouponObservation,
    because: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Connect a coupon that was seen at the vendor, because a person says whose it is.

    :raises ReasonMissing: if no reason is given.
    :raises NotWaiting: if the asset has a coupon by now, or is no longer active.
    :raises BeingAsked: while an attempt is open.
    :raises CouponTaken: if another asset has this coupon by now.
    """
    reason, locked = checked_reason(because), _locked(asset)
    check_waits(locked)
    _close_doubts(locked, AttemptOutcome.ADOPTED)
    code = open_sealed(observation.coupon_sealed).reveal()
    coupon = Coupon(
        code,
        made_at=_moment(observation.facts.get("made_at")),
        expires_at=_moment(observation.facts.get("expires_at")),
    )
    connection = Connection(locked, coupon, "adopt")
    connect_coupons(connections=[connection], actor=actor, now=now)
    is_own_after_all(asset=locked, code=code)
    log(locked, "decide", actor=actor, at=now, reason=reason)
    locked.candidates.all().delete()
    begin_watch(asset=locked, now=now)


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# ------------------------------------------------------------------ nothing was made


@transaction.atomic
def settle_by_hand(*, asset: Asset, because: str, actor: str, now: datetime) -> None:
    """
    End a doubt because a person knows that nothing was made; it is made then.

    :raises ReasonMissing: if no reason is given.
    :raises NotInDoubt: if it is not in doubt.
    :raises BeingAsked: while an attempt is open.
    """
    reason, locked = checked_reason(because), _locked(asset)
    if locked.in_doubt_since is None:
        message = _("%(asset)s is not in doubt.")
        raise NotInDoubt(message % {"asset": asset.number})
    check_waits(locked)
    _close_doubts(locked, AttemptOutcome.ENTERED)
    locked.candidates.all().delete()
    why = Why(Cause.RETRIED, _("A person says that nothing was made."))
    before = locked.sync_status
    changes: dict[str, Any] = {
        **NO_DOUBT,
        **why.columns,
        "due_at": now,
        "parked_at": None,
        "tries_count": 0,
        "give_up_at": give_up_at(now=now),
        "leased_until": None,
        "lease_token": "",
        "lane": Lane.INTERACTIVE,
    }
    if locked.sync_status == SyncStatus.UNCLEAR:
        SYNC.move(locked, "settle", **changes)
    else:
        Asset.objects.filter(pk=locked.pk).update(**changes)
    log(
        locked,
        "settle",
        actor=actor,
        at=now,
        before=before,
        after=locked.sync_status,
        reason=reason,
    )
    begin_watch(asset=locked, now=now)
    wake()


@transaction.atomic
def settle_cancel_by_hand(
    *, asset: Asset, is_cancelled: bool, because: str, actor: str, now: datetime
) -> None:
    """
    Say what became of a coupon that was to be cancelled: cancelled, or redeemed.

    :raises ReasonMissing: if no reason is given.
    :raises NotInDoubt: if nobody has to say it.
    """
    reason, locked = checked_reason(because), _locked(asset)
    is_waiting = locked.state == AssetState.CANCELLING and locked.parked_at is not None
    if not is_waiting or cause_of(locked.cause) != Cause.CANCEL_UNKNOWN:
        message = _("Nobody has to say what became of %(asset)s.")
        raise NotInDoubt(message % {"asset": asset.number})
    unclear = locked.attempts.filter(
        kind=AttemptKind.CANCEL, outcome=AttemptOutcome.UNCLEAR
    )
    unclear.update(outcome=AttemptOutcome.ENTERED)
    if is_cancelled:
        end_cancelling(asset=locked, reason=reason, actor=actor, now=now)
    else:
        keep_redeemed(asset=locked, reason=reason, actor=actor, now=now)


def _locked(asset: Asset) -> Asset:
    """Return the asset as it is now, kept for this transaction."""
    related = Asset.objects.select_related("application__setup")
    return related.select_for_update(of=("self",)).get(pk=asset.pk)
