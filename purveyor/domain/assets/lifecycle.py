"""The two lifecycles of an asset: its own, and that of its sync status."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class AssetState(TextChoices):
    """Where an asset stands in its life."""

    ACTIVE = "ACTIVE", _("Active")
    REDEEMED = "REDEEMED", _("Redeemed")
    EXPIRED = "EXPIRED", _("Expired")
    VANISHED = "VANISHED", _("Vanished (probably redeemed)")
    CANCELLING = "CANCELLING", _("Being cancelled")
    CANCELLED = "CANCELLED", _("Cancelled")


class SyncStatus(TextChoices):
    """Whether our record is true at the vendor."""

    PENDING = "PENDING", _("Pending")
    SYNCHRONIZED = "SYNCHRONIZED", _("Synchronized")
    FAILED = "FAILED", _("Failed")
    UNCLEAR = "UNCLEAR", _("Being checked with the vendor")


A, S = AssetState, SyncStatus

ASSET = Lifecycle(
    "asset",
    initial=A.ACTIVE,
    moves=(
        Move("redeem", (A.ACTIVE, A.VANISHED), A.REDEEMED),
        Move("expire", (A.ACTIVE, A.VANISHED), A.EXPIRED),
        Move("vanish", (A.ACTIVE,), A.VANISHED),
        Move("ask_to_cancel", (A.ACTIVE,), A.CANCELLING),
        Move("keep", (A.CANCELLING,), A.ACTIVE),
        Move("cancel", (A.CANCELLING,), A.CANCELLED),
        Move("reappear", (A.EXPIRED, A.VANISHED), A.ACTIVE),
    ),
)

SYNC = Lifecycle(
    "provisioning sync status",
    field="sync_status",
    initial=S.PENDING,
    moves=(
        Move("connect", (S.PENDING, S.FAILED, S.UNCLEAR), S.SYNCHRONIZED),
        Move("doubt", (S.PENDING,), S.UNCLEAR),
        Move("settle", (S.UNCLEAR,), S.PENDING),
        Move("fail", (S.PENDING, S.UNCLEAR), S.FAILED),
        Move("retry", (S.FAILED,), S.PENDING),
    ),
)
