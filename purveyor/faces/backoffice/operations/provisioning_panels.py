"""What stands above the list of Operations > Provisioning, as plain values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.explanation import (
    Explanation,
    breaker_of,
    explain_breaker,
)
from purveyor.domain.provisioning.lifecycle import BreakerState, RunState
from purveyor.domain.provisioning.models import Breaker
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.domain.provisioning.troubles import (
    FailureGroup,
    RunRow,
    active_applications,
    failure_groups,
    shown_runs,
)
from purveyor.domain.provisioning.weather import WeatherRow, weather_of
from purveyor.faces.backoffice.frame.cause_words import cause_detail, cause_title
from purveyor.faces.backoffice.frame.display import badge, clock_time
from purveyor.faces.backoffice.frame.looks import address_of_look, looks_of
from purveyor.kernel import clock

MAY_RETRY = "assets.retry_asset"
LOOKS_MAX = 450  # once in two seconds: a quarter of an hour

SERIES = (
    ("made_count", gettext_lazy("Made"), "--bss-chart-made"),
    ("unavailable_count", gettext_lazy("Unavailable"), "--bss-chart-unavailable"),
    ("unclear_count", gettext_lazy("Unclear"), "--bss-chart-unclear"),
    ("rejected_count", gettext_lazy("Rejected"), "--bss-chart-rejected"),
)
RUN_TONES = {
    RunState.RUNNING: "info",
    RunState.DONE: "success",
    RunState.RELAPSED: "danger",
    RunState.STOPPED: "warning",
}


@dataclass(frozen=True, slots=True)
class Weather:
    """One vendor's state now, and how it has answered over the last hours."""

    application: Application
    vendor: str
    badge: SafeString
    silence: Explanation | None
    paused_until: datetime | None
    failures_count: int
    chart: str
    summary: str
    rows: tuple[WeatherRow, ...]  # those in which something was asked, newest first


@dataclass(frozen=True, slots=True)
class GroupPanel:
    """One group of failures, with the addresses of what can be done with it."""

    group: FailureGroup
    title: str
    detail: str
    retry_url: str
    mend_url: str
    list_url: str


@dataclass(frozen=True, slots=True)
class RunPanel:
    """One retry of a group, with its badge."""

    run: RunRow
    title: str
    detail: str
    badge: SafeString


@dataclass(frozen=True, slots=True)
class CausesPage:
    """The part of the page that looks again by itself while a retry is running."""

    groups: tuple[GroupPanel, ...]
    runs: tuple[RunPanel, ...]
    next_look: str
    has_ended: bool  # a retry ended while the page was looking
    may_retry: bool


def weather_panels() -> list[Weather]:
    """Return the weather at every vendor that sells."""
    now = clock.now()
    return [_weather(application, now) for application in active_applications()]


def chart_options() -> str:
    """Return how the bars look: stacked, quiet, with a legend."""
    grey = {"color": "#8a94a3"}
    return json.dumps(
        {
            "animation": False,
            "responsive": True,
            "maintainAspectRatio": False,
            "datasets": {"bar": {"maxBarThickness": 26, "borderRadius": 2}},
            "plugins": {
                "legend": {
                    "display": True,
                    "align": "end",
                    "labels": {**grey, "boxWidth": 12, "boxHeight": 12},
                }
            },
            "scales": {
                "x": {
                    "stacked": True,
                    "grid": {"display": False},
                    "ticks": {**grey, "maxRotation": 0, "autoSkipPadding": 24},
                },
                "y": {
                    "stacked": True,
                    "beginAtZero": True,
                    "border": {"display": False},
                    "grid": {"lineWidth": 0.6},
                    "ticks": {**grey, "maxTicksLimit": 5, "precision": 0},
                },
            },
        }
    )


