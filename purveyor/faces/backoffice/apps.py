from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    """The BSS: the pages of the distributor's staff."""

    name = "purveyor.faces.backoffice"
    label = "backoffice"
    verbose_name = _("BSS")
