"""The only place that reads the time. Everything below a face is passed `now`."""

import time
from datetime import date, datetime, timedelta
from datetime import time as dt_time

from django.utils import timezone


def now() -> datetime:
    """Return this moment, aware and in UTC."""
    return timezone.now()


def today() -> date:
    """Return the day it is where the distributor works (setting `TIME_ZONE`)."""
    return timezone.localdate()


def day_of(moment: datetime) -> date:
    """Return the day a moment falls on where the distributor works."""
    return timezone.localdate(moment)


def beginning_of(day: date) -> datetime:
    """Return the moment at which a day begins where the distributor works."""
    return timezone.make_aware(datetime.combine(day, dt_time()))


def wall_time(moment: datetime) -> datetime:
    """Return what the distributor's clocks show at a moment, without a time zone."""
    return timezone.localtime(moment).replace(tzinfo=None, microsecond=0)


def next_at(*, hour: int, now: datetime) -> datetime:
    """Return the next moment at which it is a full hour where the distributor works."""
    day = timezone.localtime(now).date()
    at = timezone.make_aware(datetime.combine(day, dt_time(hour)))
    if at > now:
        return at
    return timezone.make_aware(datetime.combine(day + timedelta(1), dt_time(hour)))


class Stopwatch:
    """The time during a step that takes long: its start, and what passed since."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._ticks = time.monotonic()

    def now(self) -> datetime:
        """Return the start moved on by what has passed since."""
        return self._started_at + timedelta(seconds=time.monotonic() - self._ticks)
