"""The states of an export."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class ExportState(TextChoices):
    """Where an export stands."""

    QUEUED = "QUEUED", _("Queued")
    WRITING = "WRITING", _("Being written")
    READY = "READY", _("Ready")
    FAILED = "FAILED", _("Failed")
    DELETED = "DELETED", _("Deleted")


S = ExportState

EXPORT = Lifecycle(
    "export",
    initial=S.QUEUED,
    moves=(
        # A worker that takes over from one that died begins the file anew.
        Move("write", (S.QUEUED, S.WRITING), S.WRITING),
        Move("finish", (S.WRITING,), S.READY),
        Move("fail", (S.QUEUED, S.WRITING), S.FAILED),
        Move("delete_file", (S.READY,), S.DELETED),
    ),
)
