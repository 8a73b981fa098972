from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconciliationConfig(AppConfig):
    """The flow that keeps both sides true."""

    name = "purveyor.flows.reconciliation"
    label = "reconciliation"
    verbose_name = _("Operations")
