"""The page of one end customer, and the form in which it is changed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from purveyor.domain.accounts.customers import (
    ContactRow,
    billing_address_of,
    details_of,
    edit_end_customer,
    get_customer,
)
from purveyor.domain.accounts.queries import is_billed_itself
from purveyor.domain.assets.holdings import Wish, list_holdings
from purveyor.faces.storefront.customers.forms import CustomerForm, role_names
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.frame.firms import ADDRESS, FACTS
from purveyor.flows.checkout import purchases
from purveyor.flows.customers.vendors import vendors_of
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

NEWEST = 5


@require_safe
@member_may("customers.view")
def customer(request: ShopRequest, customer: str) -> HttpResponse:
    """Show an end customer: who it is, whom to talk to, and what it has."""
    member = request.member
    found = get_customer(number=customer, reseller=member.account)
    details = details_of(found)
    told = {
        "customer": found,
        "is_billed_itself": is_billed_itself(found),
        "addresses": details.addresses,
        "people": [(each, _asked_about(each)) for each in details.contacts],
        "vendors": vendors_of(found),
        "orders": purchases.list_purchases(
            member=member,
            wish=purchases.Wish(owner=found),
            today=clock.today(),
            limit=NEWEST,
        ),
        "assets": list_holdings(
            seen_by=member.account,
            wish=Wish(owner=found),
            now=clock.now(),
            limit=NEWEST,
        ),
        "may_change": member.may("customers.change"),
        "may_approve": member.may("orders.approve"),
    }
    return render(request, "storefront/customers/page.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("customers.change")
def edit(request: ShopRequest, customer: str) -> HttpResponse:
    """Change what is known of an end customer."""
    found = get_customer(number=customer, reseller=request.member.account)
    billed_itself = is_billed_itself(found)
    form = CustomerForm(
        request.POST or None, initial=_initial(found), is_billed_itself=billed_itself
    )
    if form.is_valid() and _save(request, found, form):
        return redirect("storefront:customer", found.number)
    told = {"form": form, "customer": found, "is_billed_itself": billed_itself}
    status = 422 if form.is_bound else 200
    return render(request, "storefront/customers/edit.html", told, status=status)


def _save(request: ShopRequest, found: Any, form: CustomerForm) -> bool:
    """Write what was changed; return whether that went well, and say so."""
    facts, address = form.changed_facts, form.changed_address
    if not facts and not address:
        messages.info(request, _("Nothing was changed."))
        return True
    try:
        edit_end_customer(
            customer=found,
            facts=facts,
            address=address,
            actor=str(request.user),
            now=clock.now(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return False
    words = _("What you changed of %(customer)s is kept.")
    messages.success(request, words % {"customer": form.cleaned_data["name"]})
    return True


def _asked_about(person: ContactRow) -> list[str]:
    """Return what a contact is asked about, in words."""
    names = role_names()
    first = _("%(what)s (main contact)")
    return [
        first % {"what": names[role]} if role in person.first_asked else names[role]
        for role in person.roles
    ]


def _initial(found: Any) -> dict[str, Any]:
    address = billing_address_of(found)
    known = {name: getattr(found, name) for name in FACTS}
    where = {name: getattr(address, name) for name in ADDRESS} if address else {}
    return {**known, **where}
