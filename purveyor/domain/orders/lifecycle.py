"""The states of orders and their items, and the moves between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class OrderState(TextChoices):
    """Where an order stands. Delivery is told per item, by its asset."""

    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    AWAITING_APPROVAL = "AWAITING_APPROVAL", _("Awaiting approval")
    EXECUTING = "EXECUTING", _("Executing")  # some items are executed
    EXECUTED = "EXECUTED", _("Executed")  # all are that were not cancelled
    CANCELLED = "CANCELLED", _("Cancelled")


class ItemState(TextChoices):
    """Whether an item has become property."""

    OPEN = "OPEN", _("Open")
    EXECUTED = "EXECUTED", _("Executed")
    CANCELLED = "CANCELLED", _("Cancelled")  # others of its order were executed


class ApprovalCause(TextChoices):
    """Why an order needs somebody's yes before it is executed."""

    CREDIT = "CREDIT", _("Above the available credit")
    RESELLER = "RESELLER", _("Its reseller has to agree")


class ApprovalState(TextChoices):
    """What became of the question whether an order may be executed."""

    WAITING = "WAITING", _("Waiting")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")  # the order was cancelled meanwhile


S = OrderState

ORDER = Lifecycle(
    "order",
    initial=S.DRAFT,
    moves=(
        Move("submit", (S.DRAFT,), S.SUBMITTED),
        Move("hold", (S.SUBMITTED,), S.AWAITING_APPROVAL),
        Move("hold_rest", (S.EXECUTING,), S.EXECUTING),
        Move("approve", (S.AWAITING_APPROVAL,), S.SUBMITTED),
        Move("reject", (S.AWAITING_APPROVAL,), S.CANCELLED),
        Move("deliver", (S.SUBMITTED, S.EXECUTING), S.EXECUTING),
        Move("execute", (S.SUBMITTED, S.EXECUTING), S.EXECUTED),
        Move("close", (S.EXECUTING,), S.EXECUTED),  # its rest is cancelled
        Move("cancel", (S.DRAFT, S.SUBMITTED, S.AWAITING_APPROVAL), S.CANCELLED),
    ),
    held=(
        "account_id",
        "bill_to_id",
    ),  # an account that is merged takes its orders along
)

APPROVAL = Lifecycle(
    "approval",
    initial=ApprovalState.WAITING,
    moves=(
        Move("approve", (ApprovalState.WAITING,), ApprovalState.APPROVED),
        Move("reject", (ApprovalState.WAITING,), ApprovalState.REJECTED),
        Move("withdraw", (ApprovalState.WAITING,), ApprovalState.WITHDRAWN),
    ),
)

ITEM = Lifecycle(
    "order item",
    initial=ItemState.OPEN,
    moves=(
        Move("execute", (ItemState.OPEN,), ItemState.EXECUTED),
        Move("cancel", (ItemState.OPEN,), ItemState.CANCELLED),
    ),
)
