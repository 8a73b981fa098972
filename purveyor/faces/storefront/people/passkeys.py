"""Passkeys: a device signs its owner in. Where scripts are off, nothing offers them."""

import json
from typing import Any

from allauth.account.models import Login
from allauth.mfa.webauthn.forms import SignupWebAuthnForm
from allauth.mfa.webauthn.internal import auth, flows
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    RemoveWebAuthnView,
)
from django import forms
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.accounts.signing_in import note_second_step
from purveyor.faces.storefront.frame.access import anyone, member
from purveyor.faces.storefront.frame.forms import LikeOurs
from purveyor.faces.storefront.people.pages import among_tabs
from purveyor.faces.ui.browsers import browser_words
from purveyor.kernel import clock


def as_json(options: Any) -> str:
    """Return what a browser is asked for, as an attribute of a form can hold it."""
    return json.dumps(options, cls=DjangoJSONEncoder)


class PasskeyForm(LikeOurs, SignupWebAuthnForm):
    """Asks what to call it; the rest comes from the device."""

    name = forms.CharField(
        label=gettext_lazy("What do you call this device?"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("So that you know it again in the list."),
    )


class AddPasskey(AddWebAuthnView):
    """Add a passkey."""

    template_name = "storefront/people/add_passkey.html"
    form_class: Any = PasskeyForm

    def get_initial(self) -> dict[str, Any]:
        """Return what the device is called at first: what is known of it."""
        agent = self.request.META.get("HTTP_USER_AGENT", "")
        return {**super().get_initial(), "name": browser_words(agent)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it."""
        answer: HttpResponse = super().form_valid(form)
        user: Any = self.request.user
        note_second_step(user=user, verb="add_passkey", now=clock.now())
        messages.success(self.request, _("The passkey is added."))
        return answer

    def get_success_url(self) -> str:
        """Return where one goes on: to recovery codes, if these are the first."""
        is_first = self.did_generate_recovery_codes
        return reverse(
            "storefront:recovery_codes" if is_first else "storefront:security"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows, and what the browser asks its device for."""
        told = super().get_context_data(**kwargs)
        user: Any = self.request.user
        asked = auth.begin_registration(user, passwordless=True)
        return among_tabs(self.request, {**told, "options": as_json(asked)})


class RemovePasskey(RemoveWebAuthnView):
    """Forget a passkey."""

    template_name = "storefront/people/remove_passkey.html"
    success_url = reverse_lazy("storefront:security")

    def form_valid(self, form: Any) -> HttpResponse:
        """Forget it."""
        answer: HttpResponse = super().form_valid(form)
        user: Any = self.request.user
        note_second_step(user=user, verb="remove_passkey", now=clock.now())
        messages.success(self.request, _("The passkey does not sign you in any more."))
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows; the passkey is `object`."""
        kept: Any = super()
        return among_tabs(self.request, kept.get_context_data(**kwargs))


class SignInByPasskey(LoginWebAuthnView):
    """Let a member in by a passkey alone."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Let them in."""
        found = form.cleaned_data["credential"]
        login = Login(user=found.user, redirect_url=reverse("storefront:home"))
        answer: HttpResponse = flows.perform_passwordless_login(
            self.request, found, login
        )
        return answer

    def form_invalid(self, _form: Any) -> HttpResponse:
        """Say that nobody is known by it."""
        words = _("We do not know this passkey. Sign in with your password.")
        messages.error(self.request, words)
        return redirect("storefront:sign_in")


add_passkey = member(AddPasskey.as_view())
remove_passkey = member(RemovePasskey.as_view())
sign_in_by_passkey = anyone(SignInByPasskey.as_view())
