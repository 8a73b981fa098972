"""Why a record waits: one word for programs, one sentence for people, kept together."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from purveyor.domain.provisioning.contract import (
    VendorBlocked,
    VendorError,
    VendorForgotAccount,
    VendorRejected,
    VendorUnavailable,
)
from purveyor.kernel.work.models import CAUSE_MAX

REASON_MAX = 500
BUSY_STATUS = 429


class Cause(StrEnum):
    """Every reason for which an asset or an account link waits, or has failed."""

    # Nobody has to act: the system goes on by itself.
    NEW = ""  #: just bought, or asked for; not looked at yet
    LATER = "later"  #: it starts on a later day
    RETRIED = "retried"  #: a person had it tried again
    UNAVAILABLE = "unavailable"  #: the vendor was not reached
    BUSY = "busy"  #: the vendor asked for a pause
    LINKING = "linking"  #: its account is being synchronized
    OUR_FAULT = "our_fault"  #: an error of ours; the log has it
    SWITCHED_OFF = "switched_off"  #: the application is switched off
    BLOCKED = "blocked"  #: the vendor refuses our credentials

    # In doubt: it is looked for, and never asked for again.
    UNCLEAR = "unclear"  #: the answer was lost
    ABANDONED = "abandoned"  #: the worker stopped in the middle of the call
    NOT_SEEN = "not_seen"  #: a look found nothing, and proves nothing yet
    LOOK_FAILED = "look_failed"  #: the vendor could not be asked about it

    # In doubt, and set aside until a person has decided.
    PROPOSAL = "proposal"  #: one coupon, or account, may be the one
    SEVERAL = "several"  #: several may be
    NONE_LISTED = "none_listed"  #: none of those listed can be
    CANNOT_ASK = "cannot_ask"  #: the vendor can tell nothing
    UNPROVEN = "unproven"  #: what the vendor does not show, it may have made
    NAMED = "named"  #: the vendor named a coupon that it does not find again
    OTHER_FACTS = "other_facts"  #: our reference, with other facts than ordered
    TAKEN = "taken"  #: what the vendor named belongs to another record
    UNCERTAIN = "uncertain"  #: the due time has passed, and it is still not known

    # Failed: a person corrects the cause.
    REJECTED = "rejected"  #: the vendor said no
    FORGOT_ACCOUNT = "forgot_account"  #: the vendor does not know the account
    NOT_LINKED = "not_linked"  #: the account is not synchronized
    DUE_TIME = "due_time"  #: the due time has passed, and nothing was made

    # Cancelling.
    CANCEL_ASKED = "cancel_asked"  #: a person wants it cancelled
    CANCEL_UNCLEAR = "cancel_unclear"  #: the answer was lost; its code is looked up
    CANCEL_REFUSED = "cancel_refused"  #: the vendor keeps it
    CANCEL_UNKNOWN = "cancel_unknown"  #: cancelled or redeemed: a person must find out


@dataclass(frozen=True, slots=True)
class Why:
    """
    Why a record waits.

    Shape: `detail` narrows the cause down, so that equal failures form a group: the
           vendor's error code and the field it names.
    """

    cause: Cause
    text: str
    detail: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """The same as columns of a record on which work can be due."""
        return {"waits_because": self.text[:REASON_MAX], "cause": self.code}

    @property
    def code(self) -> str:
        """The cause with its detail: `rejected:invalid:product`."""
        parts = (str(self.cause), self.detail) if self.detail else (str(self.cause),)
        return ":".join(parts)[:CAUSE_MAX]


def cause_of(code: str) -> Cause:
    """Return the cause that a record's column names; an unknown one is a fault."""
    word = code.partition(":")[0]
    return Cause(word) if word in Cause else Cause.OUR_FAULT


def why_of(error: VendorError) -> Why:
    """Return why a record waits after a vendor's answer."""
    told = [
        str(error.facts.get(name) or "") for name in ("vendor_code", "vendor_field")
    ]
    detail = ":".join(each for each in told if each)
    match error:
        case VendorForgotAccount():
            return Why(Cause.FORGOT_ACCOUNT, error.message)
        case VendorRejected():
            return Why(Cause.REJECTED, error.message, detail)
        case VendorBlocked():
            return Why(Cause.BLOCKED, error.message)
        case VendorUnavailable() if error.facts.get("status") == BUSY_STATUS:
            return Why(Cause.BUSY, error.message)
        case VendorUnavailable():
            return Why(Cause.UNAVAILABLE, error.message)
        case _:
            return Why(Cause.UNCLEAR, error.message)


def after_the_due_time(why: Why) -> Why:
    """Return why a record failed that was tried for as long as it may be."""
    text = _("Tried until the due time. Last: %(reason)s") % {"reason": why.text}
    return Why(Cause.DUE_TIME, text, str(why.cause))
