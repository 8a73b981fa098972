"""
What a waiting record says of itself: why, who must act, what happens next and when.

The table below has a line for every cause; a test walks all of them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
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
        """When the next thing happens, in words."""
        if self.at is None:
            return _("As soon as somebody acts")
        return date_format(localtime(self.at), "j M Y H:i:s")


ASKED = lazy("%(vendor)s is asked for it.")
LOOKED_FOR = lazy("%(vendor)s is asked again for it. It is not bought twice.")
GOES_ON = lazy("It goes on by itself as soon as %(vendor)s answers.")
DECIDE = lazy(
    "Ask %(vendor)s what it made. Then enter the code by hand, or say that it was "
    "never made."
)
CORRECT = lazy("Correct the cause, then press Retry, or edit and save it.")

MEANINGS: dict[Cause, tuple[Actor, Promise]] = {
    Cause.NEW: (Actor.SYSTEM, ASKED),
    Cause.LATER: (Actor.SYSTEM, lazy("%(vendor)s is asked for it on that day.")),
    Cause.RETRIED: (Actor.SYSTEM, ASKED),
    Cause.UNAVAILABLE: (Actor.SYSTEM, lazy("%(vendor)s is asked again.")),
    Cause.BUSY: (Actor.SYSTEM, lazy("%(vendor)s is asked again after its pause.")),
    Cause.LINKING: (
        Actor.SYSTEM,
        lazy("It goes on by itself as soon as the account is synchronized."),
    ),
    Cause.OUR_FAULT: (Actor.SYSTEM, lazy("It is tried again; the log says more.")),
    Cause.SWITCHED_OFF: (
        Actor.ADMINISTRATOR,
        lazy("It goes on by itself once the application is switched on again."),
    ),
    Cause.BLOCKED: (
        Actor.ADMINISTRATOR,
        lazy("Correct the API key under Setup > Applications; then it goes on."),
    ),
    Cause.UNCLEAR: (Actor.SYSTEM, LOOKED_FOR),
    Cause.ABANDONED: (Actor.SYSTEM, LOOKED_FOR),
    Cause.NOT_SEEN: (Actor.SYSTEM, LOOKED_FOR),
    Cause.LOOK_FAILED: (Actor.SYSTEM, LOOKED_FOR),
    Cause.PROPOSAL: (
        Actor.OPERATIONS,
        lazy(
            "Compare what was found with what was asked for. If it is the one, say so."
        ),
    ),
    Cause.SEVERAL: (
        Actor.OPERATIONS,
        lazy("Ask %(vendor)s which of those found is the one, then say so."),
    ),
    Cause.NONE_LISTED: (Actor.OPERATIONS, DECIDE),
    Cause.CANNOT_ASK: (Actor.OPERATIONS, DECIDE),
    Cause.UNPROVEN: (Actor.OPERATIONS, DECIDE),
    Cause.NAMED: (Actor.OPERATIONS, DECIDE),
    Cause.OTHER_FACTS: (
        Actor.OPERATIONS,
        lazy(
            "Ask %(vendor)s to take it back, then say that it was never made; or enter "
            "the right code by hand."
        ),
    ),
    Cause.TAKEN: (Actor.OPERATIONS, DECIDE),
    Cause.UNCERTAIN: (Actor.OPERATIONS, DECIDE),
    Cause.REJECTED: (Actor.OPERATIONS, CORRECT),
    Cause.FORGOT_ACCOUNT: (
        Actor.OPERATIONS,
        lazy("Synchronize the account on its page, then press Retry."),
    ),
    Cause.NOT_LINKED: (
        Actor.OPERATIONS,
        lazy("Synchronize the account on its page, then press Retry."),
    ),
    Cause.DUE_TIME: (
        Actor.OPERATIONS,
        lazy("Find out why %(vendor)s could not be asked, then press Retry."),
    ),
    Cause.CANCEL_ASKED: (Actor.SYSTEM, lazy("%(vendor)s is asked to cancel it.")),
    Cause.CANCEL_UNCLEAR: (
        Actor.SYSTEM,
        lazy("%(vendor)s is asked what became of the coupon."),
    ),
    Cause.CANCEL_REFUSED: (
        Actor.OPERATIONS,
        lazy("Tell the customer, or ask %(vendor)s to make an exception."),
    ),
    Cause.CANCEL_UNKNOWN: (
        Actor.OPERATIONS,
        lazy("Ask %(vendor)s whether it was cancelled or redeemed, then say which."),
    ),
}

NO_WORD: dict[str, Promise] = {  # what is said if nobody wrote a reason
    SyncStatus.FAILED: lazy("It has failed."),
    SyncStatus.UNCLEAR: lazy("Nobody knows yet whether it was made."),
}


def explain(*, asset: Asset, vendor: str) -> Explanation | None:
    """
    Return why an asset waits, or None if nothing is left to do.

    Its application is fetched, with its circuit breaker.
    """
    is_cancelling = asset.state == AssetState.CANCELLING
    if not is_cancelling and (asset.has_coupon or asset.state != AssetState.ACTIVE):
        return None
    return _explained(asset, asset.sync_status, vendor=vendor)


def explain_link(*, link: AccountLink, vendor: str) -> Explanation | None:
    """
    Return why an account link waits, or None if nothing is left to do.

    Its application is fetched, with its circuit breaker.
    """
    if link.status in {LinkStatus.SYNCHRONIZED, LinkStatus.UNSYNCHRONIZED}:
        return None
    return _explained(link, link.status, vendor=vendor)


def explain_breaker(*, breaker: Breaker, vendor: str) -> Explanation:
    """Return why nobody asks a vendor, who must act, and when it is tried next."""
    since = date_format(localtime(breaker.opened_at), "H:i")
    if breaker.is_blocked:
        why = _("%(vendor)s refuses our credentials since %(since)s.")
        actor, then = MEANINGS[Cause.BLOCKED]
    else:
        why = _("%(vendor)s is not answering since %(since)s.")
        actor, then = Actor.SYSTEM, GOES_ON
    return Explanation(
        why % {"vendor": vendor, "since": since},
        str(ACTORS[actor]),
        str(then) % {"vendor": vendor},
        breaker.due_at,
    )


def breaker_of(application: Application) -> Breaker | None:
    """Return the circuit breaker of an application; None before its first call."""
    return getattr(application, "breaker", None)


def _explained(record: Asset | AccountLink, status: str, *, vendor: str) -> Explanation:
    cause = cause_of(record.cause)
    held_up = _held_up_by_vendor(record, vendor=vendor)
    if held_up is not None and cause != Cause.LATER:
        return held_up
    actor, then = MEANINGS[cause]
    if record.due_at is None and actor == Actor.SYSTEM:
        actor, then = Actor.OPERATIONS, CORRECT
    unsaid = NO_WORD.get(status, lazy("It waits for a worker."))
    return Explanation(
        record.waits_because or str(unsaid),
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
    actor, then = MEANINGS[Cause.BUSY]
    why = _("%(vendor)s is busy and asked for a pause.")
    names = {"vendor": vendor}
    return Explanation(why % names, str(ACTORS[actor]), str(then) % names, until)
