"""
What a waiting record says of itself: why, who must act, what happens next and when.

The table below has a line for every cause; a test walks all of them.
"""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.causes import Cause, cause_of
from purveyor.domain.provisioning.lifecycle import BreakerState, LinkStatus
from purveyor.domain.provisioning.models import AccountLink, Breaker


class Actor(StrEnum):
    """Who must act before a record goes on."""

    SYSTEM = "system"
    OPERATIONS = "operations"
    ADMINISTRATOR = "administrator"


ACTORS: dict[Actor, Promise] = {
    Actor.SYSTEM: lazy("Nobody: the system"),
    Actor.OPERATIONS: lazy("Operations"),
    Actor.ADMINISTRATOR: lazy("An administrator"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    Why a record waits, who must act, what happens next and when.

    Shape: `at` is the moment of the next step that happens by itself; None if a person
           comes first, which `when` then says.
    """

    why: str
    who: str
    then: str
    at: datetime | None = None

    @property
    def when(self) -> str:
        """When the next thing happens, in words; a day alone if it begins with it."""
        if self.at is None:
            return _("As soon as somebody acts")
        here = localtime(self.at)
        if here.time() == time.min:
            return date_format(here)
        return f"{date_format(here)}, {date_format(here, 'H:i:s')}"


ASKED = lazy("%(vendor)s is asked for it.")
LOOKED_FOR = lazy("%(vendor)s is asked again for it. It is not bought twice.")
GOES_ON = lazy("It goes on by itself as soon as %(vendor)s answers.")
DECIDE = lazy(
    "Ask %(vendor)s what it made. Then enter the code by hand, or say that it was "
    "never made."
)
CORRECT = lazy("Correct the cause, then press Retry, or edit and save it.")
SYNCHRONIZE_AGAIN = lazy("Correct what the vendor names, then synchronize again.")
SYNCHRONIZE = lazy("Synchronize the account on its page, then press Retry.")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a cause means, who must act, and what happens or is to be pressed next."""

    means: Promise
    actor: Actor
    then: Promise


SYSTEM, OPERATIONS, ADMINISTRATOR = Actor

MEANINGS: dict[Cause, Meaning] = {
    Cause.NEW: Meaning(lazy("It waits for a worker."), SYSTEM, ASKED),
    Cause.LATER: Meaning(
        lazy("It starts on a later day."),
        SYSTEM,
        lazy("%(vendor)s is asked for it on that day."),
    ),
    Cause.RETRIED: Meaning(lazy("A person had it tried again."), SYSTEM, ASKED),
    Cause.UNAVAILABLE: Meaning(
        lazy("The vendor was not reached; nothing was made."),
        SYSTEM,
        lazy("%(vendor)s is asked again."),
    ),
    Cause.BUSY: Meaning(
        lazy("The vendor asked for a pause; nothing was made."),
        SYSTEM,
        lazy("%(vendor)s is asked again after its pause."),
    ),
    Cause.LINKING: Meaning(
        lazy("Its account is being synchronized."),
        SYSTEM,
        lazy("It goes on by itself as soon as the account is synchronized."),
    ),
    Cause.OUR_FAULT: Meaning(
        lazy("Something went wrong on our side."),
        SYSTEM,
        lazy("It is tried again; the log says more."),
    ),
    Cause.SWITCHED_OFF: Meaning(
        lazy("The application is switched off."),
        ADMINISTRATOR,
        lazy("It goes on by itself once the application is switched on again."),
    ),
    Cause.BLOCKED: Meaning(
        lazy("The vendor refuses our credentials; nothing was made."),
        ADMINISTRATOR,
        lazy("Correct the API key under Setup > Applications; then it goes on."),
    ),
    Cause.UNCLEAR: Meaning(
        lazy("The answer was lost, so it may have been made."), SYSTEM, LOOKED_FOR
    ),
    Cause.ABANDONED: Meaning(
        lazy("The worker stopped in the middle of the call."), SYSTEM, LOOKED_FOR
    ),
    Cause.NOT_SEEN: Meaning(
        lazy("A look found nothing, which proves nothing yet."), SYSTEM, LOOKED_FOR
    ),
    Cause.LOOK_FAILED: Meaning(
        lazy("The vendor could not be asked about it."), SYSTEM, LOOKED_FOR
    ),
    Cause.PROPOSAL: Meaning(
        lazy("What was found at the vendor may be the one."),
        OPERATIONS,
        lazy("Compare it with what was asked for. If it is the one, say so."),
    ),
    Cause.SEVERAL: Meaning(
        lazy("Several coupons found at the vendor may be the one."),
        OPERATIONS,
        lazy("Ask %(vendor)s which of those found is the one, then say so."),
    ),
    Cause.NONE_LISTED: Meaning(
        lazy("None of the coupons that the vendor lists can be it."),
        OPERATIONS,
        DECIDE,
    ),
    Cause.CANNOT_ASK: Meaning(
        lazy("The vendor has no way to tell what it made."), OPERATIONS, DECIDE
    ),
    Cause.UNPROVEN: Meaning(
        lazy("The vendor does not show it, but may have made it."), OPERATIONS, DECIDE
    ),
    Cause.NAMED: Meaning(
        lazy("The vendor named a coupon that it does not find again."),
        OPERATIONS,
        DECIDE,
    ),
    Cause.OTHER_FACTS: Meaning(
        lazy("A coupon bears our reference, with other facts than ordered."),
        OPERATIONS,
        lazy(
            "Ask %(vendor)s to take it back, then say that it was never made; or enter "
            "the right code by hand."
        ),
    ),
    Cause.TAKEN: Meaning(
        lazy("What the vendor named belongs to another record."), OPERATIONS, DECIDE
    ),
    Cause.UNCERTAIN: Meaning(
        lazy("The due time has passed, and it is still not known."), OPERATIONS, DECIDE
    ),
    Cause.REJECTED: Meaning(
        lazy("The vendor said no; nothing was made."), OPERATIONS, CORRECT
    ),
    Cause.FORGOT_ACCOUNT: Meaning(
        lazy("The vendor does not know the account any more."), OPERATIONS, SYNCHRONIZE
    ),
    Cause.NOT_LINKED: Meaning(
        lazy("The account is not synchronized."), OPERATIONS, SYNCHRONIZE
    ),
    Cause.DUE_TIME: Meaning(
        lazy("The due time has passed, and nothing was made."),
        OPERATIONS,
        lazy("Find out why %(vendor)s could not be asked, then press Retry."),
    ),
    Cause.CANCEL_ASKED: Meaning(
        lazy("A person wants it cancelled."),
        SYSTEM,
        lazy("%(vendor)s is asked to cancel it."),
    ),
    Cause.CANCEL_UNCLEAR: Meaning(
        lazy("The answer to the cancellation was lost."),
        SYSTEM,
        lazy("%(vendor)s is asked what became of the coupon."),
    ),
    Cause.CANCEL_REFUSED: Meaning(
        lazy("The vendor did not cancel it."),
        OPERATIONS,
        lazy("Tell the customer, or ask %(vendor)s to make an exception."),
    ),
    Cause.CANCEL_UNKNOWN: Meaning(
        lazy("The vendor does not know the coupon any more: cancelled, or redeemed."),
        OPERATIONS,
        lazy("Ask %(vendor)s whether it was cancelled or redeemed, then say which."),
    ),
}


#: What a person does about an account; an account has no Retry.
FOR_LINKS: dict[Cause, Promise] = {
    Cause.PROPOSAL: lazy(
        "Compare the vendor's account with ours. Link it, or have a new one made."
    ),
    Cause.UNCERTAIN: lazy(
        "Ask %(vendor)s whether it has the account, then synchronize again."
    ),
}


def explain(*, asset: Asset, vendor: str) -> Explanation | None:
    """
    Return why an asset waits, or None if nothing is left to do.

    Its application is fetched, with its circuit breaker.
    """
    is_active = asset.state == AssetState.ACTIVE
    is_waiting = is_active and not asset.has_coupon
    was_kept = is_active and cause_of(asset.cause) == Cause.CANCEL_REFUSED
    if not (is_waiting or was_kept or asset.state == AssetState.CANCELLING):
        return None
    return _explained(asset, vendor=vendor)


def explain_link(*, link: AccountLink, vendor: str) -> Explanation | None:
    """
    Return why an account link waits, or None if nothing is left to do.

    Its application is fetched, with its circuit breaker.
    """
    if link.status in {LinkStatus.SYNCHRONIZED, LinkStatus.UNSYNCHRONIZED}:
        return None
    return _explained(link, vendor=vendor)


def explain_breaker(*, breaker: Breaker, vendor: str) -> Explanation:
    """Return why nobody asks a vendor, who must act, and when it is tried next."""
    since = _since(breaker)
    if breaker.is_blocked:
        why = _("%(vendor)s refuses our credentials since %(since)s.")
        actor, then = Actor.ADMINISTRATOR, MEANINGS[Cause.BLOCKED].then
    else:
        why = _("%(vendor)s is not answering since %(since)s.")
        actor, then = Actor.SYSTEM, GOES_ON
    return Explanation(
        why % {"vendor": vendor, "since": since},
        str(ACTORS[actor]),
        str(then) % {"vendor": vendor},
        breaker.due_at,
    )


def _since(breaker: Breaker) -> str:
    """Return since when nobody asks; with the day, if the next try is on another."""
    opened_at = localtime(breaker.opened_at)
    next_at = localtime(breaker.due_at) if breaker.due_at else opened_at
    is_same_day = opened_at.date() == next_at.date()
    return date_format(opened_at, "TIME_FORMAT" if is_same_day else "DATETIME_FORMAT")


def breaker_of(application: Application) -> Breaker | None:
    """Return the circuit breaker of an application; None before its first call."""
    return getattr(application, "breaker", None)


def _explained(record: Asset | AccountLink, *, vendor: str) -> Explanation:
    cause = cause_of(record.cause)
    held_up = _held_up_by_vendor(record, vendor=vendor)
    if held_up is not None and cause != Cause.LATER:
        return held_up
    meaning = MEANINGS[cause]
    actor, then = meaning.actor, meaning.then
    if record.due_at is None and actor == Actor.SYSTEM:
        actor, then = Actor.OPERATIONS, CORRECT
    if isinstance(record, AccountLink) and actor == Actor.OPERATIONS:
        then = FOR_LINKS.get(cause, SYNCHRONIZE_AGAIN)
    return Explanation(
        record.waits_because or str(meaning.means),
        str(ACTORS[actor]),
        str(then) % {"vendor": vendor},
        record.due_at,
    )


def _held_up_by_vendor(
    record: Asset | AccountLink, *, vendor: str
) -> Explanation | None:
    """Return why what is due is not done: nobody asks the vendor now."""
    due_at, breaker = record.due_at, breaker_of(record.application)
    if due_at is None or breaker is None:
        return None
    if breaker.state == BreakerState.OPEN:
        return explain_breaker(breaker=breaker, vendor=vendor)
    if breaker.paused_until is not None and breaker.paused_until > due_at:
        return _explain_pause(breaker.paused_until, vendor=vendor)
    return None


def _explain_pause(until: datetime, *, vendor: str) -> Explanation:
    meaning, names = MEANINGS[Cause.BUSY], {"vendor": vendor}
    why = _("%(vendor)s is busy and asked for a pause.")
    who = str(ACTORS[meaning.actor])
    return Explanation(why % names, who, str(meaning.then) % names, until)
