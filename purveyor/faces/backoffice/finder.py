"""What the search box of the BSS finds: records by their numbers, accounts by name."""

from collections.abc import Iterator

from django.http import HttpRequest
from unfold.dataclasses import SearchResult

from purveyor.domain.accounts.queries import find_accounts
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.models import Order
from purveyor.faces.backoffice.display import page_of
from purveyor.faces.backoffice.menu import may_see


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """Return the records that fit what was typed, for a person who may see them."""
    return [*_accounts(request, term), *_numbered(request, term)]


def _accounts(request: HttpRequest, term: str) -> Iterator[SearchResult]:
    if not may_see(request, "accounts.view_account"):
        return
    for account in find_accounts(term=term):
        yield SearchResult(
            title=account.name,
            description=f"{account.get_kind_display()} {account.number}",
            link=page_of(account),
            icon="apartment",
        )


def _numbered(request: HttpRequest, term: str) -> Iterator[SearchResult]:
    number = term.strip().upper()
    for model, permission, icon in (
        (Order, "orders.view_order", "receipt_long"),
        (Asset, "assets.view_asset", "confirmation_number"),
    ):
        if not may_see(request, permission):
            continue
        for record in model._default_manager.filter(number=number):
            yield SearchResult(
                title=record.number,
                description=str(model._meta.verbose_name),
                link=page_of(record),
                icon=icon,
            )
