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

from purveyor.kernel import clock
from purveyor.kernel.lists.models import ExportKind
from purveyor.kernel.money import Money
from purveyor.kernel.sheets import AMOUNT, harmless, set_widths, sheet_title

CELL_MAX = 32_767  # by the format
MEASURED = 200  # so many rows say how wide the columns are
MOMENT = "yyyy-mm-dd hh:mm"


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
        self._path, self._head = path, head
        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet(sheet_title(title))
        self._sheet.freeze_panes = "A2"
        self._first: list[Sequence[object]] | None = []  # until the widths are set

    def append(self, row: Sequence[object]) -> None:
        """Add a row."""
        if self._first is None:
            self._sheet.append([self._cell(each) for each in row])
            return
        self._first.append(row)
        if len(self._first) == MEASURED:
            self._begin()

    def close(self) -> None:
        """Pack the workbook."""
        self._begin()
        self._book.save(self._path)

    def _begin(self) -> None:
        """Write the head and the first rows; widths must be known before them."""
        first, self._first = self._first, None
        if first is None:
            return
        set_widths(self._sheet, self._head, first)
        bold = [self._cell(each) for each in self._head]
        for each in bold:
            each.font = Font(bold=True)
        self._sheet.append(bold)
        for row in first:
            self.append(row)

    def _cell(self, value: object) -> Any:
        match value:
            case Money():
                return self._typed(value.amount, AMOUNT)
            case Decimal():
                return self._typed(value, AMOUNT)
            case datetime():
                return self._typed(clock.wall_time(value), MOMENT)
            case bool():
                pass
            case date() | int() | float():
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
    return harmless(str(value))