def _weather(application: Application, now: datetime) -> Weather:
    vendor, breaker = vendor_of(application), breaker_of(application)
    rows = weather_of(application=application, now=now)
    is_silent = breaker is not None and breaker.state == BreakerState.OPEN
    until = breaker.paused_until if breaker is not None else None
    return Weather(
        application=application,
        vendor=vendor,
        badge=_breaker_badge(breaker, now),
        silence=(
            explain_breaker(breaker=breaker, vendor=vendor)
            if breaker is not None and is_silent
            else None
        ),
        paused_until=until if until is not None and until > now else None,
        failures_count=breaker.failures_count if breaker is not None else 0,
        chart=_chart(rows),
        summary=_summary(rows),
        rows=tuple(row for row in reversed(rows) if row.count),
    )


def _breaker_badge(breaker: Breaker | None, now: datetime) -> SafeString:
    if breaker is None or breaker.is_asking(now):
        return badge(_("Answering"), "success")
    if breaker.is_blocked:
        return badge(_("Refuses our credentials"), "danger")
    if breaker.state == BreakerState.OPEN:
        return badge(_("Not answering"), "danger")
    return badge(_("Asked for a pause"), "warning")


def _chart(rows: tuple[WeatherRow, ...]) -> str:
    """Return the rows as unfold's chart wants them; empty if nothing was asked."""
    if not any(row.count for row in rows):
        return ""
    datasets = [
        {
            "label": str(label),
            "data": [getattr(row, name) for row in rows],
            "backgroundColor": f"var({colour})",
        }
        for name, label, colour in SERIES
    ]
    labels = [clock_time(row.began_at) for row in rows]
    return json.dumps({"labels": labels, "datasets": datasets})


def _summary(rows: tuple[WeatherRow, ...]) -> str:
    """Return the chart in one sentence."""
    sums = (
        f"{sum(getattr(row, name) for row in rows):,} {str(label).lower()}"
        for name, label, _colour in SERIES
    )
    return _("Attempts of the last six hours: %(sums)s.") % {"sums": ", ".join(sums)}


# ------------------------------------------------------------------ one cause


def causes_page(request: HttpRequest, query: Mapping[str, str]) -> CausesPage:
    """Return the groups of failures, their retries, and where to look again."""
    runs = shown_runs(now=clock.now())
    look = looks_of(query, most=LOOKS_MAX)
    is_running = any(run.is_running for run in runs)
    address = reverse("bss:provisioning_causes")
    return CausesPage(
        groups=tuple(_group_panel(group) for group in failure_groups()),
        runs=tuple(_run_panel(run) for run in runs),
        next_look=address_of_look(
            address, look=look, goes_on=is_running and look < LOOKS_MAX
        ),
        has_ended=look > 0 and not is_running,
        may_retry=request.user.has_perm(MAY_RETRY),
    )


def group_query(application_id: int, cause: str) -> str:
    """Return how an address names a group of failures."""
    query = QueryDict(mutable=True)
    query.update({"application": str(application_id), "cause": cause})
    return query.urlencode()


def group_value(application_id: int, cause: str) -> str:
    """Return how the list's filter names a group of failures."""
    return f"{application_id}:{cause}"


def _group_panel(group: FailureGroup) -> GroupPanel:
    named = group_query(group.application_id, group.cause)
    chosen = QueryDict(mutable=True)
    chosen["group"] = group_value(group.application_id, group.cause)
    return GroupPanel(
        group=group,
        title=cause_title(group.cause),
        detail=cause_detail(group.cause),
        retry_url=f"{reverse('bss:retry_group')}?{named}",
        mend_url=f"{reverse('bss:mend_group')}?{named}",
        list_url=f"{reverse('bss:provisioning')}?{chosen.urlencode()}#unfinished",
    )


def _run_panel(run: RunRow) -> RunPanel:
    return RunPanel(
        run=run,
        title=cause_title(run.cause),
        detail=cause_detail(run.cause),
        badge=badge(run.state.label, RUN_TONES[run.state]),
    )
