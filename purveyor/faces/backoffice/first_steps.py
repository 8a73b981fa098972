"""What is still to do before the first order of a new installation."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account, Organization
from purveyor.domain.catalogue.models import Application, Price, ProductType, TaxRate
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink
from purveyor.faces.backoffice.menu import address_of, may_see


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, where, and whether it is done."""

    title: str | Promise
    text: str | Promise
    href: str
    is_done: bool


def first_steps(request: HttpRequest) -> list[Step]:
    """Return the steps to the first order, or nothing once there is one."""
    if Order.objects.exists():
        return []
    return [
        Step(title, text, _way(request, page, permission), is_done)
        for title, text, page, permission, is_done in (
            (
                _("Fill in the organization profile"),
                _("Your name and address stand on invoices and in mails."),
                "accounts_organization_changelist",
                "accounts.change_organization",
                Organization.objects.exists(),
            ),
            (
                _("Activate BitTitan"),
                _("Add an application and tell it address, API key and workgroup."),
                "catalogue_application_changelist",
                "catalogue.change_application",
                Application.objects.filter(is_active=True).exists(),
            ),
            (
                _("Get the services definition"),
                _("It brings the product types, with one press of a button."),
                "catalogue_application_changelist",
                "catalogue.read_definition",
                ProductType.objects.exists(),
            ),
            (
                _("Make products with prices"),
                _("A product of each type, and what it costs on a price list."),
                "catalogue_product_changelist",
                "catalogue.change_product",
                Price.objects.filter(product__is_published=True).exists(),
            ),
            (
                _("Set the tax rates"),
                _("One for each country you sell to."),
                "catalogue_taxrate_changelist",
                "catalogue.change_taxrate",
                TaxRate.objects.exists(),
            ),
            (
                _("Add an account"),
                _("A reseller or a customer, with its address and contacts."),
                "accounts_account_changelist",
                "accounts.add_account",
                Account.objects.exists(),
            ),
            (
                _("Synchronize it"),
                _("Its page links to the Sync Options of every service manager."),
                "accounts_account_changelist",
                "provisioning.synchronize_account",
                AccountLink.objects.filter(status=LinkStatus.SYNCHRONIZED).exists(),
            ),
            (
                _("Take the first order"),
                _("Add it, submit it, then execute it from its Shortcuts."),
                "orders_order_changelist",
                "orders.add_order",
                False,
            ),
        )
    ]


def _way(request: HttpRequest, page: str, permission: str) -> str:
    return address_of(page) if may_see(request, permission) else ""
