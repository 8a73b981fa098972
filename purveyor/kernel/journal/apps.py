from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    """The journal of all records."""

    name = "purveyor.kernel.journal"
    label = "journal"
    verbose_name = _("Operations")
