"""
The circuit breaker: a vendor that is down makes everything wait, and nothing fail.

It opens after some failures in a row, or at once when the vendor refuses our
credentials. While it is open nobody asks the vendor, but for one read now and then; the
first answer closes it, and the time to give up moves on by as long as it was open.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.causes import Cause, why_of
from purveyor.domain.provisioning.contract import (
    VendorBlocked,
    VendorError,
    VendorRejected,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import BREAKER, BreakerState
from purveyor.domain.provisioning.models import (
    AccountLink,
    Breaker,
    CouponEntry,
    ServiceManagerSetup,
    Watch,
)
from purveyor.domain.provisioning.operations.subject import WORKER
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.leases import Lease
from purveyor.kernel.work.tasks import wake

ITS_OWN_DOUBTS = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
WAITING_FOR_VENDORS = (Asset, AccountLink, CouponEntry, Watch)
WAITED_FOR_VENDOR = (Cause.UNAVAILABLE, Cause.BLOCKED, Cause.BUSY, Cause.LOOK_FAILED)


@transaction.atomic
def note_answers(
    *, application_id: int, answers: Sequence[VendorError | None], now: datetime
) -> None:
    """
    Count what a vendor answered; open its breaker, or close it.

    Shape:  `answers` in the order in which they came: an error, or None for a good one.
            A refusal is a good answer: the vendor is there.
    """
    failures = [e for e in answers if e is not None and is_failure(e)]
    if not failures:
        _note_success(application_id)
        return
    breaker = locked_breaker(application_id)
    in_a_row = _failures_at_the_end(answers)
    is_unbroken = in_a_row == len(answers)
    breaker.failures_count = in_a_row + (breaker.failures_count if is_unbroken else 0)
    breaker.save(update_fields=["failures_count"])
    last = failures[-1]
    _pause(breaker, last, now=now)
    if breaker.state == BreakerState.CLOSED and _is_too_much(breaker, last):
        _open(breaker, last, now=now)


def is_failure(answer: VendorError | None) -> bool:
    """
    Return whether an answer says that the vendor does not work; a no does not.

    Nor does a doubt that the vendor has put into its own words: that it does not know a
    coupon (404), or that something is in the way (409).
    """
    if answer is None or isinstance(answer, VendorRejected):
        return False
    is_its_own_word = bool(answer.facts.get("vendor_code"))
    return not (is_its_own_word and answer.facts.get("status") in ITS_OWN_DOUBTS)


def _failures_at_the_end(answers: Sequence[VendorError | None]) -> int:
    count = 0
    for answer in reversed(answers):
        if not is_failure(answer):
            break
        count += 1
    return count


def _note_success(application_id: int) -> None:
    troubled = Breaker.objects.filter(application=application_id)
    troubled.filter(state=BreakerState.CLOSED, failures_count__gt=0).update(
        failures_count=0
    )


def _is_too_much(breaker: Breaker, error: VendorError) -> bool:
    if isinstance(error, VendorBlocked):
        return True
    setup = ServiceManagerSetup.objects.filter(application=breaker.application_id)
    limit = setup.values_list("breaker_failures", flat=True).first()
    return limit is not None and breaker.failures_count >= limit


def _pause(breaker: Breaker, error: VendorError, *, now: datetime) -> None:
    """Leave the vendor alone for as long as it asked for (Retry-After)."""
    wish = error.facts.get("retry_after_seconds")
    if not isinstance(error, VendorUnavailable) or not isinstance(wish, int | float):
        return
    until = now + timedelta(seconds=float(wish))
    if breaker.paused_until is None or breaker.paused_until < until:
        breaker.paused_until = until
        breaker.save(update_fields=["paused_until"])


def _open(breaker: Breaker, error: VendorError, *, now: datetime) -> None:
    BREAKER.move(
        breaker,
        "open",
        opened_at=now,
        is_blocked=isinstance(error, VendorBlocked),
        tries_count=0,
        due_at=_next_probe_at(tries_count=1, now=now),
        **why_of(error).columns,
    )
    application = Application.objects.get(pk=breaker.application_id)
    log(application, "open_breaker", actor=WORKER, at=now, reason=error.message)


def _next_probe_at(*, tries_count: int, now: datetime) -> datetime:
    delays = settings.PURVEYOR_PROBE_DELAYS
    return now + timedelta(seconds=delays[min(tries_count, len(delays)) - 1])


def probe_vendor(*, lease: Lease, now: datetime) -> None:
    """
    Ask a vendor that did not answer whether it does again; a read, never a purchase.

    A step of the street, run by one worker under a lease.
    """
    breaker = Breaker.objects.select_related("application__setup").get(pk=lease.pk)
    if breaker.state != BreakerState.OPEN:
        lease.end(due_at=None)
        return
    watch = Stopwatch(now)
    try:
        manager_for(breaker.application.setup).check()
    except VendorError as error:
        _stay_open(breaker, error, lease, now=watch.now())
        return
    close_breaker(application=breaker.application, actor=WORKER, now=watch.now())
    lease.end()


def _stay_open(
    breaker: Breaker, error: VendorError, lease: Lease, *, now: datetime
) -> None:
    tries = breaker.tries_count + 1
    lease.end(
        tries_count=tries,
        due_at=_next_probe_at(tries_count=tries + 1, now=now),
        is_blocked=isinstance(error, VendorBlocked),
        **why_of(error).columns,
    )


def probe_soon(*, application_id: int, now: datetime) -> None:
    """Have a vendor that does not answer asked now: a person wants to know."""
    silent = Breaker.objects.filter(
        application=application_id, state=BreakerState.OPEN, due_at__gt=now
    )
    silent.update(due_at=now)


@transaction.atomic
def close_breaker(*, application: Application, actor: str, now: datetime) -> None:
    """
    Ask a vendor again, because it answers; what waited for it is due now.

    The time to give up moves on by as long as nobody asked. A breaker that is closed
    stays so.
    """
    breaker = locked_breaker(application.pk)
    if breaker.state != BreakerState.OPEN or breaker.opened_at is None:
        return
    stood_still = now - breaker.opened_at
    BREAKER.move(
        breaker,
        "close",
        failures_count=0,
        opened_at=None,
        is_blocked=False,
        paused_until=None,
        due_at=None,
        tries_count=0,
        waits_because="",
        cause="",
    )
    for model in WAITING_FOR_VENDORS:
        waiting = model._default_manager.filter(
            application=application, due_at__isnull=False
        )
        waiting.update(give_up_at=F("give_up_at") + stood_still)
        held_up = waiting.filter(cause__in=WAITED_FOR_VENDOR, due_at__gt=now)
        held_up.update(due_at=now, tries_count=0)
    reason = _("It was not asked for %(minutes)d minutes.")
    minutes = round(stood_still.total_seconds() / 60)
    log(
        application,
        "close_breaker",
        actor=actor,
        at=now,
        reason=reason % {"minutes": minutes},
    )
    wake()


def establish_breaker(*, application: Application) -> None:
    """Create the breaker of an application, if it has none."""
    Breaker.objects.get_or_create(application=application)


def locked_breaker(application_id: int) -> Breaker:
    """Return the breaker of an application, locked in the caller's transaction."""
    Breaker.objects.get_or_create(application_id=application_id)
    return Breaker.objects.select_for_update().get(application=application_id)
