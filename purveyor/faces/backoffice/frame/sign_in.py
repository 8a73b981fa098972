"""The door of the BSS: e-mail and password, then the second step of who has one."""

from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.urls import reverse
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm

from purveyor.domain.accounts.door import let_in, note_wrong_password
from purveyor.domain.accounts.signing_in import set_password
from purveyor.kernel import clock


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
    template_name = "backoffice/door/sign_in.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Let the person in, or ask for the second step."""
        user, goes_to = form.get_user(), self.get_success_url()
        return let_in(self.request, user=user, goes_to=goes_to)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that it was wrong, and remember that somebody tried."""
        email = str(form.data.get("username", "")).strip()
        if email:
            note_wrong_password(self.request, email=email, now=clock.now())
        return super().form_invalid(form)

    def get_default_redirect_url(self) -> str:
        """Return where one arrives: the dashboard."""
        return reverse("bss:index")
