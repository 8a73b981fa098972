from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountImportConfig(AppConfig):
    """The import of accounts from spreadsheets."""

    name = "purveyor.flows.account_import"
    label = "account_import"
    verbose_name = _("Account import")
