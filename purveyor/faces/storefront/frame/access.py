"""
Who is looking, and whether they may: a decorator on every view of the Storefront.

A view that has none fails a test. Whatever a view looks for is looked for with
`request.member`, so that what belongs to others is not found, like what does not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.csp import CSP
from django.utils.translation import gettext as _

from purveyor.domain.accounts.looking import SLOT, Look, end_look, find_look
from purveyor.domain.accounts.membership import Membership, memberships_of
from purveyor.domain.accounts.shopfront import Shopfront, find_shopfront
from purveyor.kernel import clock
from purveyor.kernel.errors import NotFound

# What the session keeps: for whom a person acts, and which order is thanked for next.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LEAVE = "leave"  # the one thing that who only looks can send
CHOSEN = "storefront_account"
JUST_PLACED = "storefront_just_placed"

#: Nothing from elsewhere, nothing written into a page; scripts only with its nonce.
POLICY = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

type View = Callable[..., HttpResponseBase]


class ShopRequest(HttpRequest):
    """A request to the Storefront: whose shop it is, and who is looking."""

    shop: Shopfront
    member: Membership
    memberships: tuple[Membership, ...]
    look: Look | None  # as whom a person of the staff is looking, and changes nothing


def member_may(permission: str) -> Callable[[View], View]:
    """Let only members see a view whose role in their account allows something."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(
            request: ShopRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            answer = _turned_away(request)
            if answer is not None:
                return answer
            if not request.member.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _page_of_the_shop(guarded, permission)

    return guard


def member(view: View) -> View:
    """Let only members see a view that is about nobody but themselves."""

    @wraps(view)
    def guarded(request: ShopRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = _turned_away(request)
        if answer is None and request.look is not None:
            answer = _only_looking(request)
        return view(request, *args, **kwargs) if answer is None else answer

    return _page_of_the_shop(guarded, "member")


def anyone(view: View) -> View:
    """Let everybody see a view, also who is not signed in."""

    @wraps(view)
    def guarded(request: ShopRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        arrive(request)
        return view(request, *args, **kwargs)

    return _page_of_the_shop(guarded, "anyone")


def arrive(request: Any) -> None:
    """Note on a request whose shop it is, and for which account who is looking acts."""
    if hasattr(request, "shop"):
        return
    request.shop = find_shopfront()
    request.memberships, request.member, request.look = (), None, None
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        request.look = find_look(request.session, staff=user, now=clock.now())
        if request.look is not None:
            request.memberships = (request.look.member,)
            request.member = request.look.member
            return
        request.memberships = memberships_of(user)
        chosen = request.session.get(CHOSEN)
        mine = {each.account.number: each for each in request.memberships}
        first = next(iter(mine.values()), None)
        request.member = mine.get(chosen, first)


class Clothes:
    """Give every answer of the Storefront its headers, also one no view has made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        response = self.get_response(request)
        way = request.resolver_match
        if way is not None and way.namespace == "storefront":
            in_clothes(response)
        return response


def in_clothes(response: HttpResponse) -> HttpResponse:
    """Return a page of the Storefront with the headers that keep it safe."""
    vars(response)["_csp_config"] = POLICY
    response.headers["Permissions-Policy"] = FEATURES
    if "Cache-Control" not in response.headers:
        add_never_cache_headers(response)
    return response


def _page_of_the_shop(guarded: View, permission: str) -> View:
    @wraps(guarded)
    def shown(request: ShopRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        arrive(request)
        if request.look is not None and not _may_do(request):
            return _only_looking(request)
        try:
            return guarded(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error

    vars(shown)["permission"] = permission  # for the test that walks all addresses
    return shown


def _may_do(request: ShopRequest) -> bool:
    """Return whether it is something that who only looks does: read, or leave."""
    way = request.resolver_match
    return request.method in SAFE or (way is not None and way.url_name == LEAVE)


def _only_looking(request: ShopRequest) -> HttpResponse:
    return render(request, "storefront/looking_only.html", status=403)


def _turned_away(request: ShopRequest) -> HttpResponse | None:
    """Return what a visitor is shown who is no member, or while the shop is closed."""
    arrive(request)
    if request.shop is None:
        return HttpResponseRedirect(reverse("bss:index"))
    if not request.shop.is_open:
        return render(request, "storefront/closed.html", status=503)
    if not request.user.is_authenticated:
        query = urlencode({"next": _way_back(request)})
        return HttpResponseRedirect(f"{reverse('storefront:sign_in')}?{query}")
    if request.member is None and SLOT in request.session:
        return _looked_long_enough(request)
    if request.member is None:
        return render(request, "storefront/no_account.html", status=403)
    return None


def _looked_long_enough(request: ShopRequest) -> HttpResponse:
    """Lead who has looked as a member back to the BSS: the time is over."""
    staff: Any = request.user
    account = end_look(request.session, staff=staff, now=clock.now())
    messages.info(request, _("The look at the Storefront is over."))
    if account is None:
        return HttpResponseRedirect(reverse("bss:index"))
    return HttpResponseRedirect(reverse("bss:account_people", args=[account]))


def _way_back(request: ShopRequest) -> str:
    """Return where to go after signing in; a form's address answers no visit."""
    if request.method == "GET":
        return request.get_full_path()
    return reverse("storefront:basket")
