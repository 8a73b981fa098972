"""The door of the BSS: e-mail and password, then the second step of who has one."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm

from purveyor.domain.accounts.models import SignInOutcome, User
from purveyor.domain.accounts.signing_in import (
    note_sign_in,
    set_password,
    visitor_of,
)
from purveyor.kernel import clock


def note_failure(
    request: HttpRequest, email: str, outcome: SignInOutcome, user: User | None = None
) -> None:
    """Write into the history that somebody was not let in."""
    visitor = visitor_of(request, email)
    note_sign_in(visitor=visitor, outcome=outcome, user=user, now=clock.now())


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """Asks a person for the old password, and for a new one twice."""

    def save(self, commit: bool = True) -> Any:
        """Set it: journaled, and the end of every other session."""
        user: Any = self.user
        password = self.cleaned_data["new_password1"]
        set_password(user=user, password=password, actor=user.email, now=clock.now())
        return user


class SignIn(LoginView):
    """Ask for e-mail and password; the rest of the way is django-allauth's."""

    authentication_form = AuthenticationForm
    template_name = "admin/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Let the person in, or ask for the second step."""
        user = form.get_user()
        known = {"email": user.email, "reauthenticated": True}  # just now, that is
        record_authentication(self.request, user, method="password", **known)
        answer: HttpResponse = perform_login(
            self.request, user, email=user.email, redirect_url=self.get_success_url()
        )
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that it was wrong, and remember that somebody tried."""
        email = str(form.data.get("username", "")).strip()
        if email:
            is_locked = getattr(self.request, "axes_locked_out", False)
            outcome = (
                SignInOutcome.LOCKED_OUT if is_locked else SignInOutcome.WRONG_PASSWORD
            )
            note_failure(self.request, email, outcome)
        return super().form_invalid(form)

    def get_default_redirect_url(self) -> str:
        """Return where one arrives: the dashboard."""
        return reverse("bss:index")
