"""What can happen about the bill when something is executed."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InvoiceOption(TextChoices):
    """What an execution does about the bill, in the order of the dialog."""

    NONE = "NONE", _("Do not invoice now")
    DRAFT = "DRAFT", _("Create a draft invoice")
    ISSUE = "ISSUE", _("Create and issue the invoice")
