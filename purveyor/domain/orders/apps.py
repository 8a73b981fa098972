from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """The stage of orders."""

    name = "purveyor.domain.orders"
    label = "orders"
    verbose_name = _("Sales")
