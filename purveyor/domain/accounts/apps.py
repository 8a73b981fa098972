from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The stage of accounts and people."""

    name = "purveyor.domain.accounts"
    label = "accounts"
    verbose_name = _("Office")
