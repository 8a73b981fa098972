"""The states of a reconciliation and of its lines; what may differ, what mends it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class RunState(TextChoices):
    """Where a reconciliation stands."""

    LOOKING = "LOOKING", _("Looking")
    CLEAN = "CLEAN", _("Nothing differs")
    PLANNED = "PLANNED", _("Planned")
    PROPOSED = "PROPOSED", _("Waits for approval")
    APPLYING = "APPLYING", _("Being applied")
    APPLIED = "APPLIED", _("Applied")
    DISCARDED = "DISCARDED", _("Discarded")
    FAILED = "FAILED", _("Failed")


class FindingState(TextChoices):
    """What became of a line of a plan."""

    OPEN = "OPEN", _("Open")
    EXCLUDED = "EXCLUDED", _("Left out")
    ASKING = "ASKING", _("The vendor is asked")
    DONE = "DONE", _("Done")
    REFUSED = "REFUSED", _("Refused")


class Drift(TextChoices):
    """The kind of a difference between our records and the vendor's."""

    UNHEARD = "UNHEARD", _("Made, and we did not hear")
    DUPLICATE = "DUPLICATE", _("Made twice")
    STRANGER = "STRANGER", _("Unknown to us")
    MISSING = "MISSING", _("In doubt, and not there")
    DIFFERENT = "DIFFERENT", _("The facts differ")
    LIVE = "LIVE", _("Live there, cancelled with us")
    REDEEMED = "REDEEMED", _("Redeemed")
    REVOKED = "REVOKED", _("Taken back by the vendor")
    EXPIRED = "EXPIRED", _("Expired")
    VANISHED = "VANISHED", _("Gone before its time")
    LOST = "LOST", _("Gone, and never seen")
    REAPPEARED = "REAPPEARED", _("There after all")
    LINK_GONE = "LINK_GONE", _("Linked account is not there")
    ACCOUNT_STRANGER = "ACCOUNT_STRANGER", _("Vendor's account without a link")
    ACCOUNT_DIFFERENT = "ACCOUNT_DIFFERENT", _("Account bears another reference")


class Remedy(TextChoices):
    """What puts a difference right. None of them makes a coupon."""

    ADOPT = "ADOPT", _("Adopt")
    IMPORT = "IMPORT", _("Import for an account, with a charge")
    IMPORT_FREE = "IMPORT_FREE", _("Import for an account, without a charge")
    KNOW = "KNOW", _("Mark as known")
    FLAG = "FLAG", _("Flag for the vendor")
    CANCEL = "CANCEL", _("Cancel at the vendor")
    TAKE_FACTS = "TAKE_FACTS", _("Take the vendor's facts")
    REDEEM = "REDEEM", _("Mark as redeemed")
    EXPIRE = "EXPIRE", _("Mark as expired")
    VANISH = "VANISH", _("Mark as vanished")
    REVOKE = "REVOKE", _("Mark as taken back")
    REVIVE = "REVIVE", _("Mark as active again")
    RETRY = "RETRY", _("Look for it again")
    SYNCHRONIZE = "SYNCHRONIZE", _("Synchronize again")
    LINK = "LINK", _("Link with an account")
    PUT_BACK = "PUT_BACK", _("Put back what was")


R, F = RunState, FindingState

RUN = Lifecycle(
    "reconciliation",
    initial=R.LOOKING,
    moves=(
        Move("find_nothing", (R.LOOKING,), R.CLEAN),
        Move("plan", (R.LOOKING,), R.PLANNED),
        Move("fail", (R.LOOKING,), R.FAILED),
        Move("propose", (R.PLANNED,), R.PROPOSED),
        Move("take_back", (R.PROPOSED,), R.PLANNED),
        Move("approve", (R.PLANNED, R.PROPOSED), R.APPLYING),
        Move("apply", (R.APPLYING,), R.APPLIED),
        Move("discard", (R.LOOKING, R.PLANNED, R.PROPOSED), R.DISCARDED),
    ),
)

FINDING = Lifecycle(
    "finding",
    initial=F.OPEN,
    moves=(
        Move("exclude", (F.OPEN,), F.EXCLUDED),
        Move("include", (F.EXCLUDED,), F.OPEN),
        Move("ask", (F.OPEN,), F.ASKING),
        Move("mend", (F.OPEN, F.ASKING), F.DONE),
        Move("refuse", (F.OPEN, F.ASKING), F.REFUSED),
    ),
)
