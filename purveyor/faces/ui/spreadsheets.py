"""Rows as a file for a spreadsheet, sent line by line."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils.text import slugify

from purveyor.kernel import clock
from purveyor.kernel.money import Money
from purveyor.kernel.sheets import harmless


class _Echo:
    """A file that returns what is written to it."""

    def write(self, value: str) -> str:
        """Return the line."""
        return value


def spreadsheet(
    name: str, head: Sequence[object], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """Return rows as CSV; no cell of it is a formula, and none holds a coupon code."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([cell(each) for each in row]) for row in (head, *rows))
    answer = StreamingHttpResponse(
        ("\ufeff" if place == 0 else "") + line for place, line in enumerate(lines)
    )
    answer["Content-Type"] = "text/csv; charset=utf-8"
    filename = f"{slugify(name)}-{clock.today().isoformat()}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def cell(value: object) -> str:
    """Return a value as a spreadsheet reads it."""
    match value:
        case Money():
            return str(value.amount)
        case datetime():
            return clock.day_of(value).isoformat()
        case date():
            return value.isoformat()
        case int() | Decimal():
            return str(value)
    return harmless(str(value))
