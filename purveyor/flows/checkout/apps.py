from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CheckoutConfig(AppConfig):
    """The flow that turns a basket into an order."""

    name = "purveyor.flows.checkout"
    label = "checkout"
    verbose_name = _("Checkout")
