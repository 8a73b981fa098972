"""Export lists as files: ask, write, keep for some days, delete."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.lists.lifecycle import EXPORT, ExportState
from purveyor.kernel.lists.models import Export
from purveyor.kernel.work.leases import Lease, LeaseLost
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

UNFINISHED_MAX = 5
UNFINISHED = (ExportState.QUEUED, ExportState.WRITING)


class TooManyExports(Refused):
    """A person waits for as many exports as can be written at a time."""

    code = "lists.too_many_exports"


class ExportGone(Refused):
    """The file of an export is not there, or not any more."""

    code = "lists.export_gone"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: its name, how many rows and bytes it has."""

    file_name: str
    rows_count: int
    bytes_count: int


@transaction.atomic
def ask_for_export(*, export: Export, actor: str, now: datetime) -> None:
    """
    Have a list written as a file, from a record that is filled in but not saved.

    :raises TooManyExports: if the person waits for several already.
    """
    waiting = Export.objects.filter(owner=export.owner, state__in=UNFINISHED)
    if waiting.count() >= UNFINISHED_MAX:
        message = _(
            "%(count)d of your exports are being written. Wait for one of them."
        )
        raise TooManyExports(message % {"count": UNFINISHED_MAX})
    export.asked_at = export.due_at = now
    export.lane = Lane.BATCH
    export.save(force_insert=True)
    log(
        export,
        "export",
        actor=actor,
        at=now,
        what=export.title,
        kind=export.get_kind_display(),
        filters=export.query,
    )
    wake()


def begin_export(*, export: Export, rows_total: int, lease: Lease) -> None:
    """
    Write down that the file is being written, and how many rows it will have.

    :raises LeaseLost: if another worker has it.
    """
    lease.renew()
    EXPORT.move(export, "write", rows_total=rows_total, rows_count=0)


@transaction.atomic
def finish_export(
    *, export: Export, written: Written, lease: Lease, now: datetime
) -> None:
    """
    Offer the file for download, for as many days as the setting says.

    :raises LeaseLost: if another worker has it; then the file is that worker's.
    """
    kept_until = now + timedelta(days=settings.PURVEYOR_EXPORT_DAYS)
    is_mine = lease.end(
        due_at=None,
        file_name=written.file_name,
        rows_count=written.rows_count,
        bytes_count=written.bytes_count,
        kept_until=kept_until,
    )
    if not is_mine:
        message = f"The lease on {export} is lost."
        raise LeaseLost(message)
    EXPORT.move(export, "finish")
    log(export, "finish_export", actor="worker", at=now, rows=written.rows_count)


@transaction.atomic
def fail_export(*, export: Export, because: str, lease: Lease, now: datetime) -> None:
    """Give an export up, with words for its owner."""
    if lease.end(due_at=None, failed_because=because[:300]):
        EXPORT.move(export, "fail")
        log(export, "fail_export", actor="worker", at=now, reason=because)


@transaction.atomic
def delete_export_file(*, pk: int, now: datetime) -> None:
    """Delete the file of an export whose days are over; what it was stays known."""
    export = Export.objects.filter(pk=pk, kept_until__lte=now).first()
    if export is None:
        return
    name = export.file_name
    EXPORT.move(export, "delete_file", kept_until=None, file_name="")
    log(export, "delete_export", actor="schedule", at=now)
    transaction.on_commit(lambda: (folder() / name).unlink(missing_ok=True))


@transaction.atomic
def note_download(*, export: Export, actor: str, now: datetime) -> Path:
    """
    Return where the file lies, and write down who takes it.

    :raises ExportGone: if it is not ready, or its days are over.
    """
    path = folder() / export.file_name
    if export.state != ExportState.READY or not path.is_file():
        raise ExportGone(_("The file is not there any more. Export the list again."))
    log(export, "download_export", actor=actor, at=now)
    return path


def folder() -> Path:
    """Return the folder of the files; only the product reads it."""
    place = Path(settings.PURVEYOR_EXPORTS_DIR)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def waiting_exports(*, owner: Any) -> bool:
    """Return whether a person waits for a file."""
    return Export.objects.filter(owner=owner, state__in=UNFINISHED).exists()
