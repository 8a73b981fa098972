"""What a worker does for an export: it writes the list as its owner would see it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from html import unescape
from itertools import batched
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.admin.exceptions import (
    DisallowedModelAdminLookup,
    DisallowedModelAdminToField,
    NotRegistered,
)
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from purveyor.faces.backoffice.frame.display import NOTHING, name_of
from purveyor.faces.backoffice.frame.list_dialogs import MAY_EXPORT, ORDER
from purveyor.faces.backoffice.frame.record_lists import RecordList, Shown
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.lists.exporting import (
    Written,
    begin_export,
    delete_export_file,
    fail_export,
    finish_export,
    folder,
)
from purveyor.kernel.lists.files import open_sheet
from purveyor.kernel.lists.models import Export
from purveyor.kernel.lists.queries import Kept
from purveyor.kernel.work.engine import Due
from purveyor.kernel.work.leases import Lease

ROWS_MAX = 1_000_000
BATCH = 1_000
CURRENCY = "currency"


class NotExported(Refused):
    """The list cannot be written as a file, or not any more."""

    code = "lists.not_exported"


def list_of(key: str) -> RecordList | None:
    """Return the list that people keep by this name."""
    try:
        admin = bss.get_model_admin(apps.get_model(key))
    except (LookupError, ValueError, NotRegistered):
        return None
    if isinstance(admin, RecordList) and admin.keeps_lists:
        return admin
    return None


def write_export(*, lease: Lease, now: datetime) -> None:
    """Write the file of an export; one that cannot be written says why."""
    export = Export.objects.select_related("owner").get(pk=lease.pk)
    watch = clock.Stopwatch(now)
    with translation.override(export.language):
        try:
            written = _write(export, lease)
        except Refused as refusal:
            fail_export(
                export=export, because=refusal.message, lease=lease, now=watch.now()
            )
            return
    finish_export(export=export, written=written, lease=lease, now=watch.now())


def _write(export: Export, lease: Lease) -> Written:
    admin = list_of(export.page)
    if admin is None:
        raise NotExported(_("This list is no longer there."))
    request = _as_its_owner(export, admin)
    records = _records(admin, request)
    begin_export(export=export, rows_total=_count(records), lease=lease)
    for left in folder().glob(f"{export.pk}-*"):
        left.unlink(missing_ok=True)  # of a worker that died
    path = folder() / f"{export.pk}-{lease.token}.{export.kind}"
    try:
        rows_count = _fill(path, export, admin, records, lease)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Written(path.name, rows_count, path.stat().st_size)


def _as_its_owner(export: Export, admin: RecordList) -> HttpRequest:
    """Return a request for the list, as its owner would make it now."""
    request = HttpRequest()
    request.method, request.user = "GET", export.owner
    fields = QueryDict(export.query, mutable=True)
    order = str(fields.pop(ORDER, [""])[-1])
    kept = Kept(columns=tuple(export.columns), opens_with=None, saved=())
    known = set(admin.columns_known())
    columns = tuple(name for name in export.columns if name in known)
    request.META[f"purveyor.list.{admin.list_key}"] = Shown(kept, None, columns)
    may_see = export.owner.is_active and admin.has_view_permission(request)
    if not may_see or not export.owner.has_perm(MAY_EXPORT):
        raise NotExported(_("You may not see these records any more."))
    if order:
        fields[ORDER] = admin.places_of(request, order.split(","))
    vars(request)["GET"] = fields
    return request


def _records(admin: RecordList, request: HttpRequest) -> QuerySet[Any]:
    try:
        found: QuerySet[Any] = admin.get_changelist_instance(request).queryset
    except (
        IncorrectLookupParameters,
        DisallowedModelAdminLookup,
        DisallowedModelAdminToField,
    ) as error:
        told = _("The filters do not fit this list any more.")
        raise NotExported(told) from error
    return found


def _count(records: QuerySet[Any]) -> int:
    count = records.order_by()[: ROWS_MAX + 1].count()
    if count > ROWS_MAX:
        told = _("There are more than %(count)s records. Narrow the list by a filter.")
        raise NotExported(told % {"count": f"{ROWS_MAX:,}"})
    return count


def _fill(
    path: Path, export: Export, admin: RecordList, records: QuerySet[Any], lease: Lease
) -> int:
    columns = _columns(export, admin)
    head = [admin.column_label(name) for name in columns]
    file = open_sheet(path, kind=export.kind, title=export.title, head=head)
    rows_count = 0
    for batch in batched(_read(records), BATCH, strict=False):
        admin.complete_rows(list(batch))
        for record in batch:
            file.append([value_of(admin, name, record) for name in columns])
        rows_count += len(batch)
        lease.renew(rows_count=rows_count)
    file.close()
    return rows_count


def _columns(export: Export, admin: RecordList) -> list[str]:
    """Return what was chosen; an amount is never written without its currency."""
    known = admin.columns_known()
    columns = [each for each in export.columns if each in set(known)]
    if CURRENCY in known and CURRENCY not in columns:
        columns.append(CURRENCY)
    return columns


def _read(records: QuerySet[Any]) -> Iterator[Any]:
    return records[:ROWS_MAX].iterator(chunk_size=BATCH)


def value_of(admin: RecordList, name: str, record: Any) -> object:
    """Return what a spreadsheet gets of a column: a plain value, else its words."""
    if name in admin.sheet_values:
        value = admin.sheet_values[name](record)
        return "" if value is None else value
    with suppress(ObjectDoesNotExist):
        field, _shown_by, value = lookup_field(name, record, admin)
        if field is not None and field.choices:
            return str(getattr(record, f"get_{field.name}_display")())
        if field is not None and field.is_relation and value is not None:
            return name_of(getattr(record, field.name))
        return _worded(value)
    return ""


def _worded(value: object) -> object:
    if value is None or value == NOTHING:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, SafeString):
        return " ".join(unescape(strip_tags(value.replace("<br>", " "))).split())
    return value


EXPORTING = (
    Due(Export, "due_at", write_export),  # a list that somebody wants as a file
    Due(Export, "kept_until", delete_export_file, is_leased=False),  # its days are over
)
