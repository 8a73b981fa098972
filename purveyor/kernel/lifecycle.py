"""Lifecycles as tables: which moves a record may make, and the one way to make them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log

_UPDATE_EACH = """
    UPDATE {table} SET {state} = %s{sets} FROM {given}
    WHERE {guard} AND {state} IN ({sources}) RETURNING {pk}
"""


class MoveRefused(Refused):
    """A record has left the states from which this move starts."""

    code = "lifecycle.move_refused"


@dataclass(frozen=True, slots=True)
class Move:
    """One verb: from which states it starts, and the state it ends in."""

    verb: str
    sources: tuple[str, ...]
    target: str


class Lifecycle:
    """
    The states of one record and the moves between them.

    `field` is the column that holds the state; docs and buttons are made from `moves`.
    `held` names columns that must still be as they were read when a record moves.
    """

    def __init__(
        self,
        name: str,
        *,
        initial: str,
        moves: tuple[Move, ...],
        field: str = "state",
        held: tuple[str, ...] = (),
    ) -> None:
        self.held = held
        self.name = name
        self.initial = initial
        self.field = field
        self.moves = {move.verb: move for move in moves}

    def allows(self, record: Any, verb: str) -> bool:
        """Return whether the record, as it was read, could make this move."""
        return getattr(record, self.field) in self.moves[verb].sources

    @transaction.atomic
    def advance(
        self, record: Any, verb: str, *, actor: str, at: datetime, **changes: Any
    ) -> None:
        """
        Move a record to its next state, once, and write the journal line.

        The guard is the UPDATE itself (compare and set): of two workers that race, one
        changes a row and the other is refused. No lock is held while waiting.

        :raises MoveRefused: if the record has left the states this verb starts from.
        """
        before = getattr(record, self.field)
        self.move(record, verb, **changes)
        log(
            record,
            verb,
            actor=actor,
            at=at,
            before=before,
            after=record_state(self, record),
        )

    def move(self, record: Any, verb: str, **changes: Any) -> None:
        """
        Move a record without a journal line; for operations that write their own.

        :raises MoveRefused: if the record has left the states this verb starts from.
        """
        step = self.moves[verb]
        model: type[models.Model] = type(record)
        guard = {"pk": record.pk, f"{self.field}__in": step.sources}
        guard |= {column: getattr(record, column) for column in self.held}
        values = {self.field: step.target, **changes}
        if model._default_manager.filter(**guard).update(**values) != 1:
            record.refresh_from_db(fields=[self.field])
            raise self.refusal(record, verb)
        for name, value in values.items():
            setattr(record, name, value)

    def move_all(
        self, verb: str, changes: Sequence[tuple[Any, Mapping[str, Any]]]
    ) -> None:
        """
        Make one move for several records in one statement, each with its own values.

        Shape:  pairs of a record and its columns; every record has the same columns.
        :raises MoveRefused: if one of them has left the states this verb starts from;
            then the caller's transaction must be rolled back.
        """
        if len(changes) <= 1:
            for record, values in changes:
                self.move(record, verb, **values)
            return
        step = self.moves[verb]
        moved = _update_each(self, step, changes)
        for record, _values in changes:
            if record.pk not in moved:
                record.refresh_from_db(fields=[self.field])
                raise self.refusal(record, verb)
        for record, values in changes:
            for name, value in {self.field: step.target, **values}.items():
                setattr(record, name, value)

    def refusal(self, record: Any, verb: str) -> MoveRefused:
        """Return the refusal of a move, in words a person can act on."""
        state, sources = getattr(record, self.field), self.moves[verb].sources
        if self.held and state in sources:
            told = _("%(record)s was changed meanwhile. Reload the page.")
            changed = told % {"record": _sentence(record)}
            return MoveRefused(changed, state=state, verb=verb)
        words = _(
            "%(record)s is %(state)s; to %(verb)s it must be %(sources)s. Reload the "
            "page."
        )
        message = words % {
            "record": _sentence(record),
            "state": _label(record, self.field, state),
            "verb": verb.replace("_", " "),
            "sources": _(" or ").join(
                _label(record, self.field, each) for each in sources
            ),
        }
        return MoveRefused(message, state=state, verb=verb)

    def reachable(self) -> set[str]:
        """Return every state that can be reached from the first one."""
        seen, open_states = {self.initial}, [self.initial]
        while open_states:
            state = open_states.pop()
            targets = {m.target for m in self.moves.values() if state in m.sources}
            open_states += targets - seen
            seen |= targets
        return seen


def _update_each(
    lifecycle: Lifecycle, step: Move, changes: Sequence[tuple[Any, Mapping[str, Any]]]
) -> set[Any]:
    """Update each record by compare and set, and return the ids of those that were."""
    meta = type(changes[0][0])._meta
    state = meta.get_field(lifecycle.field)
    written = [meta.get_field(name) for name in changes[0][1]]
    compared = [meta.pk, *(meta.get_field(name) for name in lifecycle.held)]
    rows = [
        [
            *(_prepared(*pair) for pair in zip(written, values.values(), strict=True)),
            *(_prepared(each, getattr(record, each.attname)) for each in compared),
        ]
        for record, values in changes
    ]
    given, names, values = _given([*written, *compared], rows)
    pairs = [
        f"{_quoted(each.column)} = {name}"
        for each, name in zip([*written, *compared], names, strict=True)
    ]
    statement = _UPDATE_EACH.format(
        table=_quoted(meta.db_table),
        state=_quoted(state.column),
        sets="".join(f", {pair}" for pair in pairs[: len(written)]),
        given=given,
        guard=" AND ".join(pairs[len(written) :]),
        sources=", ".join(["%s"] * len(step.sources)),
        pk=_quoted(meta.pk.column),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [step.target, *values, *step.sources])
        return {pk for (pk,) in cursor.fetchall()}


def _given(
    columns: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[str], list[Any]]:
    """
    Return rows as a table for a statement: its text, its columns, its parameters.

    PostgreSQL takes a column as one array, so that it parses the same text for any
    number of rows; SQLite knows no arrays.
    """
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{_type_of(each)}[]" for each in columns)
        names = [f"column{n}" for n in range(1, len(columns) + 1)]
        text = f"unnest({arrays}) AS given ({', '.join(names)})"
        parameters = [list(values) for values in zip(*rows, strict=True)]
    else:
        row = f"({', '.join(['%s'] * len(columns))})"
        text = f"(VALUES {', '.join([row] * len(rows))}) AS given"
        parameters = [value for values in rows for value in values]
    return text, [f"given.column{n}" for n in range(1, len(columns) + 1)], parameters


def _prepared(column: Any, value: Any) -> Any:
    plain = value.pk if isinstance(value, models.Model) else value
    return column.get_db_prep_save(plain, connection)


def _type_of(column: Any) -> str:
    """Return the type of a column without its bounds: nothing may be cut off."""
    return str(column.db_type(connection)).partition("(")[0]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def record_state(lifecycle: Lifecycle, record: Any) -> str:
    """Return the state a record stands in."""
    return str(getattr(record, lifecycle.field))


def verbs_from(lifecycle: Lifecycle, state: str) -> Iterable[str]:
    """Return the verbs that start from a state."""
    return [m.verb for m in lifecycle.moves.values() if state in m.sources]


def _label(record: Any, field: str, state: str) -> str:
    choices = dict(record._meta.get_field(field).flatchoices)
    return _("“%(state)s”") % {"state": choices.get(state, state)}


def _sentence(record: Any) -> str:
    text = str(record)
    return text[:1].upper() + text[1:]
