"""The states of a basket, and the one move between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class BasketState(TextChoices):
    """Whether a basket has become an order."""

    OPEN = "OPEN", _("Open")
    PLACED = "PLACED", _("Placed")


BASKET = Lifecycle(
    "basket",
    initial=BasketState.OPEN,
    moves=(Move("place", (BasketState.OPEN,), BasketState.PLACED),),
)
