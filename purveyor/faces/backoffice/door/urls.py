"""
The addresses of the door, by the names under which django-allauth looks for them.

They are the same for every face. Whoever signs in here belongs to the BSS; the
Storefront brings its own pages for its people and shares the names.
"""

from django.urls import path
from django.views.generic import RedirectView

from purveyor.faces.backoffice.door.pages import (
    AgainByCode,
    AgainByPassword,
    SecondStep,
    first_password,
    open_link,
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="bss:login"), name="account_login"),
    path("code/", SecondStep.as_view(), name="mfa_authenticate"),
    path("again/", AgainByPassword.as_view(), name="account_reauthenticate"),
    path("again/code/", AgainByCode.as_view(), name="mfa_reauthenticate"),
    path("welcome/", first_password, name="first_password"),
    path("welcome/<str:token>/", open_link, name="open_link"),
    *(
        path(f"{name}/", RedirectView.as_view(pattern_name="bss:security"), name=name)
        for name in ("mfa_index", "mfa_activate_totp", "mfa_deactivate_totp")
    ),
]
