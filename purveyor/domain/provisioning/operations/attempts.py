"""
Attempts: written down before the vendor is called, closed once with what is known.

An attempt is about an asset (its coupon) or an account link (the vendor's account).
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.contract import (
    VendorAsset,
    VendorError,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.domain.provisioning.lifecycle import AttemptKind, AttemptOutcome
from purveyor.domain.provisioning.models import Attempt
from purveyor.domain.provisioning.operations.subject import WORKER, Subject
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import mask, seal
from purveyor.kernel.work.leases import LeaseLost

MESSAGE_MAX = 500


@transaction.atomic(durable=True)
def open_attempt(*, subject: Subject, kind: AttemptKind, now: datetime) -> Attempt:
    """
    Write the intent and the doubt together, immediately before the vendor is called.

    :raises LeaseLost: if another worker has the record, or it left the state in which
        it may be made (cancelled, connected by hand) since it was read.
    """
    subject.lease.renew(
        in_doubt_since=now, doubtful_call_ended_at=None, absent_since=None
    )
    record = subject.record
    guard = {"pk": record.pk, subject.lifecycle.field: subject.status}
    if isinstance(record, Asset):
        guard |= {"state": record.state, "coupon_hash": None}
    if not type(record)._default_manager.filter(**guard).exists():
        message = f"{record} changed since it was read."
        raise LeaseLost(message)
    record.in_doubt_since = now
    return Attempt.objects.create(
        **subject.about, kind=kind, lease_token=subject.lease.token, started_at=now
    )


def close(
    *, attempt: Attempt, outcome: AttemptOutcome, now: datetime, **facts: Any
) -> bool:
    """
    Close an attempt, once; return False if somebody has closed it meanwhile.

    The guard is the UPDATE: (attempt, open, lease token). So a worker that was thought
    dead cannot overwrite what its successor has written.
    """
    mine = Attempt.objects.filter(
        pk=attempt.pk, outcome=AttemptOutcome.OPEN, lease_token=attempt.lease_token
    )
    if mine.update(outcome=outcome, ended_at=now, **facts) != 1:
        return False
    attempt.outcome, attempt.ended_at = outcome, now
    return True


@transaction.atomic(durable=True)
def close_as_failed(
    *, subject: Subject, attempt: Attempt, error: VendorError, now: datetime
) -> None:
    """Close an attempt that made nothing we know of, by which of the answers it was."""
    facts: dict[str, Any] = {
        "message": error.message[:MESSAGE_MAX],
        "error_code": error.code,
        "facts": _plain(error.facts),
    }
    if isinstance(error, VendorUnclear):
        facts |= _candidate(error.candidate)
    outcome = _outcome_of(error)
    if not close(attempt=attempt, outcome=outcome, now=now, **facts):
        return
    if _was_connected_meanwhile(subject):
        subject.lease.end(due_at=None)
        return
    match error:
        case VendorRejected():
            subject.give_up(error.message, now=now)
        case VendorUnavailable():
            subject.wait_for_vendor(error, now=now)
        case _:
            subject.stay_in_doubt(error.message, now=now)


def _was_connected_meanwhile(subject: Subject) -> bool:
    """Return whether a late answer to an earlier attempt brought the coupon."""
    connected = Asset.objects.filter(pk=subject.record.pk, coupon_hash__isnull=False)
    return isinstance(subject.record, Asset) and connected.exists()


def _outcome_of(error: VendorError) -> AttemptOutcome:
    match error:
        case VendorRejected():
            return AttemptOutcome.REJECTED
        case VendorUnavailable():
            return AttemptOutcome.UNAVAILABLE
        case _:  # whatever is neither a no nor a "not sent" may have been done
            return AttemptOutcome.UNCLEAR


def _plain(facts: dict[str, object]) -> dict[str, Any]:
    kept = (str, int, float, bool)
    return {name: value for name, value in facts.items() if isinstance(value, kept)}


def _candidate(candidate: VendorAsset | None) -> dict[str, str]:
    if candidate is None or not candidate.code:
        return {}
    return {
        "candidate_sealed": seal(candidate.code),
        "candidate_mask": mask(candidate.code),
    }


@transaction.atomic(durable=True)
def close_abandoned(*, subject: Subject, now: datetime) -> None:
    """
    Close an attempt that a worker left open when it died: nobody knows what it did.

    The settle time starts now, because the vendor may still be at work on it.
    """
    record = subject.record
    left_open = record.attempts.filter(outcome=AttemptOutcome.OPEN)
    message = _("The worker stopped in the middle of the call.")
    if not left_open.update(
        outcome=AttemptOutcome.UNCLEAR, ended_at=now, message=message
    ):
        return
    before = subject.status
    if not (isinstance(record, Asset) and record.has_coupon):
        since = record.in_doubt_since or now
        subject.lease.renew(in_doubt_since=since, doubtful_call_ended_at=now)
        record.in_doubt_since, record.doubtful_call_ended_at = since, now
        subject.move_if_it_can("doubt")
    log(
        record,
        "take_over",
        actor=WORKER,
        at=now,
        before=before,
        after=subject.status,
        reason=message,
    )
