"""
Doubt: what a negative look is worth, and when.

Doubt ends only by knowledge. That the vendor does not know our reference is knowledge
only some time after the doubtful call ended (the vendor may still be working), if a
second look agrees, and if the vendor's look-up is immediate and finds spent things too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.operations import NO_DOUBT
from purveyor.domain.provisioning.causes import Cause, Why
from purveyor.domain.provisioning.contract import Capability, ServiceManager
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.domain.provisioning.operations.subject import WORKER, Subject
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.delays import next_try_at


@dataclass(frozen=True, slots=True)
class Absence:
    """What a look that found nothing means: believed, or look again at a moment."""

    is_believed: bool
    look_again_at: datetime | None = None
    is_first_that_counts: bool = False


def weigh_absence(
    *,
    call_ended_at: datetime,
    absent_since: datetime | None,
    settle_seconds: int,
    second_look_seconds: int,
    now: datetime,
) -> Absence:
    """
    Return what a look that found nothing is worth now.

    Shape:  `absent_since` is the first look that counted and found nothing, if any.
    Units:  seconds; the moments are aware.
    Errors: none.
    Source: design, section 5: after the settle time, and a second look at least 60 s
            later that agrees.
    """
    counts_from = call_ended_at + timedelta(seconds=settle_seconds)
    if now < counts_from:
        return Absence(is_believed=False, look_again_at=counts_from)
    second_look = timedelta(seconds=second_look_seconds)
    if absent_since is None:
        return Absence(
            is_believed=False,
            look_again_at=now + second_look,
            is_first_that_counts=True,
        )
    if now < absent_since + second_look:
        return Absence(is_believed=False, look_again_at=absent_since + second_look)
    return Absence(is_believed=True)


def can_believe_absence(manager: ServiceManager) -> bool:
    """Return whether this vendor's “not there” can ever be believed."""
    wanted = {Capability.FIND_BY_KEY, Capability.FIND_SPENT}
    return wanted <= manager.capabilities


@transaction.atomic(durable=True)
def note_absence(
    *,
    subject: Subject,
    setup: ServiceManagerSetup,
    now: datetime,
    unproven: Why | None = None,
) -> bool:
    """
    Write that a look found nothing; return whether the doubt is settled by it.

    Until then the record looks again by itself, first soon, last when it counts. With
    `unproven` such looks never settle it: once they are late enough, it is parked.
    """
    record = subject.record
    ended_at = record.doubtful_call_ended_at or record.in_doubt_since
    if ended_at is None:
        message = f"{record} is not in doubt."
        raise AssertionError(message)
    absence = weigh_absence(
        call_ended_at=ended_at,
        absent_since=record.absent_since,
        settle_seconds=setup.settle_seconds,
        second_look_seconds=setup.second_look_seconds,
        now=now,
    )
    if absence.is_believed and unproven is None:
        _settle(subject, now=now)
        return True
    if absence.is_believed and unproven is not None:
        subject.park(unproven, now=now)
    elif subject.has_run_out(now):
        words = _("It is still not certain. A person must decide.")
        subject.park(Why(Cause.UNCERTAIN, words), now=now)
    else:
        _look_again(subject, absence, now=now)
    return False


def _settle(subject: Subject, *, now: datetime) -> None:
    record = subject.record
    subject.lease.renew(**NO_DOUBT, tries_count=0)
    for name in NO_DOUBT:
        setattr(record, name, None)
    record.tries_count = 0
    subject.move_if_it_can("settle")
    log(record, "settle", actor=WORKER, at=now, reason="two looks found nothing")


def _look_again(subject: Subject, absence: Absence, *, now: datetime) -> None:
    tries = subject.record.tries_count + 1
    due_at = next_try_at(tries_count=tries, now=now)
    if absence.look_again_at is not None:
        due_at = (
            absence.look_again_at
            if absence.is_first_that_counts
            else min(due_at, absence.look_again_at)
        )
    first = {"absent_since": now} if absence.is_first_that_counts else {}
    words = _("The vendor does not show it yet. It is looked for again.")
    why = Why(Cause.NOT_SEEN, words)
    subject.look_again(why, at=due_at, tries_count=tries, **first)
