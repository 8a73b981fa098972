"""A company asks for an account, and the person who asks confirms their e-mail."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from purveyor.domain.accounts.door import may_register
from purveyor.domain.accounts.registrations import (
    RegistrationLinkIsWorthless,
    ask_for_account,
    find_asked,
    verify_registration,
)
from purveyor.faces.storefront.frame.access import ShopRequest, anyone
from purveyor.faces.storefront.frame.errors import locked_out
from purveyor.faces.storefront.frame.firms import ADDRESS, NewFirmForm
from purveyor.faces.storefront.frame.forms import TermsField
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

SLOT = "registration"  # where the session keeps the link's secret: no page shows it

#: What browsers fill in by themselves, in their own words.
AUTOCOMPLETE = {
    "name": "organization",
    "email": "off",  # not the person's own
    "line1": "address-line1",
    "line2": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "country": "country",
    "first_name": "given-name",
    "last_name": "family-name",
    "contact_email": "email",
}


class RegistrationForm(NewFirmForm):
    """What has to be known of a company that asks for an account, and of who asks."""

    contact_email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        help_text=gettext_lazy(
            "A link goes there by which you confirm it. You sign in with it later."
        ),
    )
    terms = TermsField(
        refusal=gettext_lazy("Accept the terms of sale to ask for an account.")
    )

    def __init__(self, *args: Any, has_terms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_terms:
            del self.fields["terms"]
        for name, token in AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = token

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in, as a registration calls it."""
        same = ("name", "email", "tax_number", *ADDRESS, "first_name", "last_name")
        given = self.cleaned_data
        facts = {name: given[name] for name in same}
        return {**facts, "person_email": given["contact_email"]}


@require_http_methods(["GET", "HEAD", "POST"])
@anyone
def register(request: ShopRequest) -> HttpResponse:
    """Ask for an account; the answer is always the same, whoever is known."""
    if (answer := _turned_away(request)) is not None:
        return answer
    form = RegistrationForm(request.POST or None, has_terms=bool(request.shop.terms))
    if form.is_valid():
        email = form.cleaned_data["contact_email"]
        if not may_register(request, email=email):
            return locked_out(request)
        try:
            _ask(form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            told = {"email": email}
            return render(request, "storefront/people/register_mailed.html", told)
    status = 422 if form.is_bound else 200
    told = {"form": form}
    return render(request, "storefront/people/register.html", told, status=status)


@require_safe
@anyone
def open_registration(request: ShopRequest, token: str) -> HttpResponse:
    """Take the secret of a link out of the address, so that no page passes it on."""
    if (answer := _turned_away(request)) is not None:
        return answer
    request.session[SLOT] = token
    return redirect("storefront:confirm_registration")


@require_http_methods(["GET", "HEAD", "POST"])
@anyone
def confirm_registration(request: ShopRequest) -> HttpResponse:
    """Let a person confirm their e-mail by the link they were mailed, once."""
    if (answer := _turned_away(request)) is not None:
        return answer
    token = str(request.session.get(SLOT, ""))
    try:
        if request.method == "POST":
            registration = verify_registration(token=token, now=clock.now())
            del request.session[SLOT]
            template = "storefront/people/register_confirmed.html"
        else:
            registration = find_asked(token=token, now=clock.now())
            template = "storefront/people/register_confirm.html"
    except RegistrationLinkIsWorthless as refusal:
        why = {"refusal": refusal.message}
        template = "storefront/people/register_worthless.html"
        return render(request, template, why, status=410)
    return render(request, template, {"registration": registration})


def _ask(form: RegistrationForm) -> None:
    ask_for_account(
        facts=form.facts,
        language=get_language() or "",
        accepts_terms=bool(form.cleaned_data.get("terms")),
        now=clock.now(),
    )


def _turned_away(request: ShopRequest) -> HttpResponse | None:
    """Return what a closed shop shows; while nobody may ask there is no page."""
    if request.shop is None or not request.shop.takes_registrations:
        raise Http404
    if not request.shop.is_open:
        return render(request, "storefront/closed.html", status=503)
    return None
