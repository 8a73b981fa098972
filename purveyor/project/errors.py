"""Which face says that something went wrong: the one whose address it was."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import csrf, defaults

from purveyor.faces.backoffice.frame import site
from purveyor.faces.storefront.frame import errors as storefront

BSS = ("/bss/", "/sign-in/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is not there."""
    if request.path.startswith(BSS):
        return defaults.page_not_found(request, exception)
    return storefront.not_found(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is not allowed."""
    if request.path.startswith(BSS):
        return defaults.permission_denied(request, exception)
    return storefront.forbidden(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer for what broke."""
    if request.path.startswith(BSS):
        return defaults.server_error(request)
    return storefront.broken(request)


def locked_out(request: HttpRequest, *told: object) -> HttpResponse:
    """Answer whoever has tried too many wrong passwords."""
    if request.path.startswith(BSS):
        return site.locked_out(request, *told)
    return storefront.locked_out(request)


def stale_form(request: HttpRequest, reason: str = "", **facts: Any) -> HttpResponse:
    """Answer for a form without the secret of its session."""
    if request.path.startswith(BSS):
        return csrf.csrf_failure(request, reason, **facts)
    return storefront.stale_form(request, reason)
