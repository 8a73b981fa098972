"""Pages before one is signed in: the second step, the password again, the first one."""

from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
)

from purveyor.domain.accounts.door import may_ask_for_reset, note_wrong_code
from purveyor.domain.accounts.invitations import (
    LinkIsWorthless,
    accept_invitation,
    ask_for_reset,
    find_invited,
)
from purveyor.faces.backoffice.frame.site import bss, locked_out
from purveyor.kernel import clock

SLOT = "invitation"  # where the session keeps the link's secret: no page shows it


class CodeWidget(UnfoldAdminTextInputWidget):
    """Where a code is typed, or filled in by the telephone."""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
            }
        )


CODE_HELP = _("Six digits from your authenticator app, or one of your recovery codes.")


class CodeForm(AuthenticateForm):
    """Asks for the code."""

    code = forms.CharField(label=_("Code"), widget=CodeWidget, help_text=CODE_HELP)


class CodeAgain(CodeAgainForm):
    """Asks for a code once more."""

    code = forms.CharField(label=_("Code"), widget=CodeWidget, help_text=CODE_HELP)


class PasswordAgain(ReauthenticateForm):
    """Asks for the password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "current-password", "autofocus": True}
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            strip=False,
            widget=UnfoldAdminPasswordWidget(attrs=attrs),
        )


class SecondStep(AuthenticateView):
    """The second step of a sign-in: the code."""

    template_name = "backoffice/door/code.html"
    form_class = CodeForm

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that the code was wrong, and remember that somebody tried."""
        user = self.stage.login.user
        now = clock.now()
        if note_wrong_code(self.request, user=user, form=form, now=now):
            return locked_out(self.request)
        answer: HttpResponse = super().form_invalid(form)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        told = {"title": _("Second step"), "back": reverse("bss:login")}
        return {
            **bss.each_context(self.request),
            **super().get_context_data(**kwargs),
            **told,
        }


class AgainByPassword(ReauthenticateView):
    """The password once more, before something that concerns the sign-in itself."""

    template_name = "backoffice/door/again.html"
    form_class = PasswordAgain

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        return _again(self.request, super().get_context_data(**kwargs))


class AgainByCode(CodeAgainView):
    """A code once more, before something that concerns the sign-in itself."""

    template_name = "backoffice/door/again.html"
    form_class = CodeAgain

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        return _again(self.request, super().get_context_data(**kwargs))


def _again(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    told = {"title": _("Is it you?"), "back": reverse("bss:security")}
    return {**bss.each_context(request), **context, **told}


# ------------------------------------------------------------------ a new password


class ForgottenForm(forms.Form):
    """Asks for the e-mail."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(
            attrs={"autocomplete": "username", "autofocus": True}
        ),
    )


@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Mail a link to who forgot their password; the answer is always the same."""
    form = ForgottenForm(request.POST or None)
    told = {"title": _("Forgot your password?"), "form": form}
    if form.is_valid():
        email = form.cleaned_data["email"]
        if not may_ask_for_reset(request, email=email):
            return locked_out(request)
        ask_for_reset(email=email, now=clock.now())
        told = {"title": _("Look into your mail"), "email": email}
    return _page(request, "backoffice/door/forgotten.html", told)


class FirstPasswordForm(SetPasswordForm[Any]):
    """Asks for the password twice."""

    new_password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "new-password", "autofocus": True}
        ),
        help_text=_("At least 8 characters, and nothing that is easy to guess."),
    )
    new_password2 = forms.CharField(
        label=_("The same again"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )


@never_cache
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the secret of a link out of the address, so that no page passes it on."""
    request.session[SLOT] = token
    return HttpResponseRedirect(reverse("first_password"))


@never_cache
@sensitive_post_parameters()
def first_password(request: HttpRequest) -> HttpResponse:
    """Let a person set a password by the link they were mailed, once."""
    token = str(request.session.get(SLOT, ""))
    try:
        user = find_invited(token=token, now=clock.now())
        form = FirstPasswordForm(user, request.POST or None)
        if form.is_valid():
            password = form.cleaned_data["new_password1"]
            accept_invitation(token=token, password=password, now=clock.now())
            del request.session[SLOT]
            messages.success(request, _("Your password is set. Sign in with it."))
            return HttpResponseRedirect(reverse("bss:login"))
    except LinkIsWorthless as refusal:
        told = {"title": _("Worthless link"), "refusal": refusal.message}
        return _page(request, "backoffice/door/worthless.html", told, status=410)
    is_first = not user.has_usable_password()
    title = _("Set your password") if is_first else _("Set a new password")
    told = {"title": title, "form": form, "person": user}
    return _page(request, "backoffice/door/first_password.html", told)


def _page(
    request: HttpRequest, template: str, told: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {**bss.each_context(request), **told}
    return TemplateResponse(request, template, context, status=status)
