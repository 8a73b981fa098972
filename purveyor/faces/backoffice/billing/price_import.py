"""Prices from and to a spreadsheet: export, send a file, look at it, confirm."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.widgets import UnfoldAdminFileFieldWidget

from purveyor.domain.catalogue.import_plan import (
    COLUMNS,
    Change,
    ImportPlan,
    PlanRow,
)
from purveyor.domain.catalogue.importing import (
    IMPORT_ROWS_MAX,
    apply_import,
    discard_import,
    export_rows,
    get_import,
    imports_of,
    plan_of,
    send_prices,
)
from purveyor.domain.catalogue.lifecycle import ImportState
from purveyor.domain.catalogue.models import PriceImport, PriceList
from purveyor.faces.backoffice.frame.display import (
    NOTHING,
    amount,
    badge,
    page_of,
    status_badge,
)
from purveyor.faces.backoffice.frame.paging import ROWS_A_PAGE
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.report_pages import Choice, Page, Query
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.ui.spreadsheets import spreadsheet
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.sheets import BYTES_MAX, EXCEL_TYPE, write_excel

MAY_LOOK = "catalogue.view_price"
MAY_IMPORT = "catalogue.change_price"
MEGABYTE = 1024 * 1024
SHOWN = "show"

TONES = {
    Change.WRONG: "danger",
    Change.ADDED: "success",
    Change.CHANGED: "info",
    Change.UNCHANGED: "",
    Change.EMPTY: "",
}


class FileForm(forms.Form):
    """Asks for the file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty. Choose another one."),
        },
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv"}),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file as the preview shows it."""

    row: PlanRow
    badge: SafeString
    quantity: str
    price: str
    old_price: str
    cost: str
    old_cost: str


# ------------------------------------------------------------------ export


@bss.page(
    "catalogue/pricelist/<int:price_list_id>/export/",
    name="export_prices",
    permission=MAY_LOOK,
)
@require_GET
def export_prices(request: HttpRequest, price_list_id: int) -> HttpResponseBase:
    """Return the prices of a list, to be changed and imported again."""
    price_list = get_object_or_404(PriceList, pk=price_list_id)
    headings = [name.capitalize() for name in COLUMNS]
    rows = [["" if cell is None else cell for cell in row] for row in _rows(price_list)]
    if request.GET.get("as") != "xlsx":
        return spreadsheet(price_list.name, headings, rows)
    content = write_excel(title=price_list.name, headings=headings, rows=rows)
    answer = HttpResponse(content, content_type=EXCEL_TYPE)
    name = f"{slugify(price_list.name)}-{clock.today().isoformat()}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(price_list: PriceList) -> Iterator[tuple[object, ...]]:
    yield from export_rows(price_list)


# ------------------------------------------------------------------ send a file


@bss.page(
    "catalogue/pricelist/<int:price_list_id>/import/",
    name="import_prices",
    permission=MAY_IMPORT,
)
@require_http_methods(["GET", "HEAD", "POST"])
def import_prices(request: HttpRequest, price_list_id: int) -> HttpResponse:
    """Ask for a file with prices; nothing is written before it was shown."""
    price_list = get_object_or_404(PriceList, pk=price_list_id)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            price_import = send_prices(
                price_list=price_list,
                file_name=sent.name,
                content=sent.read(BYTES_MAX + 1),
                actor=actor_of(request),
                now=clock.now(),
            )
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            return HttpResponseRedirect(address_of(price_import))
    context = {
        "title": _("Import prices"),
        "crumb": _("Import prices"),
        "opts": PriceList._meta,
        "original": price_list,
        "form": form,
        "price_list": price_list,
        "imports": imports_of(price_list),
        "rows_max": IMPORT_ROWS_MAX,
        "megabytes": BYTES_MAX // MEGABYTE,
        "list_url": page_of(price_list),
    }
    return bss.render(request, "backoffice/prices/import.html", context)


# ------------------------------------------------------------------ look, confirm


