"""The keyboard shortcuts: one table for the help page, the script and the docs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purveyor.faces.backoffice.frame.menu import MENU, Item, address_of, may_see

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys that are pressed one after the other, or together where a plus says so."""

    keys: str
    does: Text
    page: str = ""  # the page of the BSS it goes to


@dataclass(frozen=True, slots=True)
class ShortcutGroup:
    """Shortcuts that work in the same place."""

    title: Text
    shortcuts: tuple[Shortcut, ...]


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """A shortcut as a page shows it: its keys one by one, and where it leads."""

    keys: Sequence[str]
    does: Text
    sequence: str
    href: str


#: After `g`: the letter, and the page of the menu it goes to.
GO = {
    "d": "index",
    "a": "accounts_account_changelist",
    "c": "accounts_contact_changelist",
    "o": "orders_order_changelist",
    "s": "assets_asset_changelist",
    "w": "pending_invoices",
    "i": "invoices_invoice_changelist",
    "p": "catalogue_product_changelist",
    "l": "catalogue_pricelist_changelist",
    "f": "provisioning",
    "r": "reconciliation_reconciliationrun_changelist",
    "m": "notifications_message_changelist",
    "j": "journal_entry_changelist",
    "x": "expiry_radar",
    "e": "my_exports",
}

ANYWHERE = ShortcutGroup(
    _("Anywhere"),
    (
        Shortcut("Ctrl+K", _("Find records, pages, and what can be begun")),
        Shortcut("?", _("Show these shortcuts")),
        Shortcut("[", _("Show or hide the menu")),
        Shortcut("Ctrl+E", _("Light or dark")),
        Shortcut("Esc", _("Close what is open")),
    ),
)
ON_LISTS = ShortcutGroup(
    _("On a list"),
    (
        Shortcut("/", _("Go to the search of the list")),
        Shortcut("f", _("Open the filters")),
        Shortcut("n", _("Add a record")),
        Shortcut("j", _("Go down one row")),
        Shortcut("k", _("Go up one row")),
        Shortcut("Enter", _("Open the row")),
        Shortcut("x", _("Tick the row, or take the tick away")),
    ),
)
ON_ORDERS = ShortcutGroup(
    _("On an order"),
    (
        Shortcut("Enter", _("In a line of a draft: add the next line")),
        Shortcut("Ctrl+Enter", _("Submit the draft; in a dialog: press its button")),
        Shortcut("e", _("Execute the order")),
        Shortcut("d", _("Deliver some of its items")),
    ),
)


def lines_of_the_menu() -> dict[str, Item]:
    """Return the lines of the menu by their pages."""
    return {item.page: item for group in MENU for item in group.items}


def go_group() -> ShortcutGroup:
    """Return the shortcuts that go to a page, in the order of the menu."""
    lines = lines_of_the_menu()
    letters = {page: letter for letter, page in GO.items()}
    return ShortcutGroup(
        _("Go to"),
        tuple(
            Shortcut(f"g {letters[page]}", item.title, page)
            for page, item in lines.items()
            if page in letters
        ),
    )


def shortcut_groups() -> tuple[ShortcutGroup, ...]:
    """Return all shortcuts, by where they work."""
    return (ANYWHERE, ON_LISTS, ON_ORDERS, go_group())


def shown_shortcuts(request: HttpRequest) -> list[tuple[Text, list[ShortcutRow]]]:
    """Return the shortcuts for a person: to no page that is shut for them."""
    lines = lines_of_the_menu()
    return [
        (
            group.title,
            [
                _row(each)
                for each in group.shortcuts
                if not each.page or may_see(request, lines[each.page].permission)
            ],
        )
        for group in shortcut_groups()
    ]


def _row(shortcut: Shortcut) -> ShortcutRow:
    keys = shortcut.keys.replace("+", " ").split()
    href = address_of(shortcut.page) if shortcut.page else ""
    return ShortcutRow(keys, shortcut.does, shortcut.keys, href)
