"""
Spreadsheets: rows of a CSV or Excel file under their headings, and back again.

A file comes from outside, so everything about it is limited: its bytes, what it unpacks
to, its rows and its columns. Cells are text; who reads a number or a day says how.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from purveyor.kernel.errors import Refused
from purveyor.kernel.money import Money

BYTES_MAX = 5 * 1024 * 1024
UNPACKED_BYTES_MAX = 100 * 1024 * 1024  # a small file may unpack to a huge one
ROWS_MAX = 5_000
COLUMNS_MAX = 60
CELL_MAX = 2_000
WIDTH_MIN, WIDTH_MAX = 10, 40  # of a column that is written, in characters
AMOUNT = "#,##0.00"  # how a workbook shows money, and other numbers with decimals
TITLE_MAX = 31  # of a sheet, by its format
FORBIDDEN = "[]:*?/\\"  # in the title of a sheet
#: With these a cell of a CSV file would be a formula to a spreadsheet; to one in an
#: Asian language also with the wide ones.
FORMULA = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
LINES_MAX = 1_048_576  # as many as a spreadsheet has; empty ones among them count
CSV_KIND, EXCEL_KIND = ".csv", ".xlsx"
KINDS = (CSV_KIND, EXCEL_KIND)
SEPARATORS = ",;\t"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: How long a line of a CSV file may be in the end: all its columns, quoted.
csv.field_size_limit(CELL_MAX * COLUMNS_MAX)


class SheetUnreadable(Refused):
    """The file is no spreadsheet we can read, or it is larger than we take."""

    code = "sheets.unreadable"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a spreadsheet: its number as people see it, its cells by heading."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in a spreadsheet: its headings, and the rows that are not empty."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(*, name: str, content: bytes, rows_max: int = ROWS_MAX) -> Sheet:
    """
    Return the rows of a CSV or Excel file, under the headings of its first row.

    Shape:  headings in lower case, without space around them; cells likewise stripped.
            Rows without any text are left out, the numbers of the others stay.
    Units:  a number is written with a point, a day as 2030-01-15, a truth as yes or no.
    Errors: `SheetUnreadable`, with what to do about it.
    """
    if len(content) > BYTES_MAX:
        told = _("The file has more than %(count)d MB. Split it into several.")
        raise SheetUnreadable(told % {"count": BYTES_MAX // 1024**2})
    lines = _lines(name, content)
    first = next(lines, None)
    headings = _headings(first[1]) if first is not None else ()
    if not headings:
        raise SheetUnreadable(_("The file is empty. Its first row holds the headings."))
    rows: list[Row] = []
    for number, line in lines:
        if len(rows) == rows_max:
            told = _("The file has more than %(count)d rows. Split it into several.")
            raise SheetUnreadable(told % {"count": rows_max})
        rows.append(Row(number, dict(_under(headings, line, number))))
    return Sheet(tuple(filter(None, headings)), tuple(rows))


def write_excel(
    *, title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> bytes:
    """Return an Excel file of one sheet; no cell of it is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(title))
    written = list(rows)
    set_widths(sheet, headings, written)
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, heading, is_bold=True) for heading in headings])
    for row in written:
        sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet_title(title: str) -> str:
    """Return what a sheet can be called, as near to what it should be as possible."""
    kept = "".join(letter for letter in title if letter not in FORBIDDEN)
    return kept[:TITLE_MAX] or "Sheet"


def harmless(text: str) -> str:
    """Return the text of a CSV cell so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def set_widths(
    sheet: Any, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Make each column of a sheet as wide as what stands in it, within bounds."""
    columns = zip(headings, *rows, strict=True)
    for place, cells in enumerate(columns, start=1):
        longest = max(len(str("" if cell is None else cell)) for cell in cells)
        width = min(max(longest + 2, WIDTH_MIN), WIDTH_MAX)
        sheet.column_dimensions[get_column_letter(place)].width = width


