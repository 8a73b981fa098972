"""My sign-in: the second step, its recovery codes, where and when I signed in."""

from typing import Any

from allauth.mfa.recovery_codes.internal.flows import view_recovery_codes
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
)
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from purveyor.domain.accounts.signing_in import (
    MUST_SET_UP,
    end_session,
    find_session,
    is_second_step_required,
    last_sign_ins,
    list_sessions,
    note_second_step,
    second_steps_of,
)
from purveyor.faces.backoffice.door.pages import CodeWidget
from purveyor.faces.backoffice.door.session_words import shown_sessions
from purveyor.faces.backoffice.frame.questions import Question, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.faces.ui.browsers import browser_words
from purveyor.kernel import clock

MAY_END = "accounts.change_user"


@bss.page("security/", name="security", permission="")
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Show a person what belongs to their own sign-in."""
    user: Any = request.user
    context = {
        "title": _("My sign-in"),
        "steps": second_steps_of(user=user),
        "is_required": is_second_step_required(user=user),
        "sessions": shown_sessions(request, list_sessions(user=user)),
        "sign_ins": [
            {
                "at": line.at,
                "outcome": line.get_outcome_display(),
                "is_well": line.outcome == "SIGNED_IN",
                "address": line.address,
                "browser": browser_words(line.browser),
            }
            for line in last_sign_ins(user=user)
        ],
    }
    return bss.render(request, "backoffice/security/page.html", context)


# ------------------------------------------------------------------ the second step


class SetUpForm(ActivateTOTPForm):
    """Asks for the first code."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        widget=CodeWidget,
        help_text=gettext_lazy("The six digits that the app shows now."),
    )


class SetUp(ActivateTOTPView):
    """Set up an authenticator app."""

    template_name = "backoffice/security/set_up.html"
    form_class = SetUpForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it, and show the recovery codes that came with it."""
        user: Any = self.request.user
        answered: HttpResponse = super().form_valid(form)
        note_second_step(user=user, verb="set_up_second_step", now=clock.now())
        self.request.session.pop(MUST_SET_UP, None)
        messages.success(self.request, _("Two-step sign-in is on."))
        return answered

    def get_success_url(self) -> str:
        """Return the page of the recovery codes."""
        return reverse("bss:recovery_codes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        told = {
            "title": _("Set up two-step sign-in"),
            "must": self.request.session.get(MUST_SET_UP, False),
        }
        return framed(self.request, super().get_context_data(**kwargs) | told)


class TakeDown(DeactivateTOTPView):
    """Do without the second step again."""

    template_name = "backoffice/security/take_down.html"
    success_url = reverse_lazy("bss:security")

    def form_valid(self, form: Any) -> HttpResponse:
        """Forget the authenticator app."""
        user: Any = self.request.user
        answered: HttpResponse = super().form_valid(form)
        note_second_step(user=user, verb="take_down_second_step", now=clock.now())
        messages.success(self.request, _("Two-step sign-in is off."))
        return answered

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        told = {"title": _("Switch off two-step sign-in")}
        return framed(self.request, super().get_context_data(**kwargs) | told)


# ------------------------------------------------------------------ recovery codes


@bss.page("security/recovery-codes/", name="recovery_codes", permission="")
@never_cache
@require_GET
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the codes that work instead of the app, each once."""
    codes, _can_view = view_recovery_codes(request)
    if codes is None:
        return HttpResponseRedirect(reverse("bss:security"))
    context = {
        "title": _("Recovery codes"),
        "codes": codes.get_unused_codes(),
        "count": len(codes.generate_codes()),
    }
    return bss.render(request, "backoffice/security/recovery_codes.html", context)


class NewRecoveryCodes(GenerateRecoveryCodesView):
    """Make new codes; the old ones are worthless from then on."""

    template_name = "backoffice/security/new_codes.html"
    success_url = reverse_lazy("bss:recovery_codes")

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them, and show them."""
        user: Any = self.request.user
        answered: HttpResponse = super().form_valid(form)
        note_second_step(user=user, verb="renew_recovery_codes", now=clock.now())
        messages.success(self.request, _("The old codes do not work any more."))
        return answered

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        told = {"title": _("New recovery codes")}
        return framed(self.request, super().get_context_data(**kwargs) | told)


class RecoveryCodesFile(DownloadRecoveryCodesView):
    """The codes as a text file."""

    template_name = "backoffice/security/recovery_codes.txt"


def framed(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return what a page is told, with what the BSS's frame needs."""
    return {**bss.each_context(request), **context}


PAGES = (
    ("security/set-up/", "set_up_second_step", SetUp),
    ("security/switch-off/", "take_down_second_step", TakeDown),
    ("security/recovery-codes/new/", "new_recovery_codes", NewRecoveryCodes),
    ("security/recovery-codes/file/", "recovery_codes_file", RecoveryCodesFile),
)
for _route, _name, _view in PAGES:
    bss.page(_route, name=_name, permission="")(_view.as_view())


# ------------------------------------------------------------------ sessions


@bss.page("security/sessions/<int:session_id>/end/", name="end_session", permission="")
def end_one_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign somebody out of one browser: oneself, or anybody with the permission."""
    session = find_session(pk=session_id)
    if session is None:
        raise Http404
    is_own = session.user.pk == request.user.pk
    if not (is_own or request.user.has_perm(MAY_END)):
        raise PermissionDenied

    def do(_given: dict[str, Any]) -> str:
        end_session(session=session, actor=actor_of(request), now=clock.now())
        return _("That browser is signed out.")

    question = Question(
        title=_("Sign out"),
        about=session.user.get_full_name(),
        text=_(
            "%(browser)s at %(address)s has to sign in again. "
            "What was not saved there is lost."
        )
        % {"browser": browser_words(session.browser), "address": session.address},
        submit=_("Sign out"),
        form=DialogForm(request=request, data=request.POST or None),
        back=reverse("bss:security" if is_own else "bss:signed_in"),
    )
    return answer(request, question, do)
