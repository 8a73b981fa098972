"""A new end customer, made on the way to the checkout."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.faces.ui.choices import country_choices
from purveyor.flows.checkout.baskets import find_basket
from purveyor.flows.checkout.operations import change_basket, open_end_customer
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

ADDRESS = ("line1", "postcode", "city", "country")


class CustomerForm(ShopForm):
    """What has to be known of an end customer."""

    name = forms.CharField(label=gettext_lazy("Company"), max_length=200)
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the company"),
        help_text=gettext_lazy("The vendor is told this address."),
    )
    tax_number = forms.CharField(
        label=gettext_lazy("Tax number"), max_length=30, required=False
    )
    line1 = forms.CharField(label=gettext_lazy("Street and number"), max_length=200)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=20)
    city = forms.CharField(label=gettext_lazy("City"), max_length=100)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_choices)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=80)
    contact_email = forms.EmailField(
        label=gettext_lazy("Their e-mail"),
        help_text=gettext_lazy("Coupon codes can be sent there."),
    )

    @property
    def company(self) -> list[Any]:
        """The fields about the company."""
        return [self[name] for name in ("name", "email", "tax_number")]

    @property
    def address(self) -> list[Any]:
        """The fields of the address."""
        return [self[name] for name in ADDRESS]

    @property
    def person(self) -> list[Any]:
        """The fields about the person to talk to."""
        return [self[name] for name in ("first_name", "last_name", "contact_email")]


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("customers.add")
def new_customer(request: ShopRequest) -> HttpResponse:
    """Make an end customer, and have the basket be for it."""
    member = request.member
    if not member.is_reseller:
        raise PermissionDenied
    form = CustomerForm(request.POST or None, initial={"country": _country(request)})
    if form.is_valid():
        try:
            customer = _open(form.cleaned_data, request)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            words = _("%(customer)s is now one of your customers.")
            messages.success(request, words % {"customer": customer.name})
            basket = find_basket(member=member)
            if basket is None:
                return redirect("storefront:home")
            change_basket(basket=basket, quantities={}, names={}, receiver=customer)
            return redirect("storefront:basket")
    status = 422 if form.is_bound else 200
    told = {"form": form}
    return render(request, "storefront/new_customer.html", told, status=status)


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


def _country(request: ShopRequest) -> str:
    address = request.member.account.addresses.filter(is_billing=True).first()
    return address.country if address is not None else ""
