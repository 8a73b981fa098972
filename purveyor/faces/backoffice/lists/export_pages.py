"""Reports > My exports: the files a person has asked for, and how far they are."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from purveyor.faces.backoffice.frame.list_dialogs import EXPORTS, MAY_EXPORT
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.lists.exporting import list_of
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.lists.exporting import UNFINISHED, note_download
from purveyor.kernel.lists.lifecycle import ExportState
from purveyor.kernel.lists.models import Export
from purveyor.kernel.lists.queries import exports_of, get_export

HERE = "reports/exports/"


@bss.page(HERE, name=EXPORTS, permission=MAY_EXPORT)
@require_GET
def my_exports(request: HttpRequest) -> HttpResponse:
    """Show the newest exports of the person who asks."""
    context = {"title": _("My exports"), **_page(request)}
    return bss.render(request, "backoffice/lists/exports.html", context)


@bss.page(f"{HERE}rows/", name="my_exports_rows", permission=MAY_EXPORT)
@require_GET
def my_exports_rows(request: HttpRequest) -> HttpResponse:
    """Answer the page that asks how far its files are."""
    return render(request, "backoffice/lists/export_rows.html", _page(request))


@bss.page(f"{HERE}<int:export_id>/file/", name="my_exports_file", permission=MAY_EXPORT)
@require_GET
def my_exports_file(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """Hand a file to its owner, who must still be allowed to see what stands in it."""
    export = get_export(pk=export_id, owner=request.user)
    admin = list_of(export.page)
    if admin is None or not admin.has_view_permission(request):
        raise PermissionDenied
    try:
        path = note_download(export=export, actor=actor_of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse(f"bss:{EXPORTS}"))
    day = clock.day_of(export.asked_at).isoformat()
    name = f"{slugify(export.title) or 'export'}-{day}.{export.kind}"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _page(request: HttpRequest) -> dict[str, Any]:
    exports = exports_of(owner=request.user)
    rows = [_row(each) for each in exports]
    is_waiting = any(each.state in UNFINISHED for each in exports)
    return {"rows": rows, "is_waiting": is_waiting}


def _row(export: Export) -> dict[str, Any]:
    return {
        "export": export,
        "is_written": export.state == ExportState.WRITING,
        "is_waiting": export.state in UNFINISHED,
        "is_ready": export.state == ExportState.READY,
        "size": filesizeformat(export.bytes_count) if export.bytes_count else "",
    }
