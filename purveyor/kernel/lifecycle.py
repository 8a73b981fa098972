"""Lifecycles as tables: which moves a record may make, and the one way to make them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log


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
        Make one move for several records in one trip, each with values of its own.

        Shape:  pairs of a record and its columns; every record has the same columns.
        :raises MoveRefused: if one of them has left the states this verb starts from;
            then the caller's transaction must be rolled back.
        """
        if len(changes) <= 1:
            for record, values in changes:
                self.move(record, verb, **values)
            return
        step, records = self.moves[verb], [record for record, _values in changes]
        if _update_each(self.field, step, changes) != len(records):
            raise self._first_refusal(records, verb)
        for record, values in changes:
            for name, value in {self.field: step.target, **values}.items():
                setattr(record, name, value)

    def _first_refusal(self, records: Sequence[Any], verb: str) -> MoveRefused:
        for record in records:
            record.refresh_from_db(fields=[self.field])
        late = [each for each in records if not self.allows(each, verb)]
        return self.refusal((late or records)[0], verb)

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
    field: str, step: Move, changes: Sequence[tuple[Any, Mapping[str, Any]]]
) -> int:
    """
    Update each record by compare and set, and return how many were.

    One short statement for all, sent many times without waiting between: the database
    parses it once, whereas one with a CASE for each column would be new every time.
    """
    meta = type(changes[0][0])._meta
    columns = [meta.get_field(name) for name in (field, *changes[0][1])]
    quoted = connection.ops.quote_name
    sets = ", ".join(f"{quoted(each.column)} = %s" for each in columns)
    sources = ", ".join(["%s"] * len(step.sources))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quoted(meta.db_table)} SET {sets}"  # noqa: S608  # our own names
            f" WHERE {quoted(meta.pk.column)} = %s"
            f" AND {quoted(meta.get_field(field).column)} IN ({sources})",
            [
                (
                    *(
                        each.get_db_prep_save(value, connection)
                        for each, value in zip(
                            columns, (step.target, *values.values()), strict=True
                        )
                    ),
                    record.pk,
                    *step.sources,
                )
                for record, values in changes
            ],
        )
        return int(cursor.rowcount)


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
