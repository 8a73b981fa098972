"""The states of a bulk execution and of each of its orders."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class BulkState(TextChoices):
    """How far the execution of several chosen orders is."""

    PREPARED = "PREPARED", _("Prepared")  # chosen; nothing is done before it is started
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    STOPPED = "STOPPED", _("Stopped")
    DISCARDED = "DISCARDED", _("Discarded")


class BulkResult(TextChoices):
    """What became of one order of a bulk execution."""

    WAITING = "WAITING", _("Waiting")
    EXECUTED = "EXECUTED", _("Executed")
    PARTLY = "PARTLY", _("Partly executed")  # the rest is executed by hand
    REFUSED = "REFUSED", _("Refused")
    LEFT = "LEFT", _("Not tried")


B = BulkState
R = BulkResult

BULK = Lifecycle(
    "bulk execution",
    initial=B.PREPARED,
    moves=(
        Move("start", (B.PREPARED,), B.RUNNING),
        Move("discard", (B.PREPARED,), B.DISCARDED),
        Move("finish", (B.RUNNING,), B.DONE),
        Move("stop", (B.RUNNING,), B.STOPPED),
    ),
)

BULK_ORDER = Lifecycle(
    "order of a bulk execution",
    initial=R.WAITING,
    field="result",
    moves=(
        Move("execute", (R.WAITING,), R.EXECUTED),
        Move("execute_partly", (R.WAITING,), R.PARTLY),
        Move("refuse", (R.WAITING,), R.REFUSED),
        Move("leave", (R.WAITING,), R.LEFT),
    ),
)
