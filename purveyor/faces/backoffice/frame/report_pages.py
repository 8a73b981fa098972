"""What the reports share: their filters and pages, their bars, their exports."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from purveyor.domain.catalogue.models import Application
from purveyor.faces.backoffice.frame.paging import PAGES_MAX, ROWS_A_PAGE

PAGE = "p"
DIGITS_MAX = 9
#: One colour a currency; they are told apart in light and dark.
COLOURS = ("--bss-chart-1", "--bss-chart-2", "--bss-chart-3")


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


def bar_options(*, has_legend: bool, names_every_bar: bool = False) -> str:
    """
    Return how bars beside each other look.

    On a narrow chart some names are left out, as of months; where each is needed
    they stand at a slant instead.
    """
    names = (
        {"autoSkip": False, "maxRotation": 40}
        if names_every_bar
        else {"maxRotation": 0}
    )
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
                "x": {"grid": {"display": False}, "ticks": {**grey, **names}},
                "y": {
                    "beginAtZero": True,
                    "border": {"display": False},
                    "grid": {"lineWidth": 0.6},
                    "ticks": {**grey, "maxTicksLimit": 5},
                },
            },
        }
    )
