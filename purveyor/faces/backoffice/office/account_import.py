"""Office > Accounts > Import: a spreadsheet is checked, shown, imported on a yes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.widgets import UnfoldAdminFileFieldWidget

from purveyor.domain.accounts.models import Account
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.flows.account_import.lifecycle import ImportState
from purveyor.flows.account_import.models import AccountImport
from purveyor.flows.account_import.operations import (
    ROWS_MAX,
    begin_import,
    check_import,
    discard_import,
    import_some,
)
from purveyor.flows.account_import.rows import COLUMNS
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.sheets import EXCEL_TYPE, KINDS, write_excel

MAY_IMPORT = "accounts.import_account"
HERE = "accounts/import/"
ONE = f"{HERE}<int:account_import_id>/"
SHOWN_MAX = 200  # rows on the page; those with problems first
COLUMNS_SHOWN = ("name", "kind", "reseller", "e-mail", "country")


class FileForm(forms.Form):
    """Asks for the spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ",".join(KINDS)}),
        help_text=gettext_lazy("Excel or CSV, up to %d rows.") % ROWS_MAX,
    )


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row of the file as the page shows it."""

    number: int
    cells: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


@bss.page(HERE, name="import_accounts", permission=MAY_IMPORT)
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Ask for a spreadsheet, and check it."""
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_sent else FileForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            checked = check_import(
                name=file.name,
                content=file.read(),
                actor=actor_of(request),
                now=clock.now(),
            )
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            return HttpResponseRedirect(_page(checked))
    context = {
        "title": _("Import accounts"),
        "crumb": _("Import"),
        "opts": Account._meta,
        "form": form,
        "columns": COLUMNS,
    }
    return bss.render(request, "backoffice/accounts/import_choose.html", context)


@bss.page(f"{HERE}template/", name="import_accounts_template", permission=MAY_IMPORT)
@require_GET
def template(_request: HttpRequest) -> HttpResponse:
    """Return an Excel file with the headings, and a row as an example."""
    content = write_excel(
        title="Accounts", headings=list(COLUMNS), rows=[list(COLUMNS.values())]
    )
    answer = HttpResponse(content, content_type=EXCEL_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="accounts.xlsx"'
    return answer


@bss.page(ONE, name="import_accounts_one", permission=MAY_IMPORT)
@require_GET
def show(request: HttpRequest, account_import_id: int) -> HttpResponse:
    """Show what would be imported, how far it is, or what became of it."""
    wanted = get_object_or_404(AccountImport, pk=account_import_id)
    context = {
        "title": _("Import accounts"),
        "crumb": _("Import"),
        "opts": Account._meta,
        **_progress(wanted),
        "rows": _rows(wanted),
        "headings": COLUMNS_SHOWN,
        "good_count": wanted.rows_count - len(wanted.problems),
        "hidden_count": max(0, len(wanted.rows) - SHOWN_MAX),
        "is_checked": wanted.state == ImportState.CHECKED,
    }
    return bss.render(request, "backoffice/accounts/import_one.html", context)


@bss.page(f"{ONE}begin/", name="import_accounts_begin", permission=MAY_IMPORT)
@require_POST
def begin(request: HttpRequest, account_import_id: int) -> HttpResponse:
    """Say yes."""
    return _do(request, account_import_id, begin_import)


@bss.page(f"{ONE}discard/", name="import_accounts_discard", permission=MAY_IMPORT)
@require_POST
def discard(request: HttpRequest, account_import_id: int) -> HttpResponse:
    """Say no; the way leads back to the choice of a file."""
    _do(request, account_import_id, discard_import)
    return HttpResponseRedirect(reverse("bss:import_accounts"))


@bss.page(f"{ONE}step/", name="import_accounts_step", permission=MAY_IMPORT)
@require_POST
def step(request: HttpRequest, account_import_id: int) -> HttpResponse:
    """Import the next rows; the page asks for it again until all are done."""
    wanted = get_object_or_404(AccountImport, pk=account_import_id)
    import_some(wanted=wanted, actor=actor_of(request), now=clock.now())
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(_page(wanted))
    if wanted.state != ImportState.RUNNING:
        return HttpResponse(headers={"HX-Redirect": _page(wanted)})
    template_name = "backoffice/accounts/import_progress.html"
    return render(request, template_name, _progress(wanted))


def _do(
    request: HttpRequest, account_import_id: int, operation: Callable[..., None]
) -> HttpResponse:
    wanted = get_object_or_404(AccountImport, pk=account_import_id)
    try:
        operation(wanted=wanted, actor=actor_of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(_page(wanted))


def _page(wanted: AccountImport) -> str:
    return reverse("bss:import_accounts_one", args=[wanted.pk])


def _progress(wanted: AccountImport) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "is_running": wanted.state == ImportState.RUNNING,
        "step_url": reverse("bss:import_accounts_step", args=[wanted.pk]),
        "problems_count": len(wanted.problems),
    }


def _rows(wanted: AccountImport) -> list[RowShown]:
    """Return the rows, those with problems first; once it is over only they."""
    cells = dict(wanted.rows)
    numbers = list(cells) or sorted(map(int, wanted.problems))
    numbers.sort(key=lambda number: (str(number) not in wanted.problems, number))
    return [
        RowShown(
            number=number,
            cells=tuple(
                (each, cells.get(number, {}).get(each, "")) for each in COLUMNS_SHOWN
            ),
            problems=tuple(wanted.problems.get(str(number), ())),
            warnings=tuple(wanted.warnings.get(str(number), ())),
        )
        for number in numbers[:SHOWN_MAX]
    ]
