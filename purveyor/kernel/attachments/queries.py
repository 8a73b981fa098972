"""Read attachments."""

from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage

from purveyor.kernel.attachments.models import Attachment
from purveyor.kernel.errors import NotFound

SHOWN_MAX = 100


class FileIsGone(NotFound):
    """The row of an attachment is there, but its file is not in the storage."""

    code = "attachments.gone"


def attachments_of(record: Any) -> tuple[Attachment, ...]:
    """Return the files of a record, newest first."""
    found = Attachment.objects.filter(
        record_type=record._meta.label_lower, record_id=record.pk
    )
    return tuple(found.order_by("-id")[:SHOWN_MAX])


def content_of(attachment: Attachment) -> BinaryIO:
    """
    Return what is in a file, open for reading.

    :raises FileIsGone: if the storage does not have it.
    """
    try:
        return cast("BinaryIO", default_storage.open(attachment.place))
    except FileNotFoundError as error:
        message = "The file is not in the storage. Restore it from a backup."
        raise FileIsGone(message, place=attachment.place) from error
