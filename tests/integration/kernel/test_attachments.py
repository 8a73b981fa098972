"""Files on records: taken with care, kept apart from their names, gone when removed."""

import io
from datetime import datetime

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from purveyor.kernel.attachments.models import Attachment
from purveyor.kernel.attachments.operations import (
    ATTACHMENTS_MAX,
    BYTES_MAX,
    TooManyFiles,
    WrongFile,
    attach_file,
    detach_file,
    move_attachments,
)
from purveyor.kernel.attachments.queries import (
    FileIsGone,
    attachments_of,
    content_of,
)
from purveyor.kernel.journal.queries import journal_of
from tests.factories.accounts import an_account
from tests.factories.moments import DAN

PDF = b"%PDF-1.7 a contract"


def attached(
    record: object, name: str = "contract.pdf", content: bytes = PDF
) -> Attachment:
    return attach_file(
        record=record,
        name=name,
        content=io.BytesIO(content),
        actor=DAN,
        now=datetime.fromisoformat("2030-01-15T12:00:00+00:00"),
    )


def test_a_file_is_kept_as_it_was_and_told_in_the_journal() -> None:
    account = an_account()

    attachment = attached(account, name="C:\\papers\\Contract 2030.PDF")

    assert attachments_of(account) == (attachment,)
    assert attachment.name == "Contract 2030.pdf"
    assert attachment.bytes_count == len(PDF)
    with content_of(attachment) as content:
        assert content.read() == PDF
    line = journal_of(account)[0]
    assert (line.verb, line.facts["file"]) == ("attach", "Contract 2030.pdf")


def test_the_place_of_a_file_tells_nothing_about_it() -> None:
    attachment = attached(an_account(), name="../../etc/passwd.txt", content=b"x")

    assert attachment.name == "passwd.txt"
    assert "passwd" not in attachment.place


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("run.exe", b"MZ", "Files like run.exe are not taken"),
        ("page.html", b"<script>", "Files like page.html are not taken"),
        ("noname", b"x", "are not taken"),
        ("", b"x", "are not taken"),
        ("contract.pdf", b"", "The file is empty."),
        ("contract.pdf", b"MZ\x90", "contract.pdf is no PDF file"),
        ("notes.txt", b"a\x00b", "notes.txt is no TXT file"),
        ("big.txt", b"x" * (BYTES_MAX + 1), "more than 10 MB"),
    ],
)
def test_a_wrong_file_is_refused_and_nothing_is_kept(
    name: str, content: bytes, told: str
) -> None:
    account = an_account()

    with pytest.raises(WrongFile, match=told):
        attached(account, name=name, content=content)

    assert attachments_of(account) == ()


def test_a_record_holds_a_limited_number_of_files() -> None:
    account = an_account()
    for _n in range(ATTACHMENTS_MAX):
        attached(account)

    with pytest.raises(TooManyFiles, match="50 files already"):
        attached(account)


@pytest.mark.django_db(transaction=True)
def test_a_removed_file_leaves_the_storage_once_that_is_certain() -> None:
    account = an_account()
    attachment = attached(account)
    place = attachment.place

    with transaction.atomic():
        detach_file(
            attachment=attachment, record=account, actor=DAN, now=attachment.added_at
        )
        transaction.set_rollback(True)
    is_there_after_rollback = default_storage.exists(place)
    kept = Attachment.objects.get()
    detach_file(attachment=kept, record=account, actor=DAN, now=kept.added_at)

    assert is_there_after_rollback
    assert not default_storage.exists(place)
    assert attachments_of(account) == ()
    assert journal_of(account)[0].verb == "detach"


def stored() -> set[str]:
    """Return the places of all files in the storage."""
    folders = default_storage.listdir("attachments")[0]
    return {
        f"{each}/{file}"
        for each in folders
        for file in default_storage.listdir(f"attachments/{each}")[1]
    }


def test_a_file_without_its_row_is_not_kept() -> None:
    account = an_account()
    attached(account)
    before = stored()
    account.pk = None  # a row needs its record

    with pytest.raises(IntegrityError), transaction.atomic():
        attached(account)

    assert stored() == before


def test_files_move_to_another_record() -> None:
    source, target, other = an_account(), an_account(), an_account()
    moved, kept = attached(source), attached(other)

    count = move_attachments(source=source, target=target)

    assert count == 1
    assert attachments_of(target) == (moved,)
    assert attachments_of(source) == ()
    assert attachments_of(other) == (kept,)


def test_a_file_that_is_lost_says_so() -> None:
    attachment = attached(an_account())
    default_storage.delete(attachment.place)

    with pytest.raises(FileIsGone, match="Restore it from a backup"):
        content_of(attachment)