@bss.page(
    "catalogue/priceimport/<int:import_id>/",
    name="price_import",
    permission=MAY_LOOK,
)
@require_http_methods(["GET", "HEAD", "POST"])
def price_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show what a file would change, and change it once that is confirmed."""
    found = get_import(pk=import_id)
    refused = ""
    if request.method == "POST":
        if not request.user.has_perm(MAY_IMPORT):
            raise PermissionDenied
        try:
            return _apply(request, found)
        except Refused as refusal:
            refused = refusal.message
            found = get_import(pk=import_id)
    return _preview(request, found, refused)


def _apply(request: HttpRequest, found: PriceImport) -> HttpResponse:
    apply_import(
        price_import=found,
        token=request.POST.get("token", ""),
        leaves_out_wrong=request.POST.get("leaves_out_wrong") == "on",
        actor=actor_of(request),
        now=clock.now(),
    )
    told = _("Prices are imported: %(added)s added, %(changed)s changed.")
    counts = {"added": found.added_count, "changed": found.changed_count}
    messages.success(request, told % counts)
    return HttpResponseRedirect(address_of(found))


@bss.page(
    "catalogue/priceimport/<int:import_id>/discard/",
    name="discard_price_import",
    permission=MAY_IMPORT,
)
@require_POST
def discard_price_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Give up an import that was shown."""
    found = get_import(pk=import_id)
    try:
        discard_import(price_import=found, actor=actor_of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(address_of(found))
    messages.success(request, _("The import is discarded. No price was changed."))
    return HttpResponseRedirect(page_of(found.price_list))


def address_of(price_import: PriceImport) -> str:
    """Return the address of an import's page."""
    return reverse("bss:price_import", args=[price_import.pk])


def _preview(request: HttpRequest, found: PriceImport, refused: str) -> HttpResponse:
    query, plan = Query(request.GET), plan_of(found)
    counts, shown = plan.counts, query.one_of(SHOWN, list(Change), "")
    rows = _shown(plan, shown)[query.offset :]
    price_list = found.price_list
    context = {
        "title": found.file_name,
        "crumb": _("Import of %(file)s") % {"file": found.file_name},
        "opts": PriceList._meta,
        "original": price_list,
        "import": found,
        "price_list": price_list,
        "list_url": page_of(price_list),
        "badge": status_badge(found, "state"),
        "is_open": found.state == ImportState.PROPOSED,
        "may_import": request.user.has_perm(MAY_IMPORT),
        "refused": refused,
        "plan": plan,
        "writes": len(plan.changes),
        "wrong": counts[Change.WRONG],
        "cards": _cards(counts, query, shown),
        "is_filtered": bool(shown),
        "everything": query.but(**{SHOWN: ""}),
        "page": _page(query, rows, price_list.currency),
        "leaves_out_wrong": request.POST.get("leaves_out_wrong") == "on",
    }
    return bss.render(request, "backoffice/prices/preview.html", context)


def _shown(plan: ImportPlan, shown: str) -> Sequence[PlanRow]:
    """Return the rows of one kind; without a choice all, the wrong ones first."""
    if shown:
        return [row for row in plan.rows if row.change == shown]
    order = list(Change)
    return sorted(plan.rows, key=lambda row: (order.index(row.change), row.number))


def _cards(counts: dict[Change, int], query: Query, shown: str) -> list[dict[str, Any]]:
    return [
        {
            "choice": Choice(
                change,
                str(change.label),
                query.but(**{SHOWN: change}),
                is_chosen=change == shown,
            ),
            "count": count,
            "tone": TONES[change] if count else "",
        }
        for change, count in counts.items()
    ]


def _page(query: Query, rows: Sequence[PlanRow], currency: str) -> Page:
    return query.page_of([_line(row, currency) for row in rows[: ROWS_A_PAGE + 1]])


def _line(row: PlanRow, currency: str) -> Line:
    return Line(
        row=row,
        badge=badge(row.change.label, TONES[row.change]),
        quantity=NOTHING if row.unit_price is None else f"{row.from_quantity:,}",
        price=amount(row.unit_price, currency),
        old_price=amount(row.old_price, currency),
        cost=amount(row.unit_cost, currency),
        old_cost=amount(row.old_cost, currency),
    )
