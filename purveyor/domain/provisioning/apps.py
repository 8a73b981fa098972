from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProvisioningConfig(AppConfig):
    """The stage of the vendor's part."""

    name = "purveyor.domain.provisioning"
    label = "provisioning"
    verbose_name = _("Operations")
