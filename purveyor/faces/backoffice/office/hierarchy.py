"""Office > Accounts > Hierarchy: resellers, their end customers, what each one has."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from purveyor.domain.accounts.models import Account, AccountKind
from purveyor.domain.accounts.queries import known_as, open_accounts
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.models import Order
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.menu import may_see
from purveyor.faces.backoffice.frame.paging import ROWS_A_PAGE
from purveyor.faces.backoffice.frame.report_pages import Query
from purveyor.faces.backoffice.frame.site import bss

MAY_LOOK = "accounts.view_account"


@dataclass(frozen=True, slots=True)
class Figures:
    """What an account has, of its own or with its end customers."""

    orders: int = 0
    assets: int = 0
    licenses: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.orders + other.orders,
            self.assets + other.assets,
            self.licenses + other.licenses,
        )


@dataclass(frozen=True, slots=True)
class Node:
    """One account in the hierarchy."""

    account: Account
    href: str
    own: Figures
    under: Figures
    end_customers: int
    under_href: str = ""  # the page of its end customers

    @property
    def all(self) -> Figures:
        """What the account and its end customers have."""
        return self.own + self.under


@bss.page("accounts/hierarchy/", name="account_hierarchy", permission=MAY_LOOK)
@require_GET
def resellers(request: HttpRequest) -> HttpResponse:
    """Show the resellers with what they and their end customers have."""
    query = Query(request.GET)
    sought = query.text("q")
    found = open_accounts().filter(kind=AccountKind.RESELLER)
    if sought:
        found = found.filter(known_as(term=sought))
    context = {
        "title": _("Hierarchy"),
        "crumb": _("Hierarchy"),
        "opts": Account._meta,
        "sought": sought,
        "page": query.page_of(_nodes(request, _some(found, query), is_top=True)),
        "everything": reverse("bss:account_hierarchy"),
        "direct_url": _listed(AccountKind.DIRECT_CUSTOMER),
        "sees_orders": may_see(request, "orders.view_order"),
        "sees_assets": may_see(request, "assets.view_asset"),
    }
    return bss.render(request, "backoffice/accounts/hierarchy.html", context)


@bss.page(
    "accounts/account/<int:account_id>/hierarchy/",
    name="account_in_hierarchy",
    permission=MAY_LOOK,
)
@require_GET
def under(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show a reseller with its end customers; of an end customer, its reseller's."""
    account = get_object_or_404(Account.objects.select_related("parent"), pk=account_id)
    top, query = account.parent or account, Query(request.GET)
    customers = open_accounts().filter(parent=top)
    (node,) = _nodes(request, [top], is_top=True)
    context = {
        "title": _("Hierarchy"),
        "crumb": _("Hierarchy"),
        "opts": Account._meta,
        "original": account,
        "account": account,
        "node": node,
        "page": query.page_of(_nodes(request, _some(customers, query))),
        "resellers_url": reverse("bss:account_hierarchy"),
        "sees_orders": may_see(request, "orders.view_order"),
        "sees_assets": may_see(request, "assets.view_asset"),
    }
    return bss.render(request, "backoffice/accounts/hierarchy_one.html", context)


def _some(accounts: Any, query: Query) -> list[Account]:
    """Return the accounts of a page, and one more."""
    ordered = accounts.order_by("name", "pk")
    return list(ordered[query.offset : query.offset + ROWS_A_PAGE + 1])


def _nodes(
    request: HttpRequest, accounts: Iterable[Account], *, is_top: bool = False
) -> list[Node]:
    """Return accounts with their figures, in a fixed number of statements."""
    shown = list(accounts)
    ids = [account.pk for account in shown]
    own = figures_of(request, ids, of="account")
    below = figures_of(request, ids, of="account__parent") if is_top else {}
    customers = _customers(ids) if is_top else {}
    return [
        Node(
            account=account,
            href=page_of(account),
            own=own.get(account.pk, Figures()),
            under=below.get(account.pk, Figures()),
            end_customers=customers.get(account.pk, 0),
            under_href=reverse("bss:account_in_hierarchy", args=[account.pk]),
        )
        for account in shown
    ]


def figures_of(
    request: HttpRequest, accounts: Collection[int], *, of: str
) -> Mapping[int, Figures]:
    """Return what accounts have, as far as a person may see it; cancelled ones not."""
    orders, assets, licenses = {}, {}, {}
    if may_see(request, "orders.view_order"):
        orders = _counted(Order, accounts, of, Count("pk"))
    if may_see(request, "assets.view_asset"):
        live = ~Q(state=AssetState.CANCELLED)
        assets = _counted(Asset, accounts, of, Count("pk"), live)
        licenses = _counted(Asset, accounts, of, Sum("quantity"), live)
    return {
        pk: Figures(orders.get(pk, 0), assets.get(pk, 0), licenses.get(pk, 0))
        for pk in accounts
    }


def _counted(
    model: type[Model],
    accounts: Collection[int],
    of: str,
    measure: Any,
    condition: Q | None = None,
) -> dict[int, int]:
    found = model._default_manager.filter(condition or Q(), **{f"{of}__in": accounts})
    rows = found.order_by().values_list(of).annotate(figure=measure)
    return dict(rows)


def _customers(accounts: Collection[int]) -> dict[int, int]:
    found = open_accounts().filter(parent__in=accounts).order_by()
    return dict(found.values_list("parent").annotate(count=Count("pk")))


def _listed(kind: AccountKind) -> str:
    return f"{reverse('bss:accounts_account_changelist')}?kind__exact={kind}"
