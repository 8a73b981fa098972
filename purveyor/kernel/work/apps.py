from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    """Due dates, leases and the workers."""

    name = "purveyor.kernel.work"
    label = "work"
    verbose_name = _("Operations")
