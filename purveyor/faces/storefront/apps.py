from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StorefrontConfig(AppConfig):
    """The Storefront: the pages of the distributor's resellers and customers."""

    name = "purveyor.faces.storefront"
    label = "storefront"
    verbose_name = _("Storefront")
