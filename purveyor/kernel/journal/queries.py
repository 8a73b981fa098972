"""Read the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from purveyor.kernel.journal.models import Entry

LINES_MAX = 100


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One line as a page shows it."""

    at: datetime
    actor: str
    verb: str
    before: str
    after: str
    facts: dict[str, Any]


def journal_of(record: Any, *, limit: int = LINES_MAX) -> tuple[JournalRow, ...]:
    """Return the newest lines about one record, newest first."""
    entries = Entry.objects.filter(
        record_type=record._meta.label_lower, record_id=record.pk
    ).order_by("-id")[: min(limit, LINES_MAX)]
    return tuple(
        JournalRow(e.at, e.actor, e.verb.replace("_", " "), e.before, e.after, e.facts)
        for e in entries
    )


def was_logged(record: Any, verb: str) -> bool:
    """Return whether something has ever happened to a record."""
    return Entry.objects.filter(
        record_type=record._meta.label_lower, record_id=record.pk, verb=verb
    ).exists()


def has_happened(verb: str) -> bool:
    """Return whether something has ever happened to any record."""
    return Entry.objects.filter(verb=verb).exists()


def count_of(*, actor: str, verb: str, since: datetime) -> int:
    """Return how often a person has done something since then, at most a limit."""
    lines = Entry.objects.filter(actor=actor, at__gte=since, verb=verb)
    return lines.order_by()[:LINES_MAX].count()
