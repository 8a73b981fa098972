"""A new end customer: on the way to the checkout, or from the list of customers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from purveyor.domain.accounts.customers import billing_address_of, open_end_customer
from purveyor.faces.storefront.customers.forms import NewCustomerForm
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.frame.firms import ADDRESS
from purveyor.flows.checkout.baskets import find_basket
from purveyor.flows.checkout.operations import change_basket
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

FROM_LIST = "customers"  # where the page was opened, as its address says


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("customers.add")
def new_customer(request: ShopRequest) -> HttpResponse:
    """Make an end customer; return to where it was asked for."""
    form = NewCustomerForm(request.POST or None, initial=_initial(request))
    if form.is_valid():
        try:
            customer = _open(form.cleaned_data, request)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            words = _("%(customer)s is now one of your customers.")
            messages.success(request, words % {"customer": customer.name})
            return _back(request, customer)
    told = {"form": form, "is_from_list": _is_from_list(request)}
    status = 422 if form.is_bound else 200
    return render(request, "storefront/customers/new.html", told, status=status)


def _is_from_list(request: ShopRequest) -> bool:
    """Return whether the list asked for it; without a basket nothing else did."""
    is_asked = request.GET.get("from") == FROM_LIST
    return is_asked or find_basket(member=request.member) is None


def _back(request: ShopRequest, customer: Any) -> HttpResponse:
    """Lead to the customer's page, or to the basket, which is for them now."""
    basket = find_basket(member=request.member)
    if _is_from_list(request) or basket is None:
        return redirect("storefront:customer", customer.number)
    change_basket(basket=basket, quantities={}, names={}, receiver=customer)
    return redirect("storefront:basket")


def _open(given: dict[str, Any], request: ShopRequest) -> Any:
    facts = {name: given[name] for name in ("name", "email", "tax_number")}
    person = {
        "first_name": given["first_name"],
        "last_name": given["last_name"],
        "email": given["contact_email"],
        "is_order_contact": True,
        "is_billing_contact": True,
    }
    return open_end_customer(
        reseller=request.member.account,
        facts=facts,
        address={name: given[name] for name in ADDRESS},
        people=[person],
        actor=str(request.user),
        now=clock.now(),
    )


def _initial(request: ShopRequest) -> dict[str, str]:
    address = billing_address_of(request.member.account)
    return {"country": address.country if address is not None else ""}
