"""Write journal lines. Always in the transaction of the change they tell of."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BinaryField, ProtectedError
from django.utils.module_loading import import_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.rows import insert_all, insert_each

LABEL_MAX = 200
SECRET = re.compile(r"password|secret|sealed|token|hash|coupon|key", re.IGNORECASE)


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
    """
    Return a journal line that is not yet written. Facts hold no secret.

    The record's name is kept in the language of the house, whoever wrote the line.
    A line that is news says so: a worker finds it, and tells whom it concerns.
    """
    return Entry(
        at=at,
        actor=actor[:LABEL_MAX],
        record_type=record._meta.label_lower,
        record_id=record.pk,
        record_label=_label(record),
        verb=verb,
        before=str(before)[:LABEL_MAX],
        after=str(after)[:LABEL_MAX],
        facts=facts,
        news_due_at=at if _is_news(record._meta.label_lower, verb) else None,
    )


def log(record: Any, verb: str, *, actor: str, at: datetime, **facts: Any) -> None:
    """Write one journal line; `before` and `after` among the facts get columns."""
    line(record, verb, actor=actor, at=at, **facts).save(force_insert=True)


def log_all(entries: Iterable[Entry]) -> None:
    """Write many journal lines in one statement."""
    insert_all(entries)


def log_each(entries: Iterable[Entry], *, count: int) -> None:
    """Write many journal lines while they are made: see `insert_each`."""
    insert_each(Entry, entries, count=count)


@transaction.atomic
def take_news(*, pk: int) -> Entry | None:
    """Return a line that is to be told of, and mark it as told; None if it was told."""
    due = Entry.objects.filter(pk=pk, news_due_at__isnull=False)
    if due.update(news_due_at=None) != 1:
        return None
    return Entry.objects.get(pk=pk)


def drop_news(*, record_type: str, verb: str, after: str, until: datetime) -> int:
    """Let lines of one kind rest of which nobody wants to know; return how many."""
    due = Entry.objects.filter(news_due_at__lte=until)
    alike = due.filter(record_type=record_type, verb=verb, after=after)
    return alike.update(news_due_at=None)


@transaction.atomic
def keep(record: Any, *, changed: Collection[str], actor: str, at: datetime) -> None:
    """
    Save a record that has no rules beyond its own fields, and say so in the journal.

    For master data (a tax rate, a contact). What has a lifecycle or touches money has
    an operation of its own.

    :raises Refused: if a field or a constraint says no.
    """
    check(record)
    is_new = record._state.adding
    changes = {} if is_new else changes_of(record, changed)
    record.save()
    log(
        record,
        "create" if is_new else "edit",
        actor=actor,
        at=at,
        changes=changes,
    )


@transaction.atomic
def drop(record: Any, *, actor: str, at: datetime) -> None:
    """
    Delete a record of master data that nothing refers to, and say so in the journal.

    :raises Refused: if something refers to it.
    """
    gone = line(record, "delete", actor=actor, at=at)
    try:
        record.delete()
    except ProtectedError as error:
        message = _("%(record)s is in use and cannot be deleted.") % {"record": record}
        raise Refused(message, users_count=len(error.protected_objects)) from error
    gone.save(force_insert=True)


def check(record: Any) -> None:
    """
    Check a record's fields and constraints.

    :raises Refused: with every complaint in one message.
    """
    try:
        record.full_clean()
    except ValidationError as error:
        raise Refused(
            " ".join(error.messages), fields=sorted(_fields(error))
        ) from error


def _label(record: Any) -> str:
    if get_language() == settings.LANGUAGE_CODE:  # to change it takes longer
        return str(record)[:LABEL_MAX]
    with override(settings.LANGUAGE_CODE):
        return str(record)[:LABEL_MAX]


def _is_news(record_type: str, verb: str) -> bool:
    return verb in _news(settings.PURVEYOR_NEWS).get(record_type, ())


@lru_cache(maxsize=2)
def _news(name: str) -> Mapping[str, frozenset[str]]:
    """Return which verbs on which records are news; the table belongs to the street."""
    return cast("Mapping[str, frozenset[str]]", import_string(name))


def changes_of(record: Any, changed: Iterable[str]) -> dict[str, list[Any]]:
    """
    Return what was and what will be in the columns of a record that is saved next.

    Shape:  name of the column to [before, after], as plain values; another record is
            told in its words. What is secret, and what is no column, is left out.
    """
    model = record._meta.model  # also of one that is fetched when it is needed
    columns = [f for f in model._meta.concrete_fields if f.name in set(changed)]
    told = [f for f in columns if not SECRET.search(f.name) and not _is_bytes(f)]
    if not told:
        return {}
    related = [f.name for f in told if f.is_relation]
    before = model._default_manager.filter(pk=record.pk)
    old = (before.select_related(*related) if related else before).first()
    return {
        f.name: [_told(old, f), _told(record, f)]
        for f in told
        if old is not None and _told(old, f) != _told(record, f)
    }


def _is_bytes(column: Any) -> bool:
    return isinstance(column, BinaryField)


def _told(record: Any, column: Any) -> Any:
    value = getattr(record, column.name)
    if isinstance(value, bool | int | None):
        return value
    return str(value)[:LABEL_MAX]


def _fields(error: ValidationError) -> Iterable[str]:
    return error.message_dict if hasattr(error, "error_dict") else ()
