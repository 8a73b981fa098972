"""A password by a link that was mailed: the first one, or one instead of a lost one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from purveyor.domain.accounts.door import may_ask_for_reset
from purveyor.domain.accounts.invitations import (
    LinkIsWorthless,
    accept_invitation,
    ask_for_reset,
    find_invited,
)
from purveyor.faces.storefront.frame.access import ShopRequest, anyone
from purveyor.faces.storefront.frame.errors import locked_out
from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.faces.storefront.people.passwords import NewPasswordForm
from purveyor.kernel import clock

SLOT = "welcome"  # where the session keeps the link's secret: no page shows it


class ForgottenForm(ShopForm):
    """Asks for the e-mail."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}
        ),
    )


class WelcomeForm(NewPasswordForm):
    """Asks for the first password, and how a person is called."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "password", "again")


@require_http_methods(["GET", "HEAD", "POST"])
@anyone
def forgotten(request: ShopRequest) -> HttpResponse:
    """Mail a link to who forgot their password; the answer is always the same."""
    form = ForgottenForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        told = {"form": form}
        return render(request, "storefront/people/forgotten.html", told, status=status)
    email = form.cleaned_data["email"]
    if not may_ask_for_reset(request, email=email):
        return locked_out(request)
    ask_for_reset(email=email, now=clock.now())
    return render(request, "storefront/people/mailed.html", {"email": email})


@require_safe
@anyone
def open_link(request: ShopRequest, token: str) -> HttpResponse:
    """Take the secret of a link out of the address, so that no page passes it on."""
    request.session[SLOT] = token
    return redirect("storefront:welcome")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@anyone
def welcome(request: ShopRequest) -> HttpResponse:
    """Let a person set a password by the link they were mailed, once."""
    token = str(request.session.get(SLOT, ""))
    try:
        user = find_invited(token=token, now=clock.now())
        form = _form(request, user)
        if form.is_valid():
            given = form.cleaned_data
            accept_invitation(
                token=token,
                password=given["password"],
                name=given.get("name", ""),
                now=clock.now(),
            )
            del request.session[SLOT]
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("storefront:sign_in")
    except LinkIsWorthless as refusal:
        why = {"refusal": refusal.message}
        return render(request, "storefront/people/worthless.html", why, status=410)
    told = {"form": form, "person": user, "is_first": not user.has_usable_password()}
    status = 422 if form.is_bound else 200
    return render(request, "storefront/people/welcome.html", told, status=status)


def _form(request: ShopRequest, user: Any) -> NewPasswordForm:
    if user.has_usable_password():
        return NewPasswordForm(user, request.POST or None)
    return WelcomeForm(user, request.POST or None, initial={"name": user.name})
