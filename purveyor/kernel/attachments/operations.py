"""Put files on records, and take them away; each leaves a line in the journal."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any, BinaryIO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.kernel.attachments.models import Attachment
from purveyor.kernel.attachments.queries import attachments_of
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log

BYTES_MAX = 10 * 1024 * 1024
ATTACHMENTS_MAX = 50  # on one record
NAME_MAX = 120
FOLDER = "attachments"
BEGINNING = 512  # so many bytes tell of what kind a file is


class WrongFile(Refused):
    """The file is too large, empty, or of a kind that is not taken."""

    code = "attachments.wrong_file"


class TooManyFiles(Refused):
    """A record holds a limited number of files."""

    code = "attachments.too_many"


def _begins(*signs: bytes) -> Callable[[bytes], bool]:
    return lambda beginning: beginning.startswith(signs)


def _is_text(beginning: bytes) -> bool:
    return b"\0" not in beginning or beginning.startswith((b"\xff\xfe", b"\xfe\xff"))


_packed = _begins(b"PK\x03\x04")
_old_office = _begins(b"\xd0\xcf\x11\xe0")
#: The kinds of files that are taken, and how each begins. Nothing that a browser or a
#: desk would run is among them.
KINDS: Mapping[str, Callable[[bytes], bool]] = {
    ".pdf": _begins(b"%PDF-"),
    ".png": _begins(b"\x89PNG\r\n"),
    ".jpg": _begins(b"\xff\xd8\xff"),
    ".jpeg": _begins(b"\xff\xd8\xff"),
    ".txt": _is_text,
    ".csv": _is_text,
    ".eml": _is_text,
    ".msg": _old_office,
    ".doc": _old_office,
    ".xls": _old_office,
    ".docx": _packed,
    ".xlsx": _packed,
    ".pptx": _packed,
    ".odt": _packed,
    ".ods": _packed,
    ".zip": _packed,
}


def attach_file(
    *, record: Any, name: str, content: BinaryIO, actor: str, now: datetime
) -> Attachment:
    """
    Put a file on a record.

    The file is stored before its row; if the row is refused the file goes again.

    :raises WrongFile: if it is too large, empty, or of another kind than its name says.
    :raises TooManyFiles: if the record holds as many as it may.
    """
    name = checked_name(name)
    bytes_count = _checked_size(content)
    _check_kind(name, content)
    if len(attachments_of(record)) >= ATTACHMENTS_MAX:
        told = _("There are %(count)d files already. Remove one that nobody needs.")
        raise TooManyFiles(told % {"count": ATTACHMENTS_MAX})
    key = uuid.uuid4().hex
    place = default_storage.save(f"{FOLDER}/{key[:2]}/{key}", File(content))
    try:
        return _write_down(
            Attachment(
                record_type=record._meta.label_lower,
                record_id=record.pk,
                name=name,
                place=place,
                bytes_count=bytes_count,
                added_at=now,
                added_by=actor,
            ),
            record=record,
        )
    except BaseException:
        default_storage.delete(place)
        raise


@transaction.atomic
def _write_down(attachment: Attachment, *, record: Any) -> Attachment:
    attachment.save(force_insert=True)
    facts = {"file": attachment.name, "bytes": attachment.bytes_count}
    log(record, "attach", actor=attachment.added_by, at=attachment.added_at, **facts)
    return attachment


@transaction.atomic
def detach_file(
    *, attachment: Attachment, record: Any, actor: str, now: datetime
) -> None:
    """Take a file away from its record, for good; the journal keeps its name."""
    place = attachment.place
    log(record, "detach", actor=actor, at=now, file=attachment.name)
    attachment.delete()
    transaction.on_commit(lambda: default_storage.delete(place))


@transaction.atomic
def move_attachments(*, source: Any, target: Any) -> int:
    """Return how many files were moved from one record to another of its kind."""
    mine = Attachment.objects.filter(
        record_type=source._meta.label_lower, record_id=source.pk
    )
    return mine.update(record_id=target.pk)


def checked_name(name: str) -> str:
    """
    Return a file's name without the folders it came from.

    :raises WrongFile: if its kind is not taken.
    """
    bare = PurePath(name.replace("\\", "/")).name
    bare = "".join(letter for letter in bare if letter.isprintable()).strip()
    kind = PurePath(bare).suffix.lower()
    if kind not in KINDS:
        told = _("Files like %(name)s are not taken. Use one of these: %(kinds)s.")
        kinds = ", ".join(sorted(each[1:] for each in KINDS))
        raise WrongFile(told % {"name": bare[-60:] or "–", "kinds": kinds})
    stem = bare.removesuffix(PurePath(bare).suffix)
    return f"{stem[: NAME_MAX - len(kind)]}{kind}"


def _checked_size(content: BinaryIO) -> int:
    bytes_count = content.seek(0, 2)
    content.seek(0)
    if not bytes_count:
        raise WrongFile(_("The file is empty."))
    if bytes_count > BYTES_MAX:
        told = _("The file has more than %(count)d MB. Use a smaller one.")
        raise WrongFile(told % {"count": BYTES_MAX // 1024**2})
    return bytes_count


def _check_kind(name: str, content: BinaryIO) -> None:
    beginning = content.read(BEGINNING)
    content.seek(0)
    kind = PurePath(name).suffix
    if not KINDS[kind](beginning):
        told = _("%(name)s is no %(kind)s file, whatever its name says.")
        raise WrongFile(told % {"name": name, "kind": kind[1:].upper()})
