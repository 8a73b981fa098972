"""The weather at a vendor: how it has answered over the last hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Func, IntegerField, Q

from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import AttemptOutcome
from purveyor.domain.provisioning.models import Attempt

SPAN = timedelta(minutes=15)
HOURS_MAX = 48

Outcomes = tuple[AttemptOutcome, ...]

#: An answer that was lost stays bad weather, whatever was found or decided later.
UNCLEAR: Outcomes = (
    AttemptOutcome.UNCLEAR,
    AttemptOutcome.ADOPTED,
    AttemptOutcome.ENTERED,
)


@dataclass(frozen=True, slots=True)
class WeatherRow:
    """How often a vendor has given each answer within a quarter of an hour."""

    began_at: datetime
    made_count: int = 0
    unavailable_count: int = 0
    unclear_count: int = 0
    rejected_count: int = 0

    @property
    def count(self) -> int:
        """How many attempts began in this quarter of an hour and have ended."""
        return (
            self.made_count
            + self.unavailable_count
            + self.unclear_count
            + self.rejected_count
        )


class _SpanOf(Func):
    """How many spans have passed since 1970; the databases know no common word."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Return it for SQLite, which keeps moments as text."""
        seconds = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return super().as_sql(
            compiler, connection, template=f"{seconds} / {_seconds()}", **extra
        )

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Return it for PostgreSQL, whose seconds have fractions."""
        seconds = "EXTRACT(EPOCH FROM %(expressions)s)"
        template = f"CAST(FLOOR({seconds} / {_seconds()}) AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, **extra)


def weather_of(
    *, application: Application, now: datetime, hours: int = 6
) -> tuple[WeatherRow, ...]:
    """
    Return how a vendor has answered, by quarters of an hour, the oldest first.

    Shape:  a row for every quarter, also where nothing was asked; the last one is that
            of `now`. Attempts that are still open are not counted.
    Units:  quarters of an hour in UTC; at most 48 hours.
    """
    last = _number_of(now)
    first = last - min(hours, HOURS_MAX) * (timedelta(hours=1) // SPAN) + 1
    found = {row.began_at: row for row in _counted(application, first)}
    moments = (_start_of(number) for number in range(first, last + 1))
    return tuple(found.get(moment) or WeatherRow(moment) for moment in moments)


def _counted(application: Application, first: int) -> Iterator[WeatherRow]:
    attempts = Attempt.objects.filter(
        application=application, started_at__gte=_start_of(first)
    )
    counts = (
        attempts.annotate(span=_SpanOf("started_at"))
        .values("span")
        .annotate(
            made=_count(AttemptOutcome.MADE),
            unavailable=_count(AttemptOutcome.UNAVAILABLE),
            unclear=_count(*UNCLEAR),
            rejected=_count(AttemptOutcome.REJECTED),
        )
        .order_by("span")
    )
    for row in counts:
        began_at = _start_of(row["span"])
        answers = (row["made"], row["unavailable"], row["unclear"], row["rejected"])
        yield WeatherRow(began_at, *answers)


def _count(*outcomes: AttemptOutcome) -> Count:
    return Count("pk", filter=Q(outcome__in=outcomes))


def _seconds() -> int:
    return int(SPAN.total_seconds())


def _number_of(moment: datetime) -> int:
    return int(moment.timestamp()) // _seconds()


def _start_of(number: int) -> datetime:
    return datetime.fromtimestamp(number * _seconds(), UTC)
