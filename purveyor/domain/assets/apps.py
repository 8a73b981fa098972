from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssetsConfig(AppConfig):
    """The stage of assets."""

    name = "purveyor.domain.assets"
    label = "assets"
    verbose_name = _("Billing")
