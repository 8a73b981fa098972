"""
Cancel an asset: stop what was not made, and have the vendor take back what was.

A cancellation has attempts and doubts of its own. Asking twice to cancel one coupon
costs nothing, so a doubt is looked into by its code and then asked again; but a coupon
that the vendor no longer knows may be redeemed, and then a person must find out.
Nothing is credited by any of this.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import ASSET, AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import NO_WORK
from purveyor.domain.provisioning.causes import Cause, Why, why_of
from purveyor.domain.provisioning.contract import (
    Capability,
    VendorAsset,
    VendorError,
    VendorRedeemed,
    VendorRejected,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import AttemptKind, AttemptOutcome
from purveyor.domain.provisioning.models import Attempt
from purveyor.domain.provisioning.operations.attempts import (
    close,
    facts_of,
    outcome_of,
)
from purveyor.domain.provisioning.operations.calls import Deed, write_and_do
from purveyor.domain.provisioning.operations.subject import WORKER
from purveyor.domain.provisioning.operations.visit import Visit
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.delays import give_up_at, next_try_at
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

REASON_MAX = 300


class NotCancellable(Refused):
    """What the vendor cannot take back, or what is no longer active, stays."""

    code = "provisioning.not_cancellable"


class ReasonMissing(Refused):
    """A decision about somebody's property needs a reason."""

    code = "provisioning.reason_missing"


@transaction.atomic
def ask_to_cancel(*, asset: Asset, because: str, actor: str, now: datetime) -> None:
    """
    Have an asset cancelled; a worker does it.

    What was not made yet is never made. What is in doubt is looked for first, then
    cancelled. Nobody is credited by this.

    :raises ReasonMissing: if no reason is given.
    :raises NotCancellable: if the vendor does not take coupons back.
    :raises MoveRefused: if the asset is no longer active.
    """
    reason = checked_reason(because)
    capabilities = manager_for(asset.application.setup).capabilities
    now_held = Asset.objects.select_for_update().get(pk=asset.pk).has_coupon
    if now_held and Capability.CANCEL not in capabilities:
        message = _("%(vendor)s does not take back a coupon. Ask it, and note it here.")
        raise NotCancellable(message % {"vendor": asset.application.name})
    why = Why(Cause.CANCEL_ASKED, _("It is to be cancelled."))
    ASSET.move(
        asset,
        "ask_to_cancel",
        due_at=now,
        give_up_at=give_up_at(now=now),
        parked_at=None,
        tries_count=0,
        lane=Lane.INTERACTIVE,
        welcome_due_at=None,
        **why.columns,
    )
    log(
        asset,
        "ask_to_cancel",
        actor=actor,
        at=now,
        before=AssetState.ACTIVE,
        after=asset.state,
        reason=reason,
    )
    wake()


def checked_reason(because: str) -> str:
    """
    Return a reason in one line.

    :raises ReasonMissing: if there is none.
    """
    reason = " ".join(because.split())[:REASON_MAX]
    if not reason:
        raise ReasonMissing(_("Say why."))
    return reason


def cancel_at_vendor(visit: Visit) -> None:
    """
    Do what is next for an asset that is being cancelled and is not in doubt.

    :raises GateClosed: if nobody asks this vendor now.
    """
    if not visit.asset.has_coupon:
        _cancel_what_was_not_made(visit)
    elif _is_cancel_in_doubt(visit.asset):
        _look_by_code(visit)
    else:
        _cancel(visit)


@transaction.atomic(durable=True)
def _cancel_what_was_not_made(visit: Visit) -> None:
    """
    End it here, unless a late answer has brought a coupon meanwhile.

    :raises LeaseLost: then; it is cancelled at the vendor by the next visit.
    """
    visit.lease.renew()
    words, now = _("Nothing was made."), visit.now()
    end_cancelling(asset=visit.asset, reason=words, actor=WORKER, now=now)


def _is_cancel_in_doubt(asset: Asset) -> bool:
    attempts = asset.attempts.filter(kind=AttemptKind.CANCEL).order_by("-id")
    last = attempts.values_list("outcome", flat=True).first()
    return last == AttemptOutcome.UNCLEAR


def _cancel(visit: Visit) -> None:
    """Write the attempt, have the vendor cancel it, write what it answered."""
    code = visit.asset.coupon_code
    deed = Deed(AttemptKind.CANCEL, lambda: visit.manager.cancel(code.reveal()))
    called = write_and_do(
        subject=visit.subject, lane=visit.asset.lane, deed=deed, watch=visit.watch
    )
    _close(visit, called.attempt, called.error)
    visit.tell(called.error)


