"""The states of a message."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class MessageState(TextChoices):
    """Where a message stands."""

    QUEUED = "QUEUED", _("Queued")
    SENDING = "SENDING", _("Sending")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Failed")
    PERHAPS_SENT = "PERHAPS_SENT", _("Perhaps sent")


M = MessageState

MESSAGE = Lifecycle(
    "message",
    initial=M.QUEUED,
    moves=(
        Move("hand_over", (M.QUEUED,), M.SENDING),
        # A worker thought dead may come back and know that it was taken after all.
        Move("send", (M.SENDING, M.PERHAPS_SENT), M.SENT),
        Move("put_back", (M.SENDING,), M.QUEUED),
        Move("fail", (M.QUEUED, M.SENDING), M.FAILED),
        Move("lose_sight", (M.SENDING,), M.PERHAPS_SENT),
    ),
)
