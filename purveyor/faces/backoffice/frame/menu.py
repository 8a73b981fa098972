"""The menu of the BSS: what there is, for those who may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the menu. It appears once its page exists and to whom it may show."""

    title: Text
    icon: str
    page: str
    permission: str = ""  # several with commas: one of them is enough


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the menu that belong together; breadcrumbs begin with its title."""

    title: Text
    items: tuple[Item, ...]


def records(title: Text, icon: str, label: str) -> Item:
    """Return the line that leads to the list of one kind of record."""
    app, model = label.split(".")
    return Item(title, icon, f"{app}_{model}_changelist", f"{app}.view_{model}")


MENU = (
    Group(
        _("Office"),
        (
            Item(_("Dashboard"), "space_dashboard", "index"),
            records(_("Accounts"), "apartment", "accounts.account"),
            records(_("Contacts"), "contacts", "accounts.contact"),
            Item(
                _("Registrations"),
                "person_add",
                "registrations",
                "accounts.decide_registration",
            ),
        ),
    ),
    Group(
        _("Sales"),
        (
            records(_("Orders"), "receipt_long", "orders.order"),
            Item(
                _("Orders to approve"),
                "order_approve",
                "orders_to_approve",
                "orders.approve_order",
            ),
            Item(
                _("Orders for manual management"),
                "back_hand",
                "manual_orders",
                "orders.view_order",
            ),
            Item(
                _("Bulk executions"),
                "playlist_play",
                "bulk_executions",
                "execution.view_bulkexecution",
            ),
        ),
    ),
    Group(
        _("Billing"),
        (
            records(_("Assets"), "confirmation_number", "assets.asset"),
            Item(
                _("Pending invoices"),
                "hourglass_top",
                "pending_invoices",
                "invoices.view_charge",
            ),
            records(_("Invoices"), "request_quote", "invoices.invoice"),
            records(_("Products"), "inventory_2", "catalogue.product"),
            records(_("Categories"), "shelves", "catalogue.category"),
            records(_("Price lists"), "sell", "catalogue.pricelist"),
        ),
    ),
    Group(
        _("Operations"),
        (
            Item(
                _("Provisioning"), "sync_problem", "provisioning", "assets.view_asset"
            ),
            records(
                _("Reconciliation"),
                "difference",
                "reconciliation.reconciliationrun",
            ),
            records(_("Notifications sent"), "outgoing_mail", "notifications.message"),
            records(_("Journal"), "history", "journal.entry"),
        ),
    ),
    Group(
        _("Reports"),
        (
            Item(_("Expiry radar"), "radar", "expiry_radar", "assets.view_asset"),
            Item(
                _("Sold and never redeemed"),
                "money_off",
                "never_redeemed",
                "assets.view_asset",
            ),
            Item(_("My exports"), "download", "my_exports", "lists.export_lists"),
        ),
    ),
    Group(
        _("Setup"),
        (
            records(_("Applications"), "hub", "catalogue.application"),
            records(_("Product types"), "category", "catalogue.producttype"),
            records(_("Order statuses"), "new_label", "orders.statuslabel"),
            records(_("Notifications"), "mail", "notifications.notification"),
            records(_("Mail server"), "dns", "notifications.mailserver"),
            records(_("Tax rates"), "percent", "catalogue.taxrate"),
            records(_("Payment methods"), "credit_card", "accounts.paymentmethod"),
            records(_("Organization profile"), "domain", "accounts.organization"),
            records(_("Users and roles"), "group", "accounts.user"),
        ),
    ),
)

#: Pages that belong to a line of the menu without standing in it.
BESIDE = {
    "auth_group_changelist": "accounts_user_changelist",
    "notifications_template_changelist": "notifications_notification_changelist",
    "permissions": "accounts_user_changelist",
    "signed_in": "accounts_user_changelist",
    "accounts_signin_changelist": "accounts_user_changelist",
    "reconciliation_known_changelist": "reconciliation_reconciliationrun_changelist",
}
#: What a page is called where Django has another word for its records.
CALLED = {
    "auth_group_changelist": _("Roles"),
    "notifications_template_changelist": _("Notifications"),
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu for a person, as unfold's sidebar wants it."""
    groups = (
        {"title": group.title, "separator": False, "items": _shown(group, request)}
        for group in MENU
    )
    return [group for group in groups if group["items"]]


def group_of(address: str) -> Text:
    """Return the title of the group under which a page stands; empty if none."""
    for page, line in BESIDE.items():
        if address == address_of(page):
            address = address_of(line)
    for group in MENU:
        if any(address == address_of(item.page) for item in group.items):
            return group.title
    return ""


def line_above(path: str) -> tuple[Text, Item] | None:
    """Return the line of the menu under which a page stands by its address."""
    for page, line in BESIDE.items():
        if path == address_of(page):
            path = address_of(line)
    lines = [
        (address, group.title, item)
        for group in MENU
        for item in group.items
        if item.page != "index" and path.startswith(address := address_of(item.page))
    ]
    if not any(address for address, _title, _item in lines):
        return None
    _address, title, item = max(lines, key=lambda line: len(line[0]))
    return title, item


def name_in_path(address: str) -> Text:
    """Return what a list is called in the path of a page, if not as its records are."""
    names = {address_of(page): name for page, name in CALLED.items()}
    return names.get(address, "")


def address_of(page: str) -> str:
    """Return the address of a page of the BSS, empty as long as there is none."""
    try:
        return _known_address(page)
    except NoReverseMatch:
        return ""


@cache
def _known_address(page: str) -> str:
    """Remember where a page is: the menu asks for all of them on each."""
    return reverse(f"bss:{page}")


def may_see(request: HttpRequest, permission: str) -> bool:
    """Return whether a person has one of the permissions, written with commas."""
    wanted = [each.strip() for each in permission.split(",") if each.strip()]
    return not wanted or any(request.user.has_perm(each) for each in wanted)


def _shown(group: Group, request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "title": item.title,
            "icon": item.icon,
            "link": address,
            "active": _is_here(item, address, request),
        }
        for item, address in _existing(group.items)
        if may_see(request, item.permission)
    ]


def _existing(items: Iterable[Item]) -> Iterable[tuple[Item, str]]:
    found = ((item, address_of(item.page)) for item in items)
    return [(item, address) for item, address in found if address]


def _is_here(item: Item, address: str, request: HttpRequest) -> bool:
    if item.page == "index":
        return request.path == address
    beside = (address_of(page) for page, line in BESIDE.items() if line == item.page)
    return any(request.path.startswith(each) for each in (address, *beside) if each)