@transaction.atomic(durable=True)
def _close(visit: Visit, attempt: Attempt, error: VendorError | None) -> None:
    """Write what the vendor answered to a cancellation. A late answer counts too."""
    now = visit.now()
    if error is None:
        _close_as_done(visit, attempt, now=now)
        return
    outcome = outcome_of(error)
    if not close(attempt=attempt, outcome=outcome, now=now, **facts_of(error)):
        return
    match error:
        case VendorRedeemed():
            keep_redeemed(
                asset=visit.asset, reason=error.message, actor=WORKER, now=now
            )
        case VendorRejected():
            keep(asset=visit.asset, reason=error.message, actor=WORKER, now=now)
        case VendorUnavailable():
            _wait(visit, error, now=now)
        case _:
            _doubt(visit, why_of(error), now=now)


def _close_as_done(visit: Visit, attempt: Attempt, *, now: datetime) -> None:
    asset = Asset.objects.select_for_update().get(pk=visit.asset.pk)
    if not close(attempt=attempt, outcome=AttemptOutcome.MADE, now=now):
        late = Attempt.objects.filter(pk=attempt.pk, outcome=AttemptOutcome.UNCLEAR)
        late.update(outcome=AttemptOutcome.ADOPTED)
    if asset.state == AssetState.CANCELLING:
        end_cancelling(
            asset=asset, reason=_("The vendor cancelled it."), actor=WORKER, now=now
        )


def _wait(visit: Visit, error: VendorUnavailable, *, now: datetime) -> None:
    if visit.subject.has_run_out(now):
        _give_up(visit, error.message, now=now)
        return
    visit.subject.postpone(error, now=now)


def _give_up(visit: Visit, reason: str, *, now: datetime) -> None:
    """Leave it to a person what the vendor could not be brought to do in time."""
    words = _("It could not be cancelled until the due time: %(reason)s")
    why = Why(Cause.CANCEL_UNKNOWN, words % {"reason": reason})
    visit.subject.park(why, now=now)


def _doubt(visit: Visit, why: Why, *, now: datetime) -> None:
    if visit.subject.has_run_out(now):
        _give_up(visit, why.text, now=now)
        return
    told = Why(Cause.CANCEL_UNCLEAR, why.text)
    due_at = next_try_at(tries_count=visit.asset.tries_count + 1, now=now)
    tries_count = visit.asset.tries_count + 1
    visit.subject.look_again(told, at=due_at, tries_count=tries_count)
    log(visit.asset, "doubt_cancel", actor=WORKER, at=now, reason=why.text)


def _look_by_code(visit: Visit) -> None:
    """Look what became of a coupon whose cancellation was not answered."""
    code = visit.asset.coupon_code
    if Capability.FIND_BY_CODE not in visit.manager.capabilities:
        _leave_to_a_person(visit)
        return
    try:
        seen = visit.read(lambda: visit.manager.get(code.reveal()))
    except VendorUnavailable as error:
        _wait(visit, error, now=visit.now())
        return
    if seen is not None and seen.status == "active":
        _cancel(visit)  # asking twice cancels one coupon once
    else:
        _write_fate(visit, seen)


@transaction.atomic(durable=True)
def _write_fate(visit: Visit, seen: VendorAsset | None) -> None:
    asset, now = visit.asset, visit.now()
    match seen.status if seen is not None else "":
        case "cancelled":
            end_cancelling(
                asset=asset,
                reason=_("The vendor shows it cancelled."),
                actor=WORKER,
                now=now,
            )
        case "redeemed":
            words = _("It was redeemed, so the vendor keeps it.")
            keep_redeemed(asset=asset, reason=words, actor=WORKER, now=now)
        case _:
            _leave_to_a_person(visit)


def _leave_to_a_person(visit: Visit) -> None:
    words = _(
        "The vendor does not know the coupon %(coupon)s any more: it is cancelled, or "
        "it was redeemed. Ask the vendor which."
    )
    why = Why(Cause.CANCEL_UNKNOWN, words % {"coupon": visit.asset.coupon_mask})
    visit.subject.park(why, now=visit.now())


def end_cancelling(*, asset: Asset, reason: str, actor: str, now: datetime) -> None:
    """Write that an asset is cancelled; nothing is left to do then."""
    ASSET.move(asset, "cancel", due_at=None, welcome_due_at=None, **NO_WORK)
    log(
        asset,
        "cancel",
        actor=actor,
        at=now,
        before=AssetState.CANCELLING,
        after=asset.state,
        reason=reason,
    )


def keep(*, asset: Asset, reason: str, actor: str, now: datetime) -> None:
    """
    Leave an asset to its account, because it could not be cancelled.

    Its account is told of the coupon, if it was not yet.
    """
    left: dict[str, Any] = {**NO_WORK, **Why(Cause.CANCEL_REFUSED, reason).columns}
    ASSET.move(asset, "keep", due_at=None, welcome_due_at=now, **left)
    log(
        asset,
        "keep",
        actor=actor,
        at=now,
        before=AssetState.CANCELLING,
        after=asset.state,
        reason=reason,
    )


def keep_redeemed(*, asset: Asset, reason: str, actor: str, now: datetime) -> None:
    """Leave an asset to its account, because its coupon was redeemed."""
    keep(asset=asset, reason=reason, actor=actor, now=now)
    ASSET.advance(asset, "redeem", actor=actor, at=now)
