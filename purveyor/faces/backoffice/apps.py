"""The BSS as an app of Django."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

#: The modules with pages, one a noun.
PAGES = (
    "dashboard_cards",
    "accounts",
    "account_import",
    "account_merging",
    "hierarchy",
    "contacts",
    "synchronization",
    "orders",
    "approvals",
    "order_statuses",
    "manual_orders",
    "bulk_executions",
    "assets",
    "candidates",
    "invoices",
    "pending_invoices",
    "products",
    "categories",
    "prices",
    "price_import",
    "taxes",
    "provisioning",
    "group_verbs",
    "reconciliation",
    "reconciliation_verbs",
    "line_verbs",
    "known",
    "policy",
    "notifications",
    "notification_texts",
    "messages_sent",
    "mail_server",
    "journal",
    "expiry_radar",
    "never_redeemed",
    "export_pages",
    "applications",
    "application_settings",
    "organization",
    "people",
    "roles",
    "people_pages",
    "sign_in_history",
    "security",
)


class BackofficeConfig(AppConfig):
    """The BSS: the pages of the distributor's staff."""

    name = "purveyor.faces.backoffice"
    label = "backoffice"
    verbose_name = _("BSS")

    def ready(self) -> None:
        """Load all pages, which register themselves with the site."""
        for page in PAGES:
            import_module(f"{self.name}.{page}")
