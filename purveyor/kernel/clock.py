"""The only place that reads the time. Everything below a face is passed `now`."""

from datetime import date, datetime

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
