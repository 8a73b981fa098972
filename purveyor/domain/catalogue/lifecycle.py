"""What becomes of a file with prices, as a table."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class ImportState(TextChoices):
    """Whether a file with prices was taken over."""

    PROPOSED = "PROPOSED", _("Proposed")
    APPLIED = "APPLIED", _("Applied")
    DISCARDED = "DISCARDED", _("Discarded")


S = ImportState

PRICE_IMPORT = Lifecycle(
    "import of prices",
    initial=S.PROPOSED,
    moves=(
        Move("apply", (S.PROPOSED,), S.APPLIED),
        Move("discard", (S.PROPOSED,), S.DISCARDED),
    ),
)
