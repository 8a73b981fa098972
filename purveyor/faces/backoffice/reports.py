"""What the reports share: their filters and pages, their bars, their exports."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict, StreamingHttpResponse
from django.utils.text import slugify

from purveyor.domain.catalogue.models import Application
from purveyor.faces.backoffice.paging import PAGES_MAX, ROWS_A_PAGE
from purveyor.kernel import clock
from purveyor.kernel.money import Money

PAGE = "p"
DIGITS_MAX = 9
#: One colour a currency; they are told apart in light and dark.
COLOURS = ("--bss-chart-1", "--bss-chart-2", "--bss-chart-3")
#: With these a cell would be a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter, or one tab."""

    value: str
    label: str
    href: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a long list, and the ways to those before and after."""

    rows: Sequence[Any]
    number: int
    previous: str
    next: str


class Query:
    """What the address of a report asks for."""

    def __init__(self, asked: QueryDict) -> None:
        self.asked = asked

    def text(self, name: str) -> str:
        """Return what was typed, cut to a sensible length."""
        return self.asked.get(name, "").strip()[:100]

    def number(self, name: str, default: int | None = None) -> int | None:
        """Return a number, or the default if it is none."""
        typed = self.text(name)
        fits = typed.isascii() and typed.isdecimal() and len(typed) <= DIGITS_MAX
        return int(typed) if fits else default

    def one_of(self, name: str, known: Iterable[str], default: str) -> str:
        """Return one of the known words."""
        typed = self.text(name)
        return typed if typed in set(known) else default

    def but(self, **changes: str) -> str:
        """Return the same question with some changes, from its first page on."""
        fields = self.asked.copy()
        fields.pop(PAGE, None)
        for name, value in changes.items():
            fields.pop(name, None)
            if value:
                fields[name] = value
        return f"?{fields.urlencode()}"

    @property
    def page(self) -> int:
        """The page that is asked for; a deep one is as slow as it is useless."""
        return max(1, min(self.number(PAGE, 1) or 1, PAGES_MAX))

    @property
    def offset(self) -> int:
        """How many rows stand on the pages before."""
        return (self.page - 1) * ROWS_A_PAGE

    def page_of(self, rows: Sequence[Any]) -> Page:
        """Return a page of rows, of which one more was read than is shown."""
        has_more = len(rows) > ROWS_A_PAGE and self.page < PAGES_MAX
        return Page(
            rows=rows[:ROWS_A_PAGE],
            number=self.page,
            previous=self.but(**{PAGE: str(self.page - 1)}) if self.page > 1 else "",
            next=self.but(**{PAGE: str(self.page + 1)}) if has_more else "",
        )


def service_managers(chosen: int | None) -> list[Choice]:
    """Return the service managers one can choose from."""
    found = Application.objects.order_by("name").values_list("pk", "name")
    return [Choice(str(pk), name, is_chosen=pk == chosen) for pk, name in found]


def bars(labels: Sequence[str], series: Mapping[str, Sequence[float]]) -> str:
    """Return rows as unfold's chart wants them; empty if every bar is nought."""
    if not any(any(values) for values in series.values()):
        return ""
    datasets = [
        {
            "label": label,
            "data": list(values),
            "backgroundColor": f"var({COLOURS[place % len(COLOURS)]})",
        }
        for place, (label, values) in enumerate(series.items())
    ]
    return json.dumps({"labels": list(labels), "datasets": datasets})


def bar_options(*, has_legend: bool) -> str:
    """Return how bars beside each other look."""
    grey = {"color": "#8a94a3"}
    return json.dumps(
        {
            "animation": False,
            "responsive": True,
            "maintainAspectRatio": False,
            "datasets": {"bar": {"borderRadius": 4, "maxBarThickness": 46}},
            "plugins": {
                "legend": {"display": has_legend, "align": "end", "labels": grey}
            },
            "scales": {
                "x": {"grid": {"display": False}, "ticks": {**grey, "maxRotation": 0}},
                "y": {
                    "beginAtZero": True,
                    "border": {"display": False},
                    "grid": {"lineWidth": 0.6},
                    "ticks": {**grey, "maxTicksLimit": 5},
                },
            },
        }
    )


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
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
