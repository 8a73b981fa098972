"""What is still to do before the first order of a new installation."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account, Organization
from purveyor.domain.catalogue.models import Application, Price, ProductType, TaxRate
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink
from purveyor.faces.backoffice.frame.menu import address_of, may_see

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: where, who may do it, and how one sees that it is done."""

    title: Text
    text: Text
    page: str
    permission: str
    is_done: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, as the dashboard shows it to a person."""

    title: Text
    text: Text
    href: str
    is_done: bool


TASKS = (
    Task(
        _("Fill in the organization profile"),
        _("Your name and address stand on invoices and in mails."),
        "accounts_organization_changelist",
        "accounts.change_organization",
        Organization.objects.exists,
    ),
    Task(
        _("Activate BitTitan"),
        _("Add an application and tell it address, API key and workgroup."),
        "catalogue_application_changelist",
        "catalogue.change_application",
        lambda: Application.objects.filter(is_active=True).exists(),
    ),
    Task(
        _("Get the services definition"),
        _("It brings the product types, with one press of a button."),
        "catalogue_application_changelist",
        "catalogue.read_definition",
        ProductType.objects.exists,
    ),
    Task(
        _("Make products with prices"),
        _("A product of each type, and what it costs on a price list."),
        "catalogue_product_changelist",
        "catalogue.change_product",
        lambda: Price.objects.filter(product__is_published=True).exists(),
    ),
    Task(
        _("Set the tax rates"),
        _("One for each country you sell to."),
        "catalogue_taxrate_changelist",
        "catalogue.change_taxrate",
        TaxRate.objects.exists,
    ),
    Task(
        _("Add an account"),
        _("A reseller or a customer, with its address and contacts."),
        "accounts_account_changelist",
        "accounts.add_account",
        Account.objects.exists,
    ),
    Task(
        _("Synchronize it"),
        _("Its page links to the Sync Options of every service manager."),
        "accounts_account_changelist",
        "provisioning.synchronize_account",
        lambda: AccountLink.objects.filter(status=LinkStatus.SYNCHRONIZED).exists(),
    ),
    Task(
        _("Take the first order"),
        _("Add it, submit it, then execute it from its Shortcuts."),
        "orders_order_changelist",
        "orders.add_order",
        Order.objects.exists,
    ),
)


def first_steps(request: HttpRequest) -> list[Step]:
    """Return the steps to the first order, or nothing once there is one."""
    if Order.objects.exists():
        return []
    return [
        Step(task.title, task.text, _way(request, task), task.is_done())
        for task in TASKS
    ]


def _way(request: HttpRequest, task: Task) -> str:
    return address_of(task.page) if may_see(request, task.permission) else ""
