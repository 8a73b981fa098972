from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MergingConfig(AppConfig):
    """Doubles among accounts, and how they become one."""

    name = "purveyor.flows.merging"
    label = "merging"
    verbose_name = _("Accounts")
