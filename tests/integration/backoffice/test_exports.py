"""Lists as files: asked for, written by a worker, downloaded by their owner alone."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from purveyor.domain.accounts.models import User
from purveyor.faces.backoffice.lists import exporting
from purveyor.faces.backoffice.lists.exporting import EXPORTING
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lists.lifecycle import ExportState
from purveyor.kernel.lists.models import Export
from purveyor.kernel.work.engine import drain
from purveyor.kernel.work.leases import claim
from tests.factories.accounts import an_account
from tests.factories.assets import a_failed_asset, a_synchronized_asset
from tests.factories.orders import a_submitted_order
from tests.support.staff import signed_in, words

pytestmark = pytest.mark.both

CODE = "BT-9QKM-77AA-TILL"
MAY_EXPORT = "lists.export_lists"
PAGE = "bss:my_exports"
SEE = ("accounts.view_account", "orders.view_order", "assets.view_asset", MAY_EXPORT)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.PURVEYOR_EXPORTS_DIR = tmp_path / "exports"
    return tmp_path / "exports"


@pytest.fixture
def ines() -> Client:
    return signed_in(*SEE)


def asks(
    client: Client, kind: str, *, of: str, which: str = "shown", **query: str
) -> Any:
    """Ask for a list as a file."""
    address = f"{reverse(f'bss:{of}_export')}?{urlencode(query)}"
    sent = {"_form_submitted": "True", "kind": kind, "which": which}
    return client.post(address, sent)


def downloaded(client: Client) -> bytes:
    """Return the newest file of a person."""
    newest = Export.objects.order_by("-pk")[0]
    answer: Any = client.get(reverse("bss:my_exports_file", args=[newest.pk]))
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)


def rows_of_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def rows_of_excel(content: bytes) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(content))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_a_list_becomes_a_file_with_what_its_filters_let_through(
    ines: Client, now: datetime
) -> None:
    failed = a_failed_asset()
    a_synchronized_asset(code=CODE)

    asks(ines, "csv", of="assets_asset", sync_status__exact="FAILED")
    waiting = words(ines.get(reverse(PAGE)))
    drain(EXPORTING, now=now)

    head, *rows = rows_of_csv(downloaded(ines))
    assert "Queued" in waiting
    assert head[:3] == ["Number", "Name", "Account"]
    assert [row[0] for row in rows] == [failed.number]
    assert "Ready" in words(ines.get(reverse(PAGE)))


def test_no_coupon_code_is_in_a_file(ines: Client, now: datetime) -> None:
    a_synchronized_asset(code=CODE)

    for kind in ("csv", "xlsx"):
        asks(ines, kind, of="assets_asset", which="every")
        drain(EXPORTING, now=now)
        content = downloaded(ines)
        cells = rows_of_csv(content) if kind == "csv" else rows_of_excel(content)
        assert CODE not in str(cells)
        assert "•••• TILL" in str(cells)


def test_no_cell_is_a_formula(ines: Client, now: datetime) -> None:
    an_account(name='=HYPERLINK("http://eve.example")')

    asks(ines, "csv", of="accounts_account")
    drain(EXPORTING, now=now)
    in_csv = rows_of_csv(downloaded(ines))
    asks(ines, "xlsx", of="accounts_account")
    drain(EXPORTING, now=now)
    book = load_workbook(io.BytesIO(downloaded(ines)))

    assert in_csv[1][1].startswith("'=HYPERLINK")
    assert book.worksheets[0]["B2"].data_type == "s"


def test_money_and_days_are_numbers_and_days_in_a_workbook(
    ines: Client, now: datetime
) -> None:
    order = a_submitted_order()

    asks(ines, "xlsx", of="orders_order")
    drain(EXPORTING, now=now)

    content = downloaded(ines)
    head, row = rows_of_excel(content)
    cells = dict(zip(head, row, strict=True))
    assert cells["Number"] == order.number
    assert isinstance(cells["Total"], int | float)
    assert isinstance(cells["Created"], datetime)
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.cell(2, head.index("Total") + 1).number_format == "#,##0.00"
    name = sheet.column_dimensions[get_column_letter(head.index("Account") + 1)]
    assert name.width > len(order.account.name)


def test_an_amount_is_never_written_without_its_currency(
    ines: Client, now: datetime
) -> None:
    a_submitted_order()

    asks(ines, "csv", of="orders_order")
    drain(EXPORTING, now=now)

    head, row = rows_of_csv(downloaded(ines))
    assert dict(zip(head, row, strict=True))["Currency"] == "EUR"


def test_a_file_has_the_order_of_the_list(ines: Client, now: datetime) -> None:
    an_account(name="Beta")
    an_account(name="Alpha")

    asks(ines, "csv", of="accounts_account", o="2")
    drain(EXPORTING, now=now)

    names = [row[1] for row in rows_of_csv(downloaded(ines))[1:]]
    assert names == ["Alpha", "Beta"]


def test_only_its_owner_gets_a_file(ines: Client, now: datetime) -> None:
    asks(ines, "csv", of="accounts_account")
    drain(EXPORTING, now=now)
    export = Export.objects.get()
    address = reverse("bss:my_exports_file", args=[export.pk])

    tom = signed_in(*SEE, email="tom@distributor.example")
    answer = tom.get(address)
    User.objects.get(email="ines@distributor.example").user_permissions.clear()

    assert answer.status_code == 404
    assert ines.get(address).status_code == 403


def test_who_may_not_see_the_records_any_more_gets_no_file(
    ines: Client, now: datetime
) -> None:
    asks(ines, "csv", of="accounts_account")
    User.objects.get(email="ines@distributor.example").user_permissions.clear()

    drain(EXPORTING, now=now)

    export = Export.objects.get()
    assert export.state == ExportState.FAILED
    assert export.failed_because == "You may not see these records any more."


def test_the_journal_says_who_took_what(ines: Client, now: datetime) -> None:
    asks(ines, "csv", of="accounts_account", kind__exact="RESELLER")
    drain(EXPORTING, now=now)
    downloaded(ines)

    lines = Entry.objects.filter(record_type="lists.export").order_by("pk")

    assert [line.verb for line in lines] == [
        "export",
        "finish_export",
        "download_export",
    ]
    assert lines[0].facts["filters"] == "kind__exact=RESELLER"
    assert lines[2].actor == "ines@distributor.example"


def test_after_its_days_a_file_is_gone(
    ines: Client, folder: Path, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    asks(ines, "csv", of="accounts_account")
    drain(EXPORTING, now=now)
    assert len(list(folder.iterdir())) == 1

    with django_capture_on_commit_callbacks(execute=True):
        drain(EXPORTING, now=now + timedelta(days=8))

    export = Export.objects.get()
    answer = ines.get(reverse("bss:my_exports_file", args=[export.pk]), follow=True)
    assert list(folder.iterdir()) == []
    assert export.state == ExportState.DELETED
    assert "The file is not there any more." in words(answer)


def test_a_worker_that_takes_over_begins_the_file_anew(
    ines: Client, folder: Path, now: datetime
) -> None:
    asks(ines, "csv", of="accounts_account")
    (lost,) = claim(Export, now=now, limit=1)
    export = Export.objects.get()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{export.pk}-{lost.token}.csv").write_text("half a file")
    Export.objects.update(leased_until=None, state=ExportState.WRITING)

    drain(EXPORTING, now=now)

    (file,) = folder.iterdir()
    assert "half" not in file.read_text()
    assert Export.objects.get().state == ExportState.READY


def test_a_list_that_is_too_long_says_so(
    ines: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS_MAX", 1)
    an_account()
    an_account()

    asks(ines, "csv", of="accounts_account")
    drain(EXPORTING, now=now)

    told = words(ines.get(reverse(PAGE)))
    assert "There are more than 1 records. Narrow the list by a filter." in told


def test_filters_that_fit_no_more_say_so(ines: Client, now: datetime) -> None:
    asks(ines, "csv", of="accounts_account")
    Export.objects.update(query="nonsense=1")

    drain(EXPORTING, now=now)

    assert "The filters do not fit this list" in Export.objects.get().failed_because


def test_nobody_asks_for_more_than_a_few_files_at_once(ines: Client) -> None:
    for _number in range(5):
        asks(ines, "csv", of="accounts_account")

    answer = asks(ines, "csv", of="accounts_account")

    assert "5 of your exports are being written." in words(answer)
    assert Export.objects.count() == 5


def test_exporting_needs_its_permission() -> None:
    eve = signed_in("accounts.view_account")

    assert asks(eve, "csv", of="accounts_account").status_code == 403
    assert "Export" not in words(eve.get(reverse("bss:accounts_account_changelist")))


def test_a_thousand_rows_take_as_many_statements_as_ten(
    ines: Client, now: datetime, django_assert_max_num_queries: Any
) -> None:
    for _number in range(12):
        an_account()
    asks(ines, "csv", of="accounts_account")

    with django_assert_max_num_queries(32):
        drain(EXPORTING, now=now)
