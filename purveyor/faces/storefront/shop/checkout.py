"""Checkout: who is billed and who gets the coupon, the review, and the order."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from purveyor.faces.storefront.frame.access import (
    JUST_PLACED,
    ShopRequest,
    member_may,
)
from purveyor.faces.storefront.frame.forms import ShopForm, TermsField
from purveyor.faces.storefront.shop.agreements import (
    changes_since,
    read_agreement,
    written_agreement,
)
from purveyor.flows.checkout.baskets import (
    Contents,
    bill_of,
    contacts_for,
    contents_of,
    get_basket,
)
from purveyor.flows.checkout.operations import (
    Agreement,
    BasketIsPlaced,
    OfferChanged,
    agreement_on,
    place_order,
    put_details,
)
from purveyor.flows.checkout.po_codes import PO_CODE_MAX
from purveyor.flows.ordering.approving import reseller_to_ask
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused


class DetailsForm(ShopForm):
    """Who gets the coupon code, and the buyer's own code for the order."""

    po_code = forms.CharField(
        label=gettext_lazy("Your order reference (PO code)"),
        max_length=PO_CODE_MAX,
        required=False,
        help_text=gettext_lazy("It stands on the invoice."),
    )

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.pk): each for each in people}
        self.fields["recipient"] = forms.ChoiceField(
            label=_("Who gets the coupon code?"),
            help_text=_("It is mailed there as soon as it is made."),
            choices=[
                (pk, f"{each.first_name} {each.last_name} · {each.email}")
                for pk, each in self.people.items()
            ],
        )

    @property
    def chosen(self) -> Any:
        """The contact that was chosen."""
        return self.people[self.cleaned_data["recipient"]]


class PlaceForm(ShopForm):
    """The buyer's yes: to what was shown, and to the terms."""

    agreed = forms.CharField(widget=forms.HiddenInput)
    terms = TermsField(
        refusal=gettext_lazy("Accept the terms of sale to place the order.")
    )

    def __init__(self, *args: Any, has_terms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_terms:
            del self.fields["terms"]


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("orders.place")
def details(request: ShopRequest, key: UUID) -> HttpResponse:
    """Show who is billed, and ask who gets the coupon code."""
    basket = get_basket(key=key, member=request.member)
    if basket.order is not None:
        return redirect("storefront:order", number=basket.order.number)
    contents = contents_of(basket=basket, member=request.member, on=clock.today())
    if not contents.is_ready:
        return redirect("storefront:basket")
    people = contacts_for(receiver=contents.receiver, payer=contents.payer)
    initial = {"recipient": str(basket.recipient_id or ""), "po_code": basket.po_code}
    form = DetailsForm(people, request.POST or None, initial=initial)
    if form.is_valid():
        try:
            put_details(
                basket=basket,
                recipient=form.chosen,
                po_code=form.cleaned_data["po_code"],
                member=request.member,
            )
            return redirect("storefront:review", key=key)
        except BasketIsPlaced:
            return redirect("storefront:review", key=key)
        except Refused as refusal:
            form.refuse(refusal)
    told = {"contents": contents, "form": form, "bill": bill_of(contents.payer)}
    status = 422 if form.is_bound else 200
    return render(request, "storefront/details.html", told, status=status)


@require_safe
@member_may("orders.place")
def review(request: ShopRequest, key: UUID) -> HttpResponse:
    """Show what will be ordered, and what is to be paid."""
    basket = get_basket(key=key, member=request.member)
    if basket.order is not None:
        return redirect("storefront:order", number=basket.order.number)
    contents = contents_of(basket=basket, member=request.member, on=clock.today())
    if not contents.is_ready:
        return redirect("storefront:basket")
    if basket.recipient is None:
        return redirect("storefront:details", key=key)
    return _review(request, contents, _place_form(request))


@require_POST
@member_may("orders.place")
def place(request: ShopRequest, key: UUID) -> HttpResponse:
    """Place the order, once; whoever presses again is led to the same order."""
    member = request.member
    basket = get_basket(key=key, member=member)
    if basket.order is not None:
        return redirect("storefront:order", number=basket.order.number)
    form = PlaceForm(request.POST, has_terms=bool(request.shop.terms))
    if not form.is_valid():
        return _once_more(request, basket, form)
    agreed = read_agreement(form.cleaned_data["agreed"])
    if agreed is None:
        messages.warning(request, _("Please check once more what you order."))
        return _once_more(request, basket, None)
    try:
        placed = place_order(
            basket=basket,
            member=member,
            agreed=agreed,
            actor=str(request.user),
            now=clock.now(),
        )
    except BasketIsPlaced as refusal:
        number = refusal.facts["order"]
    except OfferChanged as refusal:
        messages.warning(request, refusal.message)
        return _once_more(request, basket, None, agreed=agreed)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("storefront:basket")
    else:
        number = placed.number
    request.session[JUST_PLACED] = number
    return redirect("storefront:order", number=number)


def _once_more(
    request: ShopRequest, basket: Any, form: Any, *, agreed: Agreement | None = None
) -> HttpResponse:
    """Show the review again: something is missing, or has changed since."""
    contents = contents_of(basket=basket, member=request.member, on=clock.today())
    if not contents.is_ready:
        return redirect("storefront:basket")
    if basket.recipient is None:
        return redirect("storefront:details", key=basket.key)
    changes = changes_since(agreed, contents) if agreed is not None else []
    form = form or _place_form(request)
    return _review(request, contents, form, changes=changes, status=409)


def _review(
    request: ShopRequest,
    contents: Contents,
    form: PlaceForm,
    *,
    changes: Any = (),
    status: int = 200,
) -> HttpResponse:
    told = {
        "contents": contents,
        "form": form,
        "agreed": written_agreement(agreement_on(contents)),
        "changes": changes,
        "bill": bill_of(contents.payer),
        "agrees": reseller_to_ask(
            account=contents.receiver, agreed_by=request.member.account
        ),
    }
    return render(request, "storefront/review.html", told, status=status)


def _place_form(request: ShopRequest) -> PlaceForm:
    return PlaceForm(has_terms=bool(request.shop.terms))
