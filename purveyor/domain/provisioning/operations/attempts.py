"""
Attempts: written down before the vendor is called, closed once with what is known.

An attempt is about an asset (its coupon) or an account link (the vendor's account).
Both carry the same columns of doubt, so both go through here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import SYNC
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.contract import (
    VendorAsset,
    VendorError,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.domain.provisioning.lifecycle import LINK, AttemptKind, AttemptOutcome
from purveyor.domain.provisioning.models import AccountLink, Attempt
from purveyor.kernel.journal.operations import log
from purveyor.kernel.lifecycle import Lifecycle
from purveyor.kernel.sealed import mask, seal
from purveyor.kernel.work.delays import next_try_at
from purveyor.kernel.work.leases import Lease, LeaseLost

WORKER = "worker"
MESSAGE_MAX = 500
NO_DOUBT: dict[str, None] = {
    "in_doubt_since": None,
    "doubtful_call_ended_at": None,
    "absent_since": None,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The record an attempt is about, with the lease under which it is worked on."""

    record: Asset | AccountLink
    lease: Lease

    @property
    def lifecycle(self) -> Lifecycle:
        """Where the record stands with the vendor."""
        return SYNC if isinstance(self.record, Asset) else LINK

    @property
    def about(self) -> dict[str, Any]:
        """The column by which an attempt points at the record."""
        return {"asset" if isinstance(self.record, Asset) else "link": self.record}

    @property
    def is_in_doubt(self) -> bool:
        """Whether the vendor may have done what it was asked."""
        return self.record.in_doubt_since is not None

    def has_run_out(self, now: datetime) -> bool:
        """Whether the record was tried for as long as it may be tried by itself."""
        give_up_at = self.record.give_up_at
        return give_up_at is not None and now >= give_up_at

    def move_if_it_can(self, verb: str) -> None:
        """Make a move of the sync status where it starts from the present one."""
        if self.lifecycle.allows(self.record, verb):
            self.lifecycle.move(self.record, verb)


@transaction.atomic(durable=True)
def open_attempt(subject: Subject, kind: AttemptKind, *, now: datetime) -> Attempt:
    """
    Write the intent and the doubt together, immediately before the vendor is called.

    :raises LeaseLost: if another worker has the record, or it left the state in which
        it may be made (cancelled, connected by hand) since it was read.
    """
    subject.lease.renew(
        in_doubt_since=now, doubtful_call_ended_at=None, absent_since=None
    )
    record, field = subject.record, subject.lifecycle.field
    guard = {"pk": record.pk, field: getattr(record, field)}
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
    attempt: Attempt, outcome: AttemptOutcome, *, now: datetime, **facts: Any
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
    subject: Subject, attempt: Attempt, error: VendorError, *, now: datetime
) -> None:
    """Close an attempt that made nothing we know of, by which of the answers it was."""
    message = error.message[:MESSAGE_MAX]
    facts = {"message": message, "error_code": error.code, "facts": _plain(error.facts)}
    match error:
        case VendorRejected():
            if close(attempt, AttemptOutcome.REJECTED, now=now, **facts):
                give_up(subject, message, now=now)
        case VendorUnavailable():
            if close(attempt, AttemptOutcome.UNAVAILABLE, now=now, **facts):
                wait_for_vendor(subject, error, now=now)
        case VendorUnclear():
            facts |= _candidate(error.candidate)
            if close(attempt, AttemptOutcome.UNCLEAR, now=now, **facts):
                stay_in_doubt(subject, message, now=now)
        case _:
            raise error


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


def give_up(subject: Subject, reason: str, *, now: datetime) -> None:
    """End the work as failed, with a reason that a person can act on."""
    record = subject.record
    before = getattr(record, subject.lifecycle.field)
    subject.move_if_it_can("fail")
    subject.lease.end(
        **NO_DOUBT, due_at=None, give_up_at=None, parked_at=None, **_why(record, reason)
    )
    after = getattr(record, subject.lifecycle.field)
    log(record, "fail", actor=WORKER, at=now, before=before, after=after, reason=reason)


def wait_for_vendor(
    subject: Subject, error: VendorUnavailable, *, now: datetime
) -> None:
    """Try the make again later, or give up once it was tried for long enough."""
    if subject.has_run_out(now):
        reason = _("Tried until the due time. Last: %(reason)s") % {
            "reason": error.message
        }
        give_up(subject, reason, now=now)
        return
    postpone(subject, error, now=now, **NO_DOUBT)


def postpone(
    subject: Subject, error: VendorUnavailable, *, now: datetime, **changes: Any
) -> None:
    """Look at the record again after the delay that its tries have earned."""
    tries = subject.record.tries_count + 1
    wish = error.facts.get("retry_after_seconds")
    due_at = next_try_at(
        tries_count=tries,
        now=now,
        at_least_seconds=float(wish) if isinstance(wish, int | float) else 0,
    )
    why = _why(subject.record, error.message)
    subject.lease.end(due_at=due_at, tries_count=tries, **why, **changes)


def stay_in_doubt(subject: Subject, reason: str, *, now: datetime) -> None:
    """Write that the vendor may have done it; the next thing is a look, never a make."""
    record = subject.record
    before = getattr(record, subject.lifecycle.field)
    subject.move_if_it_can("doubt")
    due_at = next_try_at(tries_count=1, now=now)
    subject.lease.end(
        doubtful_call_ended_at=now,
        absent_since=None,
        due_at=due_at,
        tries_count=1,
        **_why(record, reason),
    )
    after = getattr(record, subject.lifecycle.field)
    log(
        record, "doubt", actor=WORKER, at=now, before=before, after=after, reason=reason
    )


def park(subject: Subject, reason: str, *, now: datetime) -> None:
    """Set the record aside until a person has looked. A doubt stays."""
    subject.move_if_it_can("doubt")
    subject.lease.end(due_at=None, parked_at=now, **_why(subject.record, reason))
    log(subject.record, "park", actor=WORKER, at=now, reason=reason)


@transaction.atomic(durable=True)
def close_abandoned(subject: Subject, *, now: datetime) -> None:
    """
    Close an attempt that a worker left open when it died: nobody knows what it did.

    The settle time starts now, because the vendor may still be at work on it.
    """
    left_open = subject.record.attempts.filter(outcome=AttemptOutcome.OPEN).first()
    if left_open is None:
        return
    subject.lease.renew()
    message = _("The worker stopped in the middle of the call.")
    closed = Attempt.objects.filter(
        pk=left_open.pk, outcome=AttemptOutcome.OPEN
    ).update(outcome=AttemptOutcome.UNCLEAR, ended_at=now, message=message)
    if closed:
        record = subject.record
        since = record.in_doubt_since or left_open.started_at
        subject.lease.renew(in_doubt_since=since, doubtful_call_ended_at=now)
        record.in_doubt_since, record.doubtful_call_ended_at = since, now
        subject.move_if_it_can("doubt")
        log(record, "take_over", actor=WORKER, at=now, reason=message)


def _why(record: Asset | AccountLink, reason: str) -> dict[str, str]:
    text = reason[:MESSAGE_MAX]
    return {
        "waits_because": text,
        **({} if isinstance(record, Asset) else {"reason": text}),
    }
