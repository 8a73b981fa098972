"""The BSS as an app of Django."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

#: The modules with pages, one a noun, in the folders of the menu.
PAGES = (
    "office.dashboard_cards",
    "office.accounts",
    "office.account_import",
    "office.account_merging",
    "office.account_people",
    "office.hierarchy",
    "office.contacts",
    "office.registrations",
    "office.synchronization",
    "sales.orders",
    "sales.approvals",
    "sales.order_statuses",
    "sales.manual_orders",
    "sales.bulk_executions",
    "billing.assets",
    "operations.candidates",
    "billing.invoices",
    "billing.pending_invoices",
    "billing.products",
    "billing.categories",
    "billing.prices",
    "billing.price_import",
    "setup.taxes",
    "operations.provisioning",
    "operations.group_verbs",
    "operations.reconciliation",
    "operations.reconciliation_verbs",
    "operations.line_verbs",
    "operations.known",
    "setup.policy",
    "setup.notifications",
    "setup.notification_texts",
    "operations.messages_sent",
    "setup.mail_server",
    "operations.journal",
    "reports.expiry_radar",
    "reports.never_redeemed",
    "lists.export_pages",
    "setup.applications",
    "setup.application_settings",
    "setup.organization",
    "setup.people",
    "setup.roles",
    "setup.people_pages",
    "setup.sign_in_history",
    "door.security",
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
