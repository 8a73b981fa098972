"""The states of an import of accounts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class ImportState(TextChoices):
    """Where an import of accounts stands."""

    CHECKED = "CHECKED", _("Waits for your yes")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    DISCARDED = "DISCARDED", _("Discarded")


S = ImportState

ACCOUNT_IMPORT = Lifecycle(
    "account import",
    initial=S.CHECKED,
    moves=(
        Move("begin", (S.CHECKED,), S.RUNNING),
        Move("finish", (S.RUNNING,), S.DONE),
        Move("drop", (S.CHECKED,), S.DISCARDED),
    ),
)
