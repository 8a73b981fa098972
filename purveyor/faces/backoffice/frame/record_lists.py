"""
Lists of records: never counted, paged to a limit, kept by people as they like them.

An admin class names its columns in `list_display`, those offered besides in
`columns_more`, and in `sheet_values` what a spreadsheet gets where a page shows more
than a plain value.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold import admin as unfold
from unfold.views import ChangeList

from purveyor.faces.backoffice.frame.list_dialogs import (
    DIALOGS,
    MAY_EXPORT,
    ORDER,
    VIEW,
    WHOLE,
)
from purveyor.faces.backoffice.frame.menu import address_of, name_in_path
from purveyor.faces.backoffice.frame.paging import (
    PAGES_MAX,
    ROWS_A_PAGE,
    InfinitePaginator,
)
from purveyor.kernel.lists.models import SavedList
from purveyor.kernel.lists.queries import Kept, kept_of

PAGE, ERROR, SOUGHT = "p", "e", "q"
NUMBER = re.compile(r"[A-Z]{1,4}-[0-9]+(-[0-9]+)?")  # ours; no coupon code
SELDOM = 1_000  # records that are put in order at once
PASSING = (PAGE, ORDER, VIEW, ERROR)  # what of an address is no filter


@dataclass(frozen=True, slots=True)
class Shown:
    """How a list is shown to a person now."""

    kept: Kept
    saved: SavedList | None
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """One saved list above a list, or the whole of it."""

    label: str
    href: str
    is_chosen: bool
    is_default: bool
    is_shared: bool


class RecordChangeList(ChangeList):
    """A list whose address may name a saved one, in all its links."""

    @property
    def has_more_pages(self) -> bool:
        """Return whether the list finds more than the page shows, as far as is seen."""
        return self.page_num > 1 or len(self.result_list) == self.list_per_page

    def get_filters_params(self, params: Any = None) -> Any:
        """Return what of the address is a filter."""
        found = super().get_filters_params(params)
        found.pop(VIEW, None)
        return found

    def get_results(self, request: HttpRequest) -> None:
        """Read the rows of the page, then what stands beside them."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        admin: Any = self.model_admin
        admin.complete_rows(self.result_list)


