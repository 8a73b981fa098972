"""What the pages under My account share: their tabs, and how they are shown."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

MANAGE = "people.manage"
#: The pages that are found under Sign-in security.
OF_SECURITY = (
    *("change_password", "set_up", "take_down", "recovery_codes", "new_codes"),
    *("add_passkey", "remove_passkey"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages under My account."""

    title: str
    address: str
    is_here: bool


def show(
    request: HttpRequest, template: str, told: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page under My account."""
    return render(request, template, among_tabs(request, told), status=status)


def among_tabs(request: Any, told: dict[str, Any]) -> dict[str, Any]:
    """Return what a page under My account is told, with the tabs above it."""
    known: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        (_("Profile"), "profile", ()),
        (_("Sign-in security"), "security", OF_SECURITY),
    )
    if request.member.may(MANAGE):
        known = (*known, (_("People"), "people", ("person",)))
    here = request.resolver_match.url_name
    tabs = [
        Tab(title, reverse(f"storefront:{name}"), here in {name, *pages})
        for title, name, pages in known
    ]
    return {**told, "tabs": tabs}
