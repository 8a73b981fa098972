"""Lifecycles as tables: which moves a record may make, and the one way to make them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

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
    """

    def __init__(
        self, name: str, *, initial: str, moves: tuple[Move, ...], field: str = "state"
    ) -> None:
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
        Make one move for several records in one statement, each with values of its own.

        Shape:  pairs of a record and its columns; every record has the same columns.
        :raises MoveRefused: if one of them has left the states this verb starts from;
            then the caller's transaction must be rolled back.
        """
        if len(changes) <= 1:
            for record, values in changes:
                self.move(record, verb, **values)
            return
        step, records = self.moves[verb], [record for record, _values in changes]
        model: type[models.Model] = type(records[0])
        ready = model._default_manager.filter(
            **{"pk__in": [r.pk for r in records], f"{self.field}__in": step.sources}
        )
        columns = {name: _column(model, name, changes) for name in changes[0][1]}
        if ready.update(**{self.field: step.target}, **columns) != len(records):
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
        state = getattr(record, self.field)
        sources = " or ".join(
            _label(record, self.field, s) for s in self.moves[verb].sources
        )
        return MoveRefused(
            f"{_sentence(record)} is {_label(record, self.field, state)}; "
            f"to {verb.replace('_', ' ')} it must be {sources}. Reload the page.",
            state=state,
            verb=verb,
        )

    def reachable(self) -> set[str]:
        """Return every state that can be reached from the first one."""
        seen, open_states = {self.initial}, [self.initial]
        while open_states:
            state = open_states.pop()
            targets = {m.target for m in self.moves.values() if state in m.sources}
            open_states += targets - seen
            seen |= targets
        return seen


def _column(
    model: type[models.Model],
    name: str,
    changes: Sequence[tuple[Any, Mapping[str, Any]]],
) -> Any:
    """Return what a column becomes: one value for all, or each record's own."""
    values = [each[name] for _record, each in changes]
    if all(value == values[0] for value in values):
        return values[0]
    field: Any = model._meta.get_field(name)
    own = (
        models.When(pk=record.pk, then=models.Value(each[name], output_field=field))
        for record, each in changes
    )
    return models.Case(*own, output_field=field)


def record_state(lifecycle: Lifecycle, record: Any) -> str:
    """Return the state a record stands in."""
    return str(getattr(record, lifecycle.field))


def verbs_from(lifecycle: Lifecycle, state: str) -> Iterable[str]:
    """Return the verbs that start from a state."""
    return [m.verb for m in lifecycle.moves.values() if state in m.sources]


def _label(record: Any, field: str, state: str) -> str:
    choices = dict(record._meta.get_field(field).flatchoices)
    return f"“{choices.get(state, state)}”"


def _sentence(record: Any) -> str:
    text = str(record)
    return text[:1].upper() + text[1:]