class RecordList(unfold.ModelAdmin):
    """What all lists share."""

    list_per_page = ROWS_A_PAGE
    list_max_show_all = 0
    list_fullwidth = True
    list_filter_submit = True
    show_full_result_count = False
    paginator = InfinitePaginator

    #: Whether people may save it, choose its columns and export it. Lists that are
    #: parts of another page cannot be.
    keeps_lists: ClassVar[bool] = True
    #: Columns that a person can have shown besides `list_display`.
    columns_more: ClassVar[Sequence[str]] = ()
    #: Whether its search is posted: what is looked for may be a secret.
    search_is_posted: ClassVar[bool] = False
    #: What a spreadsheet gets of a column, by its name: a number, a day, a moment.
    sheet_values: ClassVar[Mapping[str, Callable[[Any], object]]] = {}

    # ---------------------------------------------------------------- the page

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, down to the last page that is read quickly."""
        if self._may_be_secret(request):
            return self._to_what_was_sought(request)
        page = request.GET.get(PAGE, "")
        if page.isdecimal() and int(page) > PAGES_MAX:
            told = _("The list ends here. Narrow it by a search or a filter.")
            messages.info(request, told)
            fields = request.GET.copy()
            fields[PAGE] = str(PAGES_MAX)
            return HttpResponseRedirect(f"?{fields.urlencode()}")
        context: dict[str, Any] = {"title": self._name(), **(extra_context or {})}
        if not self.keeps_lists:
            return super().changelist_view(request, context)
        opens_with = self._opens_with(request)
        if opens_with:
            return HttpResponseRedirect(opens_with)
        context["list_bar"] = partial(self.list_bar, request)
        return super().changelist_view(request, context)

    def _name(self) -> str:
        opts = self.opts
        address = address_of(f"{opts.app_label}_{opts.model_name}_changelist")
        return str(name_in_path(address) or capfirst(opts.verbose_name_plural))

    def _may_be_secret(self, request: HttpRequest) -> bool:
        """Return whether something is looked for that no address may go on saying."""
        if not self.search_is_posted:
            return False
        named = request.GET.get(SOUGHT, "")
        is_told = bool(named) and named != self.public_term(named)
        return SOUGHT in request.POST or is_told

    def _to_what_was_sought(
        self, request: HttpRequest, address: str = ""
    ) -> HttpResponse:
        """Go to the list of what was looked for, with no secret in its address."""
        fields = request.GET.copy()
        for name in (PAGE, SOUGHT):
            fields.pop(name, None)
        typed = request.POST.get(SOUGHT, request.GET.get(SOUGHT, "")).strip()
        public = self.public_term(typed)
        if public:
            fields[SOUGHT] = public
        elif typed:
            told = _("Nothing has this number or code. Type all of it.")
            messages.warning(request, told)
        return HttpResponseRedirect(f"{address}?{fields.urlencode()}")

    def public_term(self, term: str) -> str:
        """Return what may stand in an address for what was typed; empty: nothing."""
        return term

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that knows saved ones."""
        return RecordChangeList

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **_: Any
    ) -> Paginator[Any]:
        """Return a paginator that does not count, but where Django needs a count."""
        if request.path.endswith("/autocomplete/"):
            return Paginator(queryset[: per_page * 5], per_page)
        return InfinitePaginator(queryset, per_page)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """
        Return what fits a search; numbers are found however they are written.

        What is found only seldom is looked up before it is put in order: the database
        would else walk through the list in its order until it meets it.
        """
        sought = self.sought(search_term)
        found, may_repeat = super().get_search_results(request, queryset, sought)
        if sought:
            keys = [pk for (pk,) in found.order_by().values_list("pk")[: SELDOM + 1]]
            if len(keys) <= SELDOM:
                return queryset.filter(pk__in=keys), False
        return found, may_repeat

    def sought(self, term: str) -> str:
        """Return what is looked for; our numbers are written in capitals."""
        return term.strip()

    def complete_rows(self, rows: list[Any]) -> None:
        """Read in one go what rows show of other records; most show nothing."""

    # ---------------------------------------------------------------- columns

    def get_list_display(self, request: HttpRequest) -> Any:
        """Return the columns of the saved list, or of the person, or all the usual."""
        return self.shown(request).columns if self.keeps_lists else self.list_display

    def columns_known(self) -> tuple[str, ...]:
        """Return every column that can be shown, in the order of the page."""
        return (*map(str, self.list_display), *self.columns_more)

    def column_label(self, name: str) -> str:
        """Return the heading of a column."""
        label = label_for_field(name, self.model, model_admin=self)
        return str(capfirst(str(label)))

    def shown(self, request: HttpRequest) -> Shown:
        """Return how the list is shown now; read once per request."""
        slot = f"purveyor.list.{self.list_key}"
        if slot not in request.META:
            request.META[slot] = self._read_shown(request)
        found: Shown = request.META[slot]
        return found

    def _read_shown(self, request: HttpRequest) -> Shown:
        kept = kept_of(owner=request.user, page=self.list_key)
        saved = kept.find(request.GET.get(VIEW, ""))
        wanted = saved.columns if saved and saved.columns else kept.columns
        columns = [name for name in self.columns_known() if name in set(wanted)]
        return Shown(kept, saved, tuple(columns or map(str, self.list_display)))

    # ---------------------------------------------------------------- saved lists

    @property
    def list_key(self) -> str:
        """Return by which name people keep this list."""
        return str(self.opts.label_lower)

    def list_address(self) -> str:
        """Return where the list stands."""
        return reverse(f"bss:{self._page_name('changelist')}")

    def list_bar(self, request: HttpRequest) -> dict[str, Any]:
        """Return what stands above the list: the saved ones, and what can be done."""
        shown, query = self.shown(request), request.GET.urlencode()
        asked = f"?{query}" if query else ""
        tools = {
            name: f"{reverse(f'bss:{self._page_name(name)}')}{asked}"
            for name in ("save", "columns", "export", "open_with", "drop")
        }
        saved = shown.saved
        is_mine = saved is not None and saved.owner_id == request.user.pk
        opens_with = shown.kept.opens_with
        return {
            "tabs": self._tabs(request, shown) if shown.kept.saved else (),
            "tools": tools,
            "is_mine": is_mine,
            "can_export": request.user.has_perm(MAY_EXPORT),
            "saved": saved,
            "is_default": (saved.pk if saved else None) == opens_with,
            "has_default": opens_with is not None,
        }

    def _tabs(self, request: HttpRequest, shown: Shown) -> list[Tab]:
        whole = Tab(
            label=_("All"),
            href=f"?{VIEW}={WHOLE}",
            is_chosen=shown.saved is None,
            is_default=False,
            is_shared=False,
        )
        saved = [
            Tab(
                label=each.name,
                href=self.href_of(request, each),
                is_chosen=each == shown.saved,
                is_default=each.pk == shown.kept.opens_with,
                is_shared=each.owner_id != request.user.pk,
            )
            for each in shown.kept.saved
        ]
        return [whole, *saved]

    def href_of(self, request: HttpRequest, saved: SavedList) -> str:
        """Return the address of a saved list: its filters and its order."""
        fields = QueryDict(saved.query, mutable=True)
        fields[VIEW] = str(saved.pk)
        order = self._places(request, saved)
        if order:
            fields[ORDER] = order
        return f"?{fields.urlencode()}"

    def places_of(self, request: HttpRequest, order: Sequence[str]) -> str:
        """Return an order by names as an address says it, by places."""
        columns = self._columns_with_ticks(request)
        return _as_places(order, columns)

    def filters_of(self, request: HttpRequest) -> str:
        """Return the filters of an address, without what is only passing."""
        fields = request.GET.copy()
        for name in PASSING:
            fields.pop(name, None)
        return fields.urlencode()

    def order_of(self, request: HttpRequest) -> list[str]:
        """Return by which columns the list is ordered, `-` before those that fall."""
        columns = self._columns_with_ticks(request)
        order = []
        for place in request.GET.get(ORDER, "").split("."):
            number = place.removeprefix("-")
            if number.isdecimal() and int(number) < len(columns):
                sign = "-" if place.startswith("-") else ""
                order.append(f"{sign}{columns[int(number)]}")
        return order

    def _places(self, request: HttpRequest, saved: SavedList) -> str:
        """Return the order of a saved list as its address says it."""
        shown = [n for n in self.columns_known() if n in set(saved.columns)]
        columns = [*self._ticks(request), *(shown or self.list_display)]
        return _as_places(saved.order, columns)

    def _columns_with_ticks(self, request: HttpRequest) -> list[str]:
        return [*self._ticks(request), *self.shown(request).columns]

    def _ticks(self, request: HttpRequest) -> tuple[str, ...]:
        return ("action_checkbox",) if self.get_actions(request) else ()

    def _opens_with(self, request: HttpRequest) -> str:
        """Return the address of what the list opens with, if that is not this one."""
        if request.method != "GET" or request.GET:
            return ""
        kept = self.shown(request).kept
        saved = kept.find(kept.opens_with) if kept.opens_with else None
        return self.href_of(request, saved) if saved else ""

    # ---------------------------------------------------------------- its dialogs

    def get_urls(self) -> list[URLPattern]:
        """Return also the addresses of what can be done with the list itself."""
        if not self.keeps_lists:
            return super().get_urls()
        return [
            path(
                f"list/{name}/",
                self.admin_site.admin_view(partial(self._dialog, view)),
                name=self._page_name(name),
            )
            for name, view in DIALOGS.items()
        ] + super().get_urls()

    def _dialog(
        self, view: Callable[[Any, HttpRequest], HttpResponse], request: HttpRequest
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if self._may_be_secret(request):
            return self._to_what_was_sought(request, self.list_address())
        return view(self, request)

    def _page_name(self, view: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{view}"


def _as_places(order: Sequence[str], columns: Sequence[str]) -> str:
    places = (
        f"{'-' if name.startswith('-') else ''}{columns.index(name.lstrip('-'))}"
        for name in order
        if name.lstrip("-") in columns
    )
    return ".".join(places)
