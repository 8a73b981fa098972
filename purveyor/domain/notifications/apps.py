from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """The stage of the word."""

    name = "purveyor.domain.notifications"
    label = "notifications"
    verbose_name = _("Operations")
