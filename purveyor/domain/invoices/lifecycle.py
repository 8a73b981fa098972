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


C, I = ChargeState, InvoiceState

CHARGE = Lifecycle(
    "charge",
    initial=C.PENDING,
    moves=(
        Move("invoice", (C.PENDING,), C.INVOICED),
        Move("return", (C.INVOICED,), C.PENDING),
        Move("drop", (C.PENDING,), C.DROPPED),
    ),
)

INVOICE = Lifecycle(
    "invoice",
    initial=I.DRAFT,
    moves=(
        Move("issue", (I.DRAFT,), I.ISSUED),
        Move("void", (I.DRAFT,), I.VOIDED),
        Move("pay", (I.ISSUED,), I.PAID),
    ),
)
