"""The ladder of reminders: on how many days before its expiry a coupon is told of."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.expiry import beginning_of
from purveyor.domain.notifications.models import (
    DAYS_BEFORE_MAX,
    ReminderRound,
    Rung,
)
from purveyor.domain.notifications.reminder import FIRST_LADDER
from purveyor.domain.notifications.rules import reminder
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log

RUNGS_MAX = 10
ROUND_HOUR = 8  # in the morning, where the distributor works
THE_ROUND = 1


class BadLadder(Refused):
    """A ladder of reminders has a few rungs, each a number of days."""

    code = "notifications.bad_ladder"


def ladder() -> tuple[int, ...]:
    """Return the rungs as days before the expiry, the first one to come first."""
    days = Rung.objects.order_by("-days_before").values_list("days_before", flat=True)
    return tuple(days[:RUNGS_MAX])


def nearest_rung(rungs: Iterable[int], *, days: int) -> int | None:
    """Return the rung that was passed last by a coupon with so many days left."""
    return min((rung for rung in rungs if rung >= days), default=None)


def told_ladder(rungs: Iterable[int]) -> str:
    """Return a ladder as people write it."""
    return ", ".join(str(rung) for rung in rungs)


def read_ladder(text: str) -> tuple[int, ...]:
    """
    Return the ladder that a person has written, for instance “30, 14, 3”.

    :raises BadLadder: if it holds anything but whole numbers.
    """
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    wrong = [part for part in parts if not re.fullmatch(r"[0-9]{1,9}", part)]
    if wrong:
        words = _("“%s” is no whole number of days. Write for instance: 30, 14, 3.")
        raise BadLadder(words % wrong[0][:20])
    return tuple(sorted({int(part) for part in parts}, reverse=True))


@transaction.atomic
def establish_ladder(*, now: datetime) -> None:
    """Begin the daily rounds with the first ladder; an edited one stays as it is."""
    beginning = {"due_at": next_round_at(now=now)}
    _round, is_new = ReminderRound.objects.get_or_create(
        pk=THE_ROUND, defaults=beginning
    )
    if is_new:
        _put_rungs(FIRST_LADDER)


@transaction.atomic
def edit_ladder(*, rungs: Iterable[int], actor: str, now: datetime) -> None:
    """
    Change on how many days before its expiry a coupon is told of.

    It holds from the next round on. An empty ladder reminds nobody.

    :raises BadLadder: if there are too many rungs, or one is out of bounds.
    """
    wanted = tuple(sorted(set(rungs), reverse=True))
    _check(wanted)
    before = ladder()
    if wanted == before:
        return
    Rung.objects.exclude(days_before__in=wanted).delete()
    _put_rungs(wanted)
    log(
        reminder(),
        "edit_ladder",
        actor=actor,
        at=now,
        before=told_ladder(before),
        after=told_ladder(wanted) or _("nobody is reminded"),
    )


def next_round_at(*, now: datetime) -> datetime:
    """Return the next morning's hour: mails to customers leave at a decent time."""
    today = clock.day_of(now)
    morning = beginning_of(today, hour=ROUND_HOUR)
    if now < morning:
        return morning
    return beginning_of(today + timedelta(days=1), hour=ROUND_HOUR)


def _put_rungs(days: Iterable[int]) -> None:
    rungs = [Rung(days_before=each) for each in days]
    Rung.objects.bulk_create(rungs, ignore_conflicts=True)


def _check(rungs: tuple[int, ...]) -> None:
    if len(rungs) > RUNGS_MAX:
        words = _("A ladder has at most %(most)d rungs; this one has %(count)d.")
        facts = {"most": RUNGS_MAX, "count": len(rungs)}
        raise BadLadder(words % facts, **facts)
    for rung in rungs:
        if not 1 <= rung <= DAYS_BEFORE_MAX:
            words = _(
                "A reminder goes out from 1 to %(most)d days before; not %(rung)d."
            )
            raise BadLadder(words % {"most": DAYS_BEFORE_MAX, "rung": rung})
