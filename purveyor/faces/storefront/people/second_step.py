"""The second step of a member: set up, asked for at the door, recovered, given up."""

from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.account.stages import LoginStageController
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.recovery_codes.internal.flows import view_recovery_codes
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
)
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from purveyor.domain.accounts.door import note_wrong_code
from purveyor.domain.accounts.signing_in import note_second_step, second_steps_of
from purveyor.faces.storefront.frame.access import ShopRequest, anyone, member
from purveyor.faces.storefront.frame.errors import locked_out
from purveyor.faces.storefront.frame.forms import LikeOurs
from purveyor.faces.storefront.people.pages import among_tabs, show
from purveyor.faces.storefront.people.passkeys import as_json
from purveyor.kernel import clock

SECURITY = reverse_lazy("storefront:security")


def code_field(help_text: Any) -> forms.CharField:
    """Return where a code is typed, or filled in by the telephone."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}
    widget = forms.TextInput(attrs={**attrs, "autofocus": True})
    return forms.CharField(
        label=gettext_lazy("Code"), widget=widget, help_text=help_text
    )


CODE_HELP = gettext_lazy(
    "Six digits from your authenticator app, or one of your recovery codes."
)


class CodeForm(LikeOurs, AuthenticateForm):
    """Asks for the code."""

    code = code_field(CODE_HELP)


class CodeAgain(LikeOurs, CodeAgainForm):
    """Asks for a code once more."""

    code = code_field(CODE_HELP)


class PasswordAgain(LikeOurs, ReauthenticateForm):
    """Asks for the password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "current-password", "autofocus": True}
        self.fields["password"] = forms.CharField(
            label=_("Password"), strip=False, widget=forms.PasswordInput(attrs=attrs)
        )


class SetUpForm(LikeOurs, ActivateTOTPForm):
    """Asks for the first code."""

    code = code_field(gettext_lazy("The six digits that the app shows now."))


# ------------------------------------------------------------------ at the door


class SecondStep(AuthenticateView):
    """The second step of a sign-in: a code, or a passkey."""

    template_name = "storefront/people/code.html"
    form_class = CodeForm

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Ask only who has just shown their password; others begin there."""
        if LoginStageController.enter(request, AuthenticateStage.key) is None:
            return redirect("storefront:sign_in")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that it was wrong, and remember that somebody tried."""
        user = self.stage.login.user
        now = clock.now()
        if note_wrong_code(self.request, user=user, form=form, now=now):
            return locked_out(self.request)
        answer: HttpResponse = super().form_invalid(form)
        answer.status_code = 422
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        told: dict[str, Any] = super().get_context_data(**kwargs)
        steps = second_steps_of(user=self.stage.login.user)
        options = as_json(told["js_data"]["request_options"]) if steps.passkeys else ""
        return {**told, "steps": steps, "options": options}


# ------------------------------------------------------------------ once more


class AgainByPassword(ReauthenticateView):
    """The password once more, before something that concerns the sign-in itself."""

    template_name = "storefront/people/again.html"
    form_class = PasswordAgain
    success_url = SECURITY


class AgainByCode(CodeAgainView):
    """A code once more, before something that concerns the sign-in itself."""

    template_name = "storefront/people/again.html"
    form_class = CodeAgain
    success_url = SECURITY


# ------------------------------------------------------------------ the app


class SetUp(ActivateTOTPView):
    """Set up an authenticator app."""

    template_name = "storefront/people/set_up.html"
    form_class = SetUpForm
    success_url = reverse_lazy("storefront:recovery_codes")

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it, and show the recovery codes that came with it."""
        answer: HttpResponse = super().form_valid(form)
        _note(self.request, "set_up_second_step", _("Two-step sign-in is on."))
        return answer

    def get_success_url(self) -> str:
        """Return the page of the recovery codes."""
        return reverse("storefront:recovery_codes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        return among_tabs(self.request, super().get_context_data(**kwargs))


class TakeDown(DeactivateTOTPView):
    """Do without the authenticator app again."""

    template_name = "storefront/people/take_down.html"
    success_url = SECURITY

    def form_valid(self, form: Any) -> HttpResponse:
        """Forget the authenticator app."""
        answer: HttpResponse = super().form_valid(form)
        told = _("The authenticator app is not asked for any more.")
        _note(self.request, "take_down_second_step", told)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        return among_tabs(self.request, super().get_context_data(**kwargs))


# ------------------------------------------------------------------ recovery codes


@require_safe
@member
def recovery_codes(request: ShopRequest) -> HttpResponse:
    """Show the codes that work instead of app and passkey, each once."""
    codes, _can_view = view_recovery_codes(request)
    if codes is None:
        return redirect("storefront:security")
    told = {
        "codes": codes.get_unused_codes(),
        "count": len(codes.generate_codes()),
    }
    return show(request, "storefront/people/recovery_codes.html", told)


class NewCodes(GenerateRecoveryCodesView):
    """Make new codes; the old ones are worthless from then on."""

    template_name = "storefront/people/new_codes.html"
    success_url = reverse_lazy("storefront:recovery_codes")

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them, and show them."""
        answer: HttpResponse = super().form_valid(form)
        told = _("The old codes do not work any more.")
        _note(self.request, "renew_recovery_codes", told)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        return among_tabs(self.request, super().get_context_data(**kwargs))


class CodesFile(DownloadRecoveryCodesView):
    """The codes as a text file."""

    template_name = "storefront/people/recovery_codes.txt"


def _note(request: Any, verb: str, told: str) -> None:
    note_second_step(user=request.user, verb=verb, now=clock.now())
    messages.success(request, told)


second_step = anyone(SecondStep.as_view())
again = member(AgainByPassword.as_view())
again_by_code = member(AgainByCode.as_view())
set_up = member(SetUp.as_view())
take_down = member(TakeDown.as_view())
new_codes = member(NewCodes.as_view())
codes_file = member(CodesFile.as_view())
