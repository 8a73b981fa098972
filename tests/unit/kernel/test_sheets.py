"""Spreadsheets from people: read under their headings, refused with a way out."""

import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from purveyor.kernel.money import Money
from purveyor.kernel.sheets import (
    BYTES_MAX,
    CELL_MAX,
    COLUMNS_MAX,
    SheetUnreadable,
    harmless,
    read_sheet,
    write_excel,
)
from tests.factories.moments import TODAY


def an_excel_file(*lines: list[object]) -> bytes:
    """Return a workbook as a spreadsheet program saves it."""
    book = Workbook()
    assert book.active is not None
    for line in lines:
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cells(name: str, content: bytes) -> list[tuple[int, dict[str, str]]]:
    sheet = read_sheet(name=name, content=content)
    return [(row.number, dict(row.cells)) for row in sheet.rows]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Name,City\nMüller,Köln\n", "utf-8"),
        ("Name;City\r\nMüller;Köln\r\n", "utf-8-sig"),
        ("Name;City\r\nMüller;Köln\r\n", "cp1252"),
        ("Name\tCity\nMüller\tKöln\n", "utf-16"),
        (' name , CITY \n" Müller ",Köln\n', "utf-8"),
    ],
    ids=["comma", "semicolon", "windows", "tab", "spaces"],
)
def test_csv_is_read_however_it_was_saved(text: str, encoding: str) -> None:
    found = cells("accounts.CSV", text.encode(encoding))

    assert found == [(2, {"name": "Müller", "city": "Köln"})]


def test_excel_cells_become_text() -> None:
    content = an_excel_file(
        ["Name", "Limit", "Price", "Day", "Ordering", None],
        ["Northwind ", 5000, 12.5, TODAY, True, "beside"],
    )

    assert cells("accounts.xlsx", content) == [
        (
            2,
            {
                "name": "Northwind",
                "limit": "5000",
                "price": "12.5",
                "day": "2030-01-15",
                "ordering": "yes",
            },
        )
    ]


@pytest.mark.parametrize("name", ["rows.csv", "rows.xlsx"])
def test_empty_rows_are_left_out_and_the_others_keep_their_numbers(name: str) -> None:
    as_csv = name.endswith("csv")
    content = (
        b"Name,City\n,\nA,\n\n,B\n"
        if as_csv
        else an_excel_file(["Name", "City"], [], ["A"], [], ["", "B"])
    )

    assert cells(name, content) == [
        (3, {"name": "A", "city": ""}),
        (5, {"name": "", "city": "B"}),
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("rows.pdf", b"%PDF", "Use a CSV or Excel file"),
        ("rows.csv", b"", "The file is empty."),
        ("rows.csv", b"\n\n", "The file is empty."),
        ("rows.csv", b"Name,name\nA,B\n", "“name” stands there twice"),
        ("rows.csv", b"\x00\x01", "The file is no text."),
        ("rows.csv", b"a\n" + b"x" * (CELL_MAX + 1), "longer than"),
        ("rows.csv", b"a\n" + b"x" * (CELL_MAX * COLUMNS_MAX + 1), "cannot be read"),
        ("rows.csv", b",".join(b"%d" % n for n in range(61)), "more than 60 columns"),
        ("rows.csv", b"Name\nA\nB\nC\n", "more than 2 rows"),
        ("rows.csv", b"x" * (BYTES_MAX + 1), "more than 5 MB"),
        ("rows.xlsx", b"no workbook", "cannot be read as an Excel workbook"),
        ("rows.xlsx", an_excel_file(), "The file is empty."),
    ],
)
def test_what_cannot_be_read_says_what_to_do(
    name: str, content: bytes, told: str
) -> None:
    with pytest.raises(SheetUnreadable, match=told):
        read_sheet(name=name, content=content, rows_max=2)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0")
        packed.infolist()[0].file_size = 101 * 1024 * 1024  # so its directory says

    with pytest.raises(SheetUnreadable, match="too large"):
        read_sheet(name="bomb.xlsx", content=file.getvalue())


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("xl/workbook.xml", "<not closed")

    with pytest.raises(SheetUnreadable, match="cannot be read"):
        read_sheet(name="odd.xlsx", content=file.getvalue())


def test_columns_are_as_wide_as_what_stands_in_them_and_money_has_its_cents() -> None:
    written = write_excel(
        title="Prices",
        headings=["Product", "Price", "Notes"],
        rows=[
            ["BitTitan Mailbox License", Money(Decimal("12.50"), "EUR"), "x" * 200],
            ["", Money(Decimal(9), "EUR"), ""],
        ],
    )

    sheet = load_workbook(io.BytesIO(written)).worksheets[0]
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths == [len("BitTitan Mailbox License") + 2, 10, 40]
    assert sheet["B3"].number_format == "#,##0.00"


def test_what_was_written_is_read_again() -> None:
    written = write_excel(
        title="Accounts of a distributor with a long name",
        headings=["Name", "Price", "Day", "Count", "Nothing"],
        rows=[
            ["=1+1", Money(Decimal("12.50"), "EUR"), TODAY, 3, None],
        ],
    )

    assert cells("written.xlsx", written) == [
        (
            2,
            {
                "name": "=1+1",
                "price": "12.5",
                "day": "2030-01-15",
                "count": "3",
                "nothing": "",
            },
        )
    ]


def test_whatever_a_list_is_called_and_holds_can_be_written() -> None:
    row = ["Northwind\x0b GmbH", "=1+1"]

    written = write_excel(title="Prices [EU] 1/2030: new?", headings=row, rows=[row])

    (sheet,) = load_workbook(io.BytesIO(written)).worksheets
    assert sheet.title == "Prices EU 12030 new"
    assert [(cell.value, cell.data_type) for cell in sheet[2]] == [
        ("Northwind GmbH", "s"),
        ("=1+1", "s"),
    ]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_cell_of_a_csv_file_is_a_formula(sign: str) -> None:
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"
    assert harmless(f"1{sign}1") == f"1{sign}1"
