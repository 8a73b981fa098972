from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvoicesConfig(AppConfig):
    """The stage of the bill."""

    name = "purveyor.domain.invoices"
    label = "invoices"
    verbose_name = _("Billing")
