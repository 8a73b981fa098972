"""The states of account links, attempts and readings of a services definition."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class LinkStatus(TextChoices):
    """Whether an account is known at a vendor."""

    UNSYNCHRONIZED = "UNSYNCHRONIZED", _("UnSynchronized")
    SYNCHRONIZING = "SYNCHRONIZING", _("Synchronizing")
    SYNCHRONIZED = "SYNCHRONIZED", _("Synchronized")
    FAILED = "FAILED", _("Failed")
    UNCLEAR = "UNCLEAR", _("Being checked with the vendor")


class AttemptKind(TextChoices):
    """What an attempt asks of the vendor."""

    MAKE = "MAKE", _("Make")
    CANCEL = "CANCEL", _("Cancel")
    SYNCHRONIZE = "SYNCHRONIZE", _("Synchronize")


class AttemptOutcome(TextChoices):
    """How an attempt ended."""

    OPEN = "OPEN", _("Open")
    MADE = "MADE", _("Made")  # the vendor said so
    ADOPTED = "ADOPTED", _("Adopted")  # found at the vendor afterwards
    ENTERED = "ENTERED", _("Decided by a person")
    REJECTED = "REJECTED", _("Rejected")  # nothing was made, something must change
    UNAVAILABLE = "UNAVAILABLE", _("Unavailable")  # nothing was made, try again
    UNCLEAR = "UNCLEAR", _("Unclear")  # perhaps made: look first


class DefinitionState(TextChoices):
    """Where a reading of a services definition stands."""

    QUEUED = "QUEUED", _("Waiting")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")


class BreakerState(TextChoices):
    """Whether a vendor is asked for anything now."""

    CLOSED = "CLOSED", _("Answering")
    OPEN = "OPEN", _("Not answering")


class EntryState(TextChoices):
    """Where a coupon code that was typed in by hand stands."""

    CHECKING = "CHECKING", _("Being checked with the vendor")
    CONNECTED = "CONNECTED", _("Connected")
    REFUSED = "REFUSED", _("Refused")


class RunState(TextChoices):
    """Where the retry of a group of failures stands."""

    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    RELAPSED = "RELAPSED", _("Stopped at a relapse")
    STOPPED = "STOPPED", _("Stopped by a person")


L, End, D, B, E, R = (
    LinkStatus,
    AttemptOutcome,
    DefinitionState,
    BreakerState,
    EntryState,
    RunState,
)

LINK = Lifecycle(
    "account link",
    field="status",
    initial=L.UNSYNCHRONIZED,
    moves=(
        Move("synchronize", (L.UNSYNCHRONIZED, L.FAILED), L.SYNCHRONIZING),
        Move(
            "connect",
            (L.SYNCHRONIZING, L.UNCLEAR, L.FAILED, L.UNSYNCHRONIZED),
            L.SYNCHRONIZED,
        ),
        Move("doubt", (L.SYNCHRONIZING,), L.UNCLEAR),
        Move("settle", (L.UNCLEAR,), L.SYNCHRONIZING),
        Move("fail", (L.SYNCHRONIZING, L.UNCLEAR), L.FAILED),
        Move("lose", (L.SYNCHRONIZED,), L.UNSYNCHRONIZED),
    ),
)

ATTEMPT = Lifecycle(
    "attempt",
    field="outcome",
    initial=End.OPEN,
    moves=(
        Move("make", (End.OPEN,), End.MADE),
        Move("adopt", (End.OPEN, End.UNCLEAR), End.ADOPTED),
        Move("enter", (End.UNCLEAR,), End.ENTERED),
        Move("reject", (End.OPEN,), End.REJECTED),
        Move("find_unavailable", (End.OPEN,), End.UNAVAILABLE),
        Move("doubt", (End.OPEN,), End.UNCLEAR),
    ),
)

DEFINITION = Lifecycle(
    "services definition",
    initial=D.QUEUED,
    moves=(
        Move("finish", (D.QUEUED,), D.DONE),
        Move("fail", (D.QUEUED,), D.FAILED),
    ),
)

BREAKER = Lifecycle(
    "circuit breaker",
    initial=B.CLOSED,
    moves=(
        Move("open", (B.CLOSED,), B.OPEN),
        Move("close", (B.OPEN,), B.CLOSED),
    ),
)

ENTRY = Lifecycle(
    "coupon entry",
    initial=E.CHECKING,
    moves=(
        Move("connect", (E.CHECKING,), E.CONNECTED),
        Move("refuse", (E.CHECKING,), E.REFUSED),
    ),
)

RUN = Lifecycle(
    "retry of a group",
    initial=R.RUNNING,
    moves=(
        Move("finish", (R.RUNNING,), R.DONE),
        Move("relapse", (R.RUNNING,), R.RELAPSED),
        Move("stop", (R.RUNNING,), R.STOPPED),
    ),
)
