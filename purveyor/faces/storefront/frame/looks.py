"""What a page is dressed with: the distributor's colours and logo, light or dark."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from purveyor.domain.accounts.shopfront import find_logo
from purveyor.faces.storefront.frame.access import ShopRequest, anyone
from purveyor.faces.storefront.frame.palette import stylesheet
from purveyor.faces.storefront.frame.surroundings import LOOK_COOKIE, LOOKS
from purveyor.kernel.errors import NotFound

YEAR_SECONDS = 31_536_000
KEPT = f"public, max-age={YEAR_SECONDS}, immutable"  # the address changes with it


@require_safe
@anyone
def colors(request: ShopRequest, version: str) -> HttpResponse:
    """Return the style sheet with the distributor's colours."""
    if request.shop is None:
        raise NotFound(version)
    headers = {"Cache-Control": KEPT}
    return HttpResponse(
        stylesheet(request.shop), content_type="text/css", headers=headers
    )


@require_safe
@anyone
def logo(request: ShopRequest, version: str) -> HttpResponse:
    """Return the distributor's logo."""
    found = find_logo() if request.shop else None
    if found is None:
        raise NotFound(version)
    kind = "image/png" if found.startswith(b"\x89PNG") else "image/jpeg"
    return HttpResponse(found, content_type=kind, headers={"Cache-Control": KEPT})


@require_safe
@anyone
def terms(request: ShopRequest) -> HttpResponse:
    """Show the terms of sale."""
    return render(request, "storefront/terms.html")


@require_POST
@anyone
def look(request: ShopRequest) -> HttpResponse:
    """Keep whether a person wants pages light, dark, or as their system has them."""
    response = HttpResponseRedirect(way_back(request))
    wanted = request.POST.get("look", "auto")
    response.set_cookie(
        LOOK_COOKIE,
        wanted if wanted in LOOKS else "auto",
        max_age=YEAR_SECONDS,
        secure=request.is_secure(),
        samesite="Lax",
    )
    return response


def way_back(request: ShopRequest) -> str:
    """Return the page a form was sent from, or the first one; never another site."""
    wanted = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_here else reverse("storefront:home")
