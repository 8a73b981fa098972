"""
What the search over everything finds: records, pages, and what can be begun.

Every question uses an index, so that it is quick among millions of records; each asks
only for what the person may see. What was typed may be a coupon code: it is posted,
looked for by its keyed hash, and kept nowhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.accounts.models import Account, Contact
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.queries import with_coupon
from purveyor.domain.catalogue.models import Product
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.models import Order
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.menu import MENU, address_of, may_see
from purveyor.kernel.words import words_in

TERM_MAX = 200
HITS_A_KIND = 6
COMMANDS_SHOWN = 30
LETTERS_MIN = 2  # of a word before names are looked through


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    group: str
    title: str
    about: str
    link: str
    icon: str


@dataclass(frozen=True, slots=True)
class Start:
    """Something that can be begun from anywhere."""

    title: str | Promise
    page: str
    permission: str
    icon: str = "add"


STARTS = (
    Start(gettext_lazy("New order"), "orders_order_add", "orders.add_order"),
    Start(gettext_lazy("New account"), "accounts_account_add", "accounts.add_account"),
    Start(gettext_lazy("New contact"), "accounts_contact_add", "accounts.add_contact"),
    Start(
        gettext_lazy("New product"), "catalogue_product_add", "catalogue.add_product"
    ),
    Start(
        gettext_lazy("New price list"),
        "catalogue_pricelist_add",
        "catalogue.add_pricelist",
    ),
    Start(gettext_lazy("New user"), "accounts_user_add", "accounts.add_user"),
)


def find(request: HttpRequest, term: str) -> list[Hit]:
    """Return what fits, for a person who may see it; without a term, where to go."""
    sought = term.strip()[:TERM_MAX]
    if not sought:
        return list(_commands(request, []))
    hits = [
        *_numbered(request, sought),
        *_by_coupon(request, sought),
        *_by_purchase_order(request, sought),
        *_by_email(request, sought),
        *islice(_commands(request, words_in(sought)), HITS_A_KIND),
        *_by_name(request, sought),
    ]
    return list({hit.link: hit for hit in reversed(hits)}.values())[::-1]


# ------------------------------------------------------------------ pages, beginnings


def _commands(request: HttpRequest, words: list[str]) -> Iterator[Hit]:
    """Yield what can be begun and which pages there are, if all words fit."""
    group = _("Begin")
    for start in STARTS:
        address = address_of(start.page)
        if address and may_see(request, start.permission) and _fits(start.title, words):
            yield Hit(group, str(start.title), "", address, start.icon)
    group = _("Go to")
    for menu_group in MENU:
        for item in menu_group.items:
            address = address_of(item.page)
            title = f"{menu_group.title} {item.title}"
            if address and may_see(request, item.permission) and _fits(title, words):
                about = str(menu_group.title)
                yield Hit(group, str(item.title), about, address, item.icon)


def _fits(title: object, words: list[str]) -> bool:
    there = words_in(str(title))
    return all(any(each.startswith(word) for each in there) for word in words)


# ------------------------------------------------------------------ records


def _account(account: Account) -> tuple[str, str]:
    return account.name, f"{account.get_kind_display()} {account.number}"


def _contact(contact: Contact) -> tuple[str, str]:
    name = f"{contact.first_name} {contact.last_name}"
    return name, f"{contact.email}, {contact.account.name}"


def _order(order: Order) -> tuple[str, str]:
    about = ", ".join(filter(None, (order.account.name, order.po_code)))
    return order.number, f"{about}, {order.get_state_display()}"


def _asset(asset: Asset) -> tuple[str, str]:
    return asset.number, f"{asset.name}, {asset.account.name}"


def _invoice(invoice: Invoice) -> tuple[str, str]:
    about = f"{invoice.bill_to.name}, {invoice.total}"
    return invoice.number or _("Draft invoice"), about


def _product(product: Product) -> tuple[str, str]:
    return product.name, product.code


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record that can be found: how it is told, and by whom seen."""

    model: type[Model]
    icon: str
    told: Callable[[Any], tuple[str, str]]
    related: tuple[str, ...] = ()
    number: str = "number"

    def hits(self, request: HttpRequest, condition: Q) -> Iterator[Hit]:
        """Yield the first records on which a condition holds."""
        if not self.may_be_seen(request):
            return
        found: QuerySet[Any] = self.model._default_manager.filter(condition)
        if self.related:
            found = found.select_related(*self.related)
        for record in found[:HITS_A_KIND]:
            title, about = self.told(record)
            group = str(capfirst(str(self.model._meta.verbose_name_plural)))
            yield Hit(group, title, about, page_of(record), self.icon)

    def may_be_seen(self, request: HttpRequest) -> bool:
        """Return whether a person may look at such records."""
        opts = self.model._meta
        return may_see(request, f"{opts.app_label}.view_{opts.model_name}")


ACCOUNTS = Kind(Account, "apartment", _account)
CONTACTS = Kind(Contact, "contacts", _contact, ("account",), number="")
ORDERS = Kind(Order, "receipt_long", _order, ("account",))
ASSETS = Kind(Asset, "confirmation_number", _asset, ("account",))
INVOICES = Kind(Invoice, "request_quote", _invoice, ("bill_to",))
PRODUCTS = Kind(Product, "inventory_2", _product, number="code")
KINDS = (ACCOUNTS, CONTACTS, ORDERS, ASSETS, INVOICES, PRODUCTS)


def _numbered(request: HttpRequest, term: str) -> Iterator[Hit]:
    """Yield what has this number or code, however it is written."""
    for kind in KINDS:
        if kind.number:
            exactly = Q(**{f"{kind.number}__in": {term, term.upper()}})
            yield from kind.hits(request, exactly)


def _by_coupon(request: HttpRequest, term: str) -> Iterator[Hit]:
    """Yield the assets that hold this coupon code."""
    if ASSETS.may_be_seen(request):
        holders = [pk for (pk,) in with_coupon(term).values_list("pk")[:HITS_A_KIND]]
        if holders:
            yield from ASSETS.hits(request, Q(pk__in=holders))


def _by_purchase_order(request: HttpRequest, term: str) -> Iterator[Hit]:
    yield from ORDERS.hits(request, Q(po_code__iexact=term) & ~Q(po_code=""))


def _by_email(request: HttpRequest, term: str) -> Iterator[Hit]:
    if "@" in term:
        yield from ACCOUNTS.hits(request, Q(email__iexact=term))
        yield from CONTACTS.hits(request, Q(email__iexact=term))


def _by_name(request: HttpRequest, term: str) -> Iterator[Hit]:
    """Yield whose name has words that begin like this."""
    words = words_in(term)
    if not words or max(map(len, words)) < LETTERS_MIN or "@" in term:
        return
    yield from ACCOUNTS.hits(request, Q(name__words=term))
    person = Q()
    for word in words:
        person &= Q(first_name__words=word) | Q(last_name__words=word)
    yield from CONTACTS.hits(request, person)
    yield from PRODUCTS.hits(request, Q(name__words=term))
