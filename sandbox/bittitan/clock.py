"""The stand-in's own clock, and how it writes moments."""

from datetime import UTC, datetime, timedelta

_moved = timedelta(0)  # how far somebody has moved the clock, by the control


def now() -> datetime:
    """Return this moment, aware and in UTC; moved on or back if somebody wants it."""
    return datetime.now(UTC) + _moved


def move_to(moment: datetime | None) -> None:
    """Move the clock to a moment, from where it runs on; None sets it right again."""
    global _moved  # noqa: PLW0603  # a process has one clock
    _moved = timedelta(0) if moment is None else moment - datetime.now(UTC)


def written(at: datetime) -> str:
    """
    Return a moment in ISO 8601, in UTC and with a Z.

    Always with milliseconds, so that written moments sort as the moments do.
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written_in(seconds: float) -> str:
    """Return the moment so many seconds from now, written."""
    return written(now() + timedelta(seconds=seconds))


def seconds_until(moment: str) -> float:
    """Return how long it is until a written moment; never less than nothing."""
    return max(0.0, (datetime.fromisoformat(moment) - now()).total_seconds())
