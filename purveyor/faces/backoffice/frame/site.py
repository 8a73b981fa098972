"""The BSS's own admin site: its pages beside the records, and its door."""

from collections.abc import Callable
from functools import update_wrapper, wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from purveyor.domain.accounts.signing_in import MUST_SET_UP
from purveyor.faces.backoffice.frame.display import NOTHING, name_of
from purveyor.faces.backoffice.frame.drafts import keep_draft
from purveyor.faces.backoffice.frame.finder import find
from purveyor.faces.backoffice.frame.menu import may_see
from purveyor.faces.backoffice.frame.sign_in import OwnPasswordForm, SignIn
from purveyor.faces.backoffice.frame.silences import silences
from purveyor.kernel.errors import NotFound

CRUMB = "bss_crumb"  # where a request carries the last step of its page's path
#: What is open to a person who must set up their second step first.
SET_UP_PAGES = ("set_up_second_step", "logout", "jsi18n")

View = Callable[..., HttpResponseBase]


class Bss(UnfoldAdminSite):
    """The distributor's back office."""

    enable_nav_sidebar = True
    index_title = _("Dashboard")
    empty_value_display = NOTHING
    index_template = "backoffice/dashboard.html"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._pages: list[tuple[str, str, View]] = []
        self.disable_action("delete_selected")  # records go one by one, or not at all

    def page(self, route: str, *, name: str, permission: str) -> Callable[[View], View]:
        """
        Add a page of its own to the BSS, for those who have a permission.

        It is reached as `bss:<name>`; several permissions are written with commas, one
        of them is enough. Without any it is for whoever is signed in.
        """

        def add(view: View) -> View:
            guarded = with_permission(view, permission)
            self._pages.append((route, name, guarded))
            return guarded

        return add

    def extra_urls(self) -> list[URLResolver | URLPattern]:
        """Return the pages of its own, before those of the records."""
        return [
            path(route, self.admin_view(view), name=name)
            for route, name, view in self._pages
        ]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """
        Guard a view; what was typed survives an expired sign-in.

        What is not there is not found, whichever view looked for it; nor is a record
        by what can be no number of one.
        """
        guarded: View = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                if request.headers.get("HX-Request"):
                    return self._whole_page_to_sign_in(request)
                if request.method == "POST":
                    keep_draft(request)
            elif request.session.get(MUST_SET_UP) and not _sets_up(request):
                return HttpResponseRedirect(reverse("bss:set_up_second_step"))
            if not str(kwargs.get("object_id") or 0).isdecimal():
                raise Http404
            try:
                return guarded(request, *args, **kwargs)
            except (ObjectDoesNotExist, NotFound) as error:
                raise Http404 from error

        return update_wrapper(inner, guarded)

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse | HttpResponse:
        """
        Answer the search over everything.

        It is asked by POST alone: what is looked for may be a coupon code, and has no
        place in an address, a log or a cache.
        """
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        term = request.POST.get("s", "")
        hits = list(enumerate(find(request, term), start=1))
        context = {"hits": hits, "is_asked": bool(term.strip())}
        answer = TemplateResponse(
            request, "unfold/helpers/command_results.html", context
        )
        answer["Cache-Control"] = "no-store"
        return answer

    @method_decorator(never_cache)
    @login_not_required
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the door; who has a second step is asked for it next."""
        back = SignIn().get_redirect_url(request) or reverse("bss:index")
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(back)
        context = {
            **self.each_context(request),
            "title": _("Sign in"),
            "app_path": request.get_full_path(),
            REDIRECT_FIELD_NAME: back,
            **(extra_context or {}),
        }
        self._is_for(request)
        door: View = SignIn.as_view(extra_context=context)
        return cast("HttpResponse", door(request))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Let a person set a new password of their own."""
        self._is_for(request)
        change: View = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("bss:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return cast("TemplateResponse", change(request))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Answer what can be chosen, by names that people know."""
        choices: View = NamedChoices.as_view(admin_site=self)
        return cast("HttpResponse", choices(request))

    def render(
        self, request: HttpRequest, template: str, context: dict[str, Any]
    ) -> TemplateResponse:
        """
        Return a page of its own in the BSS's frame; `title` is among the context.

        `crumb` may be: the last step of the page's path, after its record.
        """
        self._is_for(request)
        request.META[CRUMB] = context.get("crumb", "")
        return TemplateResponse(
            request, template, {**self.each_context(request), **context}
        )

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the records of one app; of all none, as the menu is our own."""
        if app_label is None:
            return []
        return cast("list[dict[str, Any]]", super().get_app_list(request, app_label))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page is told, also which vendors do not answer now."""
        return {
            **super().each_context(request),
            "silences": lambda: silences(request),  # asked for when it is shown
        }

    def _is_for(self, request: HttpRequest) -> None:
        setattr(request, "current_app", self.name)  # noqa: B010  # unfold reads it

    def _whole_page_to_sign_in(self, request: HttpRequest) -> HttpResponse:
        messages.info(request, _("Your sign-in has expired. Sign in to go on."))
        here = request.headers.get("HX-Current-URL", "").partition("/bss/")[2]
        query = urlencode({"next": f"{reverse('bss:index')}{here}"})
        return HttpResponse(headers={"HX-Redirect": f"{reverse('bss:login')}?{query}"})


class NamedChoices(AutocompleteJsonView):
    """What can be chosen in a field that searches while one types."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """Return one choice."""
        return {"id": str(getattr(obj, to_field_name)), "text": name_of(obj)}


def with_permission(view: View, permission: str) -> View:
    """Return a view for those who have one of the permissions, written with commas."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_see(request, permission):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    vars(guarded)["permission"] = permission  # for the test that walks all addresses
    return guarded


def _sets_up(request: HttpRequest) -> bool:
    return request.path in {reverse(f"bss:{page}") for page in SET_UP_PAGES}


def locked_out(request: HttpRequest, *_told: object) -> HttpResponse:
    """Return what a person sees after too many wrong passwords."""
    context = {**bss.each_context(request), "title": _("Please wait")}
    page = TemplateResponse(request, "backoffice/locked_out.html", context, status=429)
    return page.render()


bss = Bss(name="bss")
