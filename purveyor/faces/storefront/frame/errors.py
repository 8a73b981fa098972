"""What is shown when something is not there, not allowed, or broken."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csp import get_nonce
from django.shortcuts import render
from django.template.loader import render_to_string

from purveyor.faces.storefront.frame.access import arrive, in_clothes


def not_found(request: HttpRequest, _error: Any = None) -> HttpResponse:
    """Say that there is no such page, or none for this account: one answer for both."""
    return _page(request, "storefront/errors/404.html", status=404)


def forbidden(request: HttpRequest, _error: Any = None) -> HttpResponse:
    """Say that the member's role does not allow it."""
    return _page(request, "storefront/errors/403.html", status=403)


def locked_out(request: HttpRequest) -> HttpResponse:
    """Say that too many wrong passwords were tried, and how long to wait."""
    return _page(request, "storefront/errors/429.html", status=429)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was open for too long; nothing was done."""
    del reason
    return _page(request, "storefront/errors/stale.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that something broke. It asks no database: that may be what broke."""
    told = {"look": "auto", "csp_nonce": get_nonce(request)}
    page = render_to_string("storefront/errors/500.html", told)
    return in_clothes(HttpResponse(page, status=500))


def _page(request: HttpRequest, template: str, *, status: int) -> HttpResponse:
    arrive(request)
    return in_clothes(render(request, template, status=status))
