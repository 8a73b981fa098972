from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    """The stage of what is sold."""

    name = "purveyor.domain.catalogue"
    label = "catalogue"
    verbose_name = _("Billing")
