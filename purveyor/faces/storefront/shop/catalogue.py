"""Catalogue: what the account may buy."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.shop.basket import AddForm
from purveyor.flows.checkout.baskets import notices_for
from purveyor.flows.checkout.offers import get_offer, get_shelf, offers_for, shelves_of
from purveyor.kernel import clock

TERM_LENGTH_MAX = 100


@require_safe
@member_may("catalogue.view")
def home(request: ShopRequest) -> HttpResponse:
    """Show everything the account may buy, or what a search finds of it."""
    term = request.GET.get("q", "").strip()[:TERM_LENGTH_MAX]
    return _show(request, term=term)


@require_safe
@member_may("catalogue.view")
def shelf(request: ShopRequest, slug: str) -> HttpResponse:
    """Show what the account may buy of one category."""
    return _show(request, chosen=get_shelf(slug=slug))


@require_safe
@member_may("catalogue.view")
def product(request: ShopRequest, code: str) -> HttpResponse:
    """Show one product, and what it costs this account."""
    offer = get_offer(code=code, member=request.member, on=clock.today())
    told = {
        "offer": offer,
        "form": AddForm(initial={"code": code, "quantity": offer.least_quantity}),
        "may_buy": request.member.may("basket.change"),
    }
    return render(request, "storefront/product.html", told)


def _show(request: ShopRequest, *, term: str = "", chosen: Any = None) -> HttpResponse:
    member, today = request.member, clock.today()
    every = offers_for(member=member, on=today)
    found = every
    if term:
        found = offers_for(member=member, on=today, term=term)
    elif chosen is not None:
        found = tuple(each for each in every if each.category == chosen.name)
    told = {
        "offers": found,
        "shelves": shelves_of(offers=every),
        "chosen": chosen,
        "term": term,
        "notices": notices_for(member=member),
    }
    return render(request, "storefront/catalogue.html", told)