# ------------------------------------------------------------------ reading


def _lines(name: str, content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the lines that are not empty, with their numbers from 1."""
    lowered = name.lower()
    if lowered.endswith(EXCEL_KIND):
        found = _lines_of_excel(content)
    elif lowered.endswith(CSV_KIND):
        found = _lines_of_csv(content)
    else:
        told = _("Use a CSV or Excel file (.csv or .xlsx), not %(name)s.")
        raise SheetUnreadable(told % {"name": name[-60:] or "–"})
    for number, line in enumerate(found, start=1):
        if number > LINES_MAX:
            return
        if any(line):
            yield number, line


def _lines_of_csv(content: bytes) -> Iterator[Sequence[str]]:
    text = _decoded(content)
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield [cell.strip() for cell in line]
    except csv.Error as error:
        told = _("The file cannot be read as CSV: %(reason)s.")
        raise SheetUnreadable(told % {"reason": error}) from error


def _decoded(content: bytes) -> str:
    """Return the text of a file as spreadsheets write it on all systems."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    told = _("The file is no text. Save it as CSV (UTF-8), or as an Excel workbook.")
    raise SheetUnreadable(told)


def _lines_of_excel(content: bytes) -> Iterator[Sequence[str]]:
    try:
        _check_unpacked(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # they may be wrong, and are believed otherwise
        for line in sheet.iter_rows(values_only=True, max_col=COLUMNS_MAX + 1):
            yield [_text(value) for value in line]
        book.close()
    except Refused:
        raise
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
        SyntaxError,  # of the XML inside
    ) as error:
        told = _(
            "The file cannot be read as an Excel workbook. Save it again as .xlsx, "
            "without a password, or as CSV."
        )
        raise SheetUnreadable(told) from error


def _check_unpacked(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked_bytes = sum(each.file_size for each in packed.infolist())
    if unpacked_bytes > UNPACKED_BYTES_MAX:
        raise SheetUnreadable(_("The workbook is too large. Split it into several."))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
    return str(value).strip()


def _headings(line: Sequence[str]) -> tuple[str, ...]:
    headings = tuple(" ".join(cell.lower().split()) for cell in line)
    while headings and not headings[-1]:
        headings = headings[:-1]
    if len(headings) > COLUMNS_MAX:
        told = _("The file has more than %(count)d columns. Leave out the others.")
        raise SheetUnreadable(told % {"count": COLUMNS_MAX})
    twice = sorted({each for each in headings if each and headings.count(each) > 1})
    if twice:
        told = _("The heading “%(name)s” stands there twice. Rename one of them.")
        raise SheetUnreadable(told % {"name": twice[0]})
    return headings


def _under(
    headings: Sequence[str], line: Sequence[str], number: int
) -> Iterator[tuple[str, str]]:
    """Yield the cells of a line by heading; a column without one does not count."""
    for place, heading in enumerate(headings):
        cell = line[place] if place < len(line) else ""
        if len(cell) > CELL_MAX:
            told = _(
                "Row %(row)d, %(name)s: the text is longer than %(count)d letters."
            )
            facts = {"row": number, "name": heading, "count": CELL_MAX}
            raise SheetUnreadable(told % facts)
        if heading:
            yield heading, cell


# ------------------------------------------------------------------ writing


def _cell(sheet: Any, value: object, *, is_bold: bool = False) -> Any:
    match value:
        case Money():
            plain: object = value.amount
        case datetime():
            plain = value.replace(tzinfo=None)  # workbooks know no zones
        case date() | int() | float() | Decimal():
            plain = value
        case _:
            text = "" if value is None else str(value)
            plain = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell = WriteOnlyCell(sheet, value=plain)
    if isinstance(plain, str):
        cell.data_type = "s"  # also what begins with an equals sign
    if isinstance(plain, Decimal):
        cell.number_format = AMOUNT
    if is_bold:
        cell.font = Font(bold=True)
    return cell
