"""Write journal lines. Always in the transaction of the change they tell of."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from purveyor.kernel.journal.models import Entry

LABEL_MAX = 200


def line(
    record: Any,
    verb: str,
    *,
    actor: str,
    at: datetime,
    before: object = "",
    after: object = "",
    **facts: object,
) -> Entry:
    """Return a journal line that is not yet written. Facts hold no secret."""
    return Entry(
        at=at,
        actor=actor[:LABEL_MAX],
        record_type=record._meta.label_lower,
        record_id=record.pk,
        record_label=str(record)[:LABEL_MAX],
        verb=verb,
        before=str(before)[:LABEL_MAX],
        after=str(after)[:LABEL_MAX],
        facts=facts,
    )


def log(record: Any, verb: str, *, actor: str, at: datetime, **facts: Any) -> None:
    """Write one journal line; `before` and `after` among the facts get columns."""
    line(record, verb, actor=actor, at=at, **facts).save(force_insert=True)


def log_all(entries: Iterable[Entry]) -> None:
    """Write many journal lines in one statement."""
    Entry.objects.bulk_create(entries)
