"""The password of a member: how a new one is asked for, and changed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from purveyor.domain.accounts.door import note_wrong_password
from purveyor.domain.accounts.signing_in import set_password
from purveyor.faces.storefront.frame.access import ShopRequest, member
from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.faces.storefront.people.pages import show
from purveyor.kernel import clock

LENGTH_MAX = 4_096


def password_field(label: Any, *, help_text: Any = "", use: str) -> forms.CharField:
    """Return where a password is typed; `use` tells a password manager which."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LENGTH_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": use}),
        help_text=help_text,
    )


class NewPasswordForm(ShopForm):
    """Asks for a new password twice."""

    password = password_field(
        gettext_lazy("New password"),
        help_text=gettext_lazy(
            "At least 8 characters, and nothing that is easy to guess."
        ),
        use="new-password",
    )
    again = password_field(gettext_lazy("The same again"), use="new-password")

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Check that both are the same, and that it is a good one."""
        given = self.cleaned_data
        if "password" in given and "again" in given:
            if given["password"] != given["again"]:
                self.add_error("again", _("This is not the same. Type it once more."))
            try:
                validate_password(given["password"], self.user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


class ChangePasswordForm(NewPasswordForm):
    """Asks for the old password too; wrong ones are counted."""

    old = password_field(gettext_lazy("Current password"), use="current-password")
    field_order = ("old", "password", "again")

    def __init__(self, request: ShopRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(request.member.user, *args, **kwargs)

    def clean_old(self) -> str:
        """Check that it is the person's."""
        old: str = self.cleaned_data["old"]
        if authenticate(self.request, username=self.user.email, password=old) is None:
            note_wrong_password(self.request, email=self.user.email, now=clock.now())
            raise forms.ValidationError(_("This is not your current password."))
        return old


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@member
def change_password(request: ShopRequest) -> HttpResponse:
    """Let a member set a new password; it ends all sessions but this one."""
    form = ChangePasswordForm(request, request.POST or None)
    if form.is_valid():
        user, password = request.member.user, form.cleaned_data["password"]
        set_password(user=user, password=password, actor=user.email, now=clock.now())
        update_session_auth_hash(request, user)
        words = _("Your password is changed. Other browsers have to sign in with it.")
        messages.success(request, words)
        return redirect("storefront:security")
    status = 422 if form.is_bound else 200
    told = {"form": form}
    return show(request, "storefront/people/password.html", told, status=status)
