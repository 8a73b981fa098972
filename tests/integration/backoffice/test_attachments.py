"""The tab Attachments of a record: who may read, add and remove its files."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import Account
from purveyor.kernel.attachments.models import Attachment
from purveyor.kernel.attachments.operations import BYTES_MAX
from purveyor.kernel.attachments.queries import attachments_of
from tests.factories.accounts import an_account
from tests.support.staff import words

PDF = b"%PDF-1.7 a contract"


def page(verb: str, account: Account, *args: int) -> str:
    return reverse(f"bss:{verb}_account_file", args=[account.pk, *args])


def sent(name: str = "contract.pdf", content: bytes = PDF) -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, content), "_form_submitted": "True"}


def test_a_file_is_attached_shown_read_and_removed(staff) -> None:
    sales, account = staff("Sales"), an_account()
    record = reverse("bss:accounts_account_change", args=[account.pk])

    answer = sales.post(page("add", account), sent())
    (attachment,) = attachments_of(account)
    shown = words(sales.get(record))
    read = sales.get(page("read", account, attachment.pk))
    removed = sales.post(
        page("remove", account, attachment.pk), {"_form_submitted": "True"}
    )

    assert answer["Location"] == record
    assert "contract.pdf 19 bytes 15 Jan 2030, 13:00 sales@aurora.example" in shown
    assert b"".join(read) == PDF
    assert read["Content-Disposition"] == 'attachment; filename="contract.pdf"'
    assert read["X-Content-Type-Options"] == "nosniff"
    assert removed["Location"] == record
    assert attachments_of(account) == ()


def test_a_wrong_file_is_told_in_the_dialog(staff) -> None:
    account = an_account()
    sales = staff("Sales")

    wrong = sales.post(page("add", account), sent("run.exe", b"MZ"))
    none = sales.post(page("add", account), {"_form_submitted": "True"})

    assert "Files like run.exe are not taken." in words(wrong)
    assert "This field is required." in words(none)
    assert attachments_of(account) == ()


def test_the_dialog_knows_how_large_a_file_may_be_before_it_is_sent(staff) -> None:
    dialog = staff("Sales").get(page("add", an_account())).content.decode()

    assert f'data-bytes-max="{BYTES_MAX}"' in dialog
    assert 'data-too-large="The file is larger than 10 MB."' in dialog


def test_who_may_only_look_reads_and_does_not_touch(staff) -> None:
    sales, auditor, account = staff("Sales"), staff("Auditor"), an_account()
    sales.post(page("add", account), sent())
    (attachment,) = attachments_of(account)

    shown = words(
        auditor.get(reverse("bss:accounts_account_change", args=[account.pk]))
    )

    assert "contract.pdf" in shown
    assert "Attach a file" not in shown
    assert auditor.get(page("read", account, attachment.pk)).status_code == 200
    assert auditor.post(page("add", account), sent()).status_code == 403
    gone = auditor.post(
        page("remove", account, attachment.pk), {"_form_submitted": "1"}
    )
    assert gone.status_code == 403


def test_a_file_is_not_found_through_another_record(staff) -> None:
    sales, account, other = staff("Sales"), an_account(), an_account()
    sales.post(page("add", account), sent())
    attachment = Attachment.objects.get()

    assert sales.get(page("read", other, attachment.pk)).status_code == 404
    assert sales.post(page("remove", other, attachment.pk)).status_code == 404


def test_a_stranger_reads_nothing(staff) -> None:
    account = an_account()
    staff("Sales").post(page("add", account), sent())
    (attachment,) = attachments_of(account)

    assert Client().get(page("read", account, attachment.pk)).status_code == 302
    assert staff("Nobody").get(page("read", account, attachment.pk)).status_code == 403
