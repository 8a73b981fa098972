"""What the pages under My account share: their tabs, and how they are shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from purveyor.faces.storefront.frame.tabs import Place, tabs_of

MANAGE = "people.manage"
#: The pages that are found under Sign-in security.
OF_SECURITY = (
    *("change_password", "set_up", "take_down", "recovery_codes", "new_codes"),
    *("add_passkey", "remove_passkey"),
)


def show(
    request: HttpRequest, template: str, told: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page under My account."""
    return render(request, template, among_tabs(request, told), status=status)


def among_tabs(request: Any, told: dict[str, Any]) -> dict[str, Any]:
    """Return what a page under My account is told, with the tabs above it."""
    places = (
        Place(_("Profile"), "profile"),
        Place(_("Sign-in security"), "security", beside=OF_SECURITY),
        Place(_("People"), "people", MANAGE, beside=("person",)),
    )
    return {**told, "tabs": tabs_of(request, _("My account"), places)}
