"""How long to wait before the next try."""

from datetime import datetime, timedelta

from django.conf import settings


def next_try_at(
    *, tries_count: int, now: datetime, at_least_seconds: float = 0
) -> datetime:
    """
    Return when a record is tried again.

    Shape:  `tries_count` tries have been made, at least one.
    Units:  seconds; `at_least_seconds` is what a vendor asked for (Retry-After).
    Source: design, section 5: 5 s, 30 s, 2 min, 10 min, 1 h, then hourly; a setting.
    """
    delays = settings.PURVEYOR_RETRY_DELAYS
    seconds = delays[min(tries_count, len(delays)) - 1]
    return now + timedelta(seconds=max(seconds, at_least_seconds))


def give_up_at(*, now: datetime) -> datetime:
    """Return until when a record is tried by itself."""
    return now + timedelta(hours=settings.PURVEYOR_TRY_HOURS)
