"""The people at an end customer, as its reseller keeps them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from purveyor.domain.accounts.contact_roles import CONTACT_ROLES
from purveyor.domain.accounts.customers import (
    drop_customer_contact,
    get_customer,
    get_customer_contact,
    new_customer_contact,
    put_customer_contact,
)
from purveyor.faces.storefront.customers.forms import PERSON, ContactForm
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("customers.change")
def new_contact(request: ShopRequest, customer: str) -> HttpResponse:
    """Add a person to an end customer."""
    found = get_customer(number=customer, reseller=request.member.account)
    return _page(request, found, new_customer_contact(customer=found))


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("customers.change")
def edit_contact(request: ShopRequest, customer: str, contact: int) -> HttpResponse:
    """Change a person of an end customer, and what they are asked about."""
    found = get_customer(number=customer, reseller=request.member.account)
    person = get_customer_contact(customer=found, contact_id=contact)
    return _page(request, found, person)


@require_POST
@member_may("customers.change")
def remove_contact(request: ShopRequest, customer: str, contact: int) -> HttpResponse:
    """Remove a person from an end customer."""
    found = get_customer(number=customer, reseller=request.member.account)
    person = get_customer_contact(customer=found, contact_id=contact)
    drop_customer_contact(contact=person, actor=str(request.user), now=clock.now())
    words = _("%(person)s is no longer a contact of %(customer)s.")
    names = {"person": person.full_name, "customer": found.name}
    messages.success(request, words % names)
    return redirect("storefront:customer", found.number)


def _page(request: ShopRequest, found: Any, person: Any) -> HttpResponse:
    form = ContactForm(request.POST or None, initial=_initial(person))
    if form.is_valid() and _save(request, person, form):
        return redirect("storefront:customer", found.number)
    told = {"form": form, "customer": found, "contact": person}
    status = 422 if form.is_bound else 200
    return render(request, "storefront/customers/contact.html", told, status=status)


def _save(request: ShopRequest, person: Any, form: ContactForm) -> bool:
    """Write a person; return whether that went well, and say so."""
    try:
        put_customer_contact(
            contact=person,
            facts=form.facts,
            roles=form.cleaned_data["roles"],
            actor=str(request.user),
            now=clock.now(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return False
    words = _("%(person)s is a contact of %(customer)s.")
    names = {"person": person.full_name, "customer": person.account.name}
    messages.success(request, words % names)
    return True


def _initial(person: Any) -> dict[str, Any]:
    known = {name: getattr(person, name) for name in PERSON}
    return {**known, "roles": [role for role in CONTACT_ROLES if person.has_role(role)]}
