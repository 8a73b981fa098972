"""
The addresses of the door, by the names under which django-allauth looks for them.

They are the same for every face, and lead to the pages of the one to which a person
belongs: staff to those of the BSS, members to those of the Storefront.
"""

from typing import Any

from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.views.generic import RedirectView

from purveyor.faces.backoffice.door.pages import (
    AgainByCode,
    AgainByPassword,
    SecondStep,
    first_password,
    forgotten,
    open_link,
)


def second_step(request: HttpRequest) -> HttpResponseBase:
    """Ask for the second step on a page of the face to which a person belongs."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is not None and not stage.login.user.is_staff:
        return redirect("storefront:second_step")
    view: Any = SecondStep.as_view()
    answer: HttpResponseBase = view(request)
    return answer


def security(request: HttpRequest) -> HttpResponse:
    """Lead to the page about a person's own sign-in."""
    user: Any = request.user
    is_member = user.is_authenticated and not user.is_staff
    return redirect("storefront:security" if is_member else "bss:security")


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="bss:login"), name="account_login"),
    path("code/", second_step, name="mfa_authenticate"),
    path("again/", AgainByPassword.as_view(), name="account_reauthenticate"),
    path("again/code/", AgainByCode.as_view(), name="mfa_reauthenticate"),
    path("again/key/", security, name="mfa_reauthenticate_webauthn"),
    path("forgotten/", forgotten, name="admin_password_reset"),
    path("welcome/", first_password, name="first_password"),
    path("welcome/<str:token>/", open_link, name="open_link"),
    *(
        path(f"{name}/", security, name=name)
        for name in ("mfa_index", "mfa_activate_totp", "mfa_deactivate_totp")
    ),
]
