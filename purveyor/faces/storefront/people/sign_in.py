"""The door of the Storefront: in, out, and from one account to another."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from purveyor.domain.accounts.door import let_in, note_wrong_password
from purveyor.faces.storefront.frame.access import CHOSEN, ShopRequest, anyone, member
from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.kernel import clock


class SignInForm(ShopForm):
    """E-mail and password; the name of the first is the one that lock-out looks at."""

    username = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=4_096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@anyone
def sign_in(request: ShopRequest) -> HttpResponse:
    """Let a member in by e-mail and password; too many wrong ones lock for a while."""
    if request.shop is None:
        return redirect("bss:index")
    if not request.shop.is_open:
        return render(request, "storefront/closed.html", status=503)
    if request.member is not None:
        return redirect("storefront:home")
    form = SignInForm(request.POST or None)
    wanted = _wanted(request)
    if form.is_valid() and (user := _known(request, form)) is not None:
        if user.is_staff:
            messages.info(request, _("You are of the staff: sign in to the BSS."))
            return redirect("bss:login")
        return let_in(request, user=user, goes_to=wanted)
    status = 422 if form.is_bound else 200
    told = {"form": form, "wanted": wanted}
    return render(request, "storefront/sign_in.html", told, status=status)


def _known(request: ShopRequest, form: SignInForm) -> Any:
    """Return who has this e-mail and password; else say so on the form."""
    given = form.cleaned_data
    email, password = given["username"].strip().lower(), given["password"]
    user = authenticate(request, username=email, password=password)
    if user is None:
        note_wrong_password(request, email=email, now=clock.now())
        words = _("E-mail and password do not fit together. Try again, or ask us.")
        form.add_error(None, words)
    return user


@require_POST
@anyone
def sign_out(request: ShopRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("storefront:sign_in")


@require_POST
@member
def switch(request: ShopRequest) -> HttpResponse:
    """Act for another account of one's own from now on."""
    wanted = request.POST.get("account", "")
    mine = {each.account.number: each.account for each in request.memberships}
    if wanted in mine:
        request.session[CHOSEN] = wanted
        words = _("You now act for %(account)s.")
        messages.success(request, words % {"account": mine[wanted].name})
    return redirect("storefront:home")


def _wanted(request: ShopRequest) -> str:
    """Return where to go once signed in; never another site."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    is_here = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_here else reverse("storefront:home")
