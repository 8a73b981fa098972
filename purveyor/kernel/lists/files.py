"""Files of rows: CSV and Excel workbooks, written row by row in bounded memory."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from purveyor.kernel import clock
from purveyor.kernel.lists.models import ExportKind
from purveyor.kernel.money import Money

TITLE_MAX, CELL_MAX = 31, 32_767  # by the format
WIDTH_MIN, WIDTH_MAX = 12, 40  # of a column, in characters
MOMENT, MONEY = "yyyy-mm-dd hh:mm", "#,##0.00"
#: With these a cell of a CSV file would be a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SheetFile(Protocol):
    """A file that takes one row after the other."""

    def append(self, row: Sequence[object]) -> None:
        """Add a row."""

    def close(self) -> None:
        """Write what is not written yet; nothing can be added afterwards."""


class CsvFile:
    """A file of lines, as any spreadsheet reads it; no cell is a formula."""

    def __init__(self, path: Path, head: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([_plain(each) for each in head])

    def append(self, row: Sequence[object]) -> None:
        """Add a row."""
        self._writer.writerow([_plain(each) for each in row])

    def close(self) -> None:
        """Write the rest."""
        self._file.close()


class ExcelFile:
    """A workbook of one sheet: its head stays in sight, numbers and days are such."""

    def __init__(self, path: Path, head: Sequence[str], title: str) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet(_sheet_title(title))
        self._sheet.freeze_panes = "A2"
        for place, heading in enumerate(head, start=1):
            width = min(max(len(heading) + 4, WIDTH_MIN), WIDTH_MAX)
            self._sheet.column_dimensions[get_column_letter(place)].width = width
        bold = [self._cell(each) for each in head]
        for each in bold:
            each.font = Font(bold=True)
        self._sheet.append(bold)

    def append(self, row: Sequence[object]) -> None:
        """Add a row."""
        self._sheet.append([self._cell(each) for each in row])

    def close(self) -> None:
        """Pack the workbook."""
        self._book.save(self._path)

    def _cell(self, value: object) -> Any:
        match value:
            case Money():
                return self._typed(value.amount, MONEY)
            case datetime():
                return self._typed(clock.wall_time(value), MOMENT)
            case bool():
                pass
            case date() | int() | float() | Decimal():
                return self._typed(value)
        text = WriteOnlyCell(self._sheet, ILLEGAL_CHARACTERS_RE.sub("", str(value)))
        text.value = text.value[:CELL_MAX]
        text.data_type = "s"  # also what begins with an equals sign
        return text

    def _typed(self, value: Any, form: str = "") -> Any:
        typed = WriteOnlyCell(self._sheet, value)
        if form:
            typed.number_format = form
        return typed


def open_sheet(path: Path, *, kind: str, title: str, head: Sequence[str]) -> SheetFile:
    """Return a new file that only its owner can read, with its head written."""
    path.touch(mode=0o600)
    if kind == ExportKind.CSV:
        return CsvFile(path, head)
    return ExcelFile(path, head, title)


def _plain(value: object) -> str:
    match value:
        case Money():
            return str(value.amount)
        case datetime():
            return clock.wall_time(value).isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _sheet_title(title: str) -> str:
    kept = "".join(letter for letter in title if letter not in "[]:*?/\\")
    return kept[:TITLE_MAX] or "Sheet"
