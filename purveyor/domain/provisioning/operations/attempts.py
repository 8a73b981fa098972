"""
Attempts: written down before the vendor is called, closed once with what is known.

An attempt is about an asset (its coupon) or an account link (the vendor's account).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import NO_DOUBT
from purveyor.domain.provisioning.causes import Cause, Why, why_of
from purveyor.domain.provisioning.contract import (
    VendorAsset,
    VendorError,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.domain.provisioning.lifecycle import AttemptKind, AttemptOutcome
from purveyor.domain.provisioning.models import AccountLink, Attempt
from purveyor.domain.provisioning.operations.subject import WORKER, Subject
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import mask, seal
from purveyor.kernel.work.combining import Combined
from purveyor.kernel.work.leases import LeaseLost

MESSAGE_MAX = 500
COMPARE_AFTER = timedelta(
    minutes=10
)  # what was doubtful has settled by then, as a rule


@dataclass(frozen=True, slots=True)
class Intent:
    """
    What is about to be asked of a vendor, about which record, and when.

    Shape: `asked` holds the vendor's names of what is asked for, and no secret.
    """

    subject: Subject
    kind: AttemptKind
    now: datetime
    asked: Mapping[str, Any] = field(default_factory=dict)


def open_attempt(
    *,
    subject: Subject,
    kind: AttemptKind,
    now: datetime,
    asked: Mapping[str, Any] | None = None,
) -> Attempt:
    """
    Write the intent and the doubt together, immediately before the vendor is called.

    The lease starts afresh by this. Threads that come at once share a transaction.

    :raises LeaseLost: if another worker has the record, or it left the state in which
        it may be asked for (cancelled, connected by hand) since it was read.
    """
    attempt = _open_together(Intent(subject, kind, now, asked or {}))
    if attempt is None:
        message = f"{subject.record} changed since it was read."
        raise LeaseLost(message)
    return attempt


@transaction.atomic(durable=True)
def _open_all(intents: list[Intent]) -> list[Attempt | None]:
    """Return an attempt per intent; None where the record is no longer as it was."""
    good = {
        id(each) for model in (Asset, AccountLink) for each in _held(model, intents)
    }
    kept = [each for each in intents if id(each) in good]
    _begin_doubt([each for each in kept if each.kind != AttemptKind.CANCEL])
    _renew([each for each in kept if each.kind == AttemptKind.CANCEL])
    opened = iter(
        Attempt.objects.bulk_create(
            Attempt(
                **each.subject.about,
                application_id=each.subject.record.application_id,
                kind=each.kind,
                lease_token=each.subject.lease.token,
                started_at=each.now,
                asked=dict(each.asked),
            )
            for each in kept
        )
    )
    return [next(opened) if id(each) in good else None for each in intents]


_open_together = Combined(_open_all)


def _held(
    model: type[Asset] | type[AccountLink], intents: list[Intent]
) -> Iterator[Intent]:
    """Yield the intents of a kind of record whose record is as it was read; lock it."""
    mine = {
        each.subject.record.pk: each
        for each in intents
        if isinstance(each.subject.record, model)
    }
    if not mine:
        return
    locked = model._default_manager.select_for_update().filter(pk__in=mine)
    as_is = locked.order_by("pk").values_list("pk", "lease_token", *_STATE[model])
    for pk, token, *state in as_is:
        subject = mine[pk].subject
        as_read = [getattr(subject.record, name) for name in _STATE[model]]
        if token == subject.lease.token and state == as_read:
            yield mine[pk]


#: What must not have changed since a record was read, for it to be asked for.
_STATE: dict[type[Asset] | type[AccountLink], tuple[str, ...]] = {
    Asset: ("sync_status", "state", "coupon_hash"),
    AccountLink: ("status",),
}


def _begin_doubt(intents: list[Intent]) -> None:
    """Write that from here on nobody knows what the vendor has made."""
    if intents:
        since = max(each.now for each in intents)
        _renew(intents, **{**NO_DOUBT, "in_doubt_since": since})
        for each in intents:
            each.subject.record.in_doubt_since = since


def _renew(intents: list[Intent], **changes: datetime | None) -> None:
    until = Now() + timedelta(seconds=settings.PURVEYOR_LEASE_SECONDS)
    for model in (Asset, AccountLink):
        pks = [e.subject.record.pk for e in intents if e.subject.lease.model is model]
        if pks:
            records = model._default_manager.filter(pk__in=pks)
            records.update(leased_until=until, **changes)


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
    outcome = outcome_of(error)
    if not close(attempt=attempt, outcome=outcome, now=now, **facts_of(error)):
        return
    if _was_connected_meanwhile(subject):
        subject.lease.end(due_at=None)
        return
    match error:
        case VendorRejected():
            subject.give_up(why_of(error), now=now)
            _have_compared(subject, now=now)
        case VendorUnavailable():
            subject.wait_for_vendor(error, now=now)
        case _:
            subject.stay_in_doubt(why_of(error), now=now)
            _have_compared(subject, now=now)


def _have_compared(subject: Subject, *, now: datetime) -> None:
    """Have the account of an asset compared with the vendor, once that has settled."""
    record = subject.record
    if not isinstance(record, Asset):
        return
    links = AccountLink.objects.filter(
        account=record.linked_account_id,
        application=record.application_id,
        application__setup__lists=True,
        compare_due_at__isnull=True,
    )
    links.update(compare_due_at=now + COMPARE_AFTER)


def _was_connected_meanwhile(subject: Subject) -> bool:
    """Return whether a late answer to an earlier attempt brought the coupon."""
    connected = Asset.objects.filter(pk=subject.record.pk, coupon_hash__isnull=False)
    return isinstance(subject.record, Asset) and connected.exists()


def facts_of(error: VendorError) -> dict[str, Any]:
    """Return what an attempt keeps of an answer: no secret, and a candidate sealed."""
    facts: dict[str, Any] = {
        "message": error.message[:MESSAGE_MAX],
        "error_code": error.code,
        "facts": _plain(error.facts),
    }
    if isinstance(error, VendorUnclear):
        facts |= _candidate(error.candidate)
    return facts


def outcome_of(error: VendorError) -> AttemptOutcome:
    """Return how an attempt ends by an answer that is no success."""
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
        since, why = record.in_doubt_since or now, Why(Cause.ABANDONED, message)
        subject.lease.renew(
            in_doubt_since=since, doubtful_call_ended_at=now, **why.columns
        )
        record.in_doubt_since, record.doubtful_call_ended_at = since, now
        subject.move_if_it_can("doubt")
        _have_compared(subject, now=now)
    log(
        record,
        "take_over",
        actor=WORKER,
        at=now,
        before=before,
        after=subject.status,
        reason=message,
    )
