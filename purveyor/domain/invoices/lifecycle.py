"""The states of charges and invoices."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lifecycle import Lifecycle, Move


class ChargeState(TextChoices):
    """Whether a charge is on an invoice."""

    PENDING = "PENDING", _("Pending")
    INVOICED = "INVOICED", _("Invoiced")
    DROPPED = "DROPPED", _("Dropped")


class InvoiceState(TextChoices):
    """Where an invoice stands."""

    DRAFT = "DRAFT", _("Draft")
    ISSUED = "ISSUED", _("Issued")
    PAID = "PAID", _("Paid")
    VOIDED = "VOIDED", _("Voided")


CHARGE = Lifecycle(
    "charge",
    initial=ChargeState.PENDING,
    moves=(
        Move("invoice", (ChargeState.PENDING,), ChargeState.INVOICED),
        Move("return", (ChargeState.INVOICED,), ChargeState.PENDING),
        Move("drop", (ChargeState.PENDING,), ChargeState.DROPPED),
    ),
)

INVOICE = Lifecycle(
    "invoice",
    initial=InvoiceState.DRAFT,
    moves=(
        Move("issue", (InvoiceState.DRAFT,), InvoiceState.ISSUED),
        Move("void", (InvoiceState.DRAFT,), InvoiceState.VOIDED),
        Move("pay", (InvoiceState.ISSUED,), InvoiceState.PAID),
    ),
    # An account that is merged meanwhile takes its invoices along.
    held=("account_id", "bill_to_id"),
)
