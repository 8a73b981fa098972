"""New rows of one table, many at once."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

MANY = 100  # rows, for which the statement more that COPY needs is paid back

_TAKE_IDS = """
    SELECT nextval(ids.name)
    FROM pg_get_serial_sequence(%s, %s) AS ids (name), generate_series(1, %s)
"""


def insert_all[T: models.Model](records: Iterable[T]) -> list[T]:
    """
    Write new records of one model, and return them with their ids.

    What `bulk_create` does, and for few it is that. PostgreSQL is given many rows with
    COPY, after their ids were taken from the sequence, and a column that holds the same
    in all of them, as most do, is prepared once: a quarter of the processor time.

    Shape:  columns hold plain values, nothing that is computed on the way (no
            expression, no `auto_now`); the id is a number that the database gives.
            What the database computes is left to it, and read when it is asked for.
    :raises IntegrityError: as any INSERT does.
    """
    made = list(records)
    if not made:
        return made
    model = type(made[0])
    if len(made) < MANY or connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        return model._default_manager.bulk_create(made)
    _copy(model._meta, made)
    return made


def _copy(meta: Any, records: Sequence[models.Model]) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    quoted = connection.ops.quote_name
    table = quoted(meta.db_table)
    columns = [column for column in meta.concrete_fields if not column.generated]
    names = ", ".join(quoted(column.column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_IDS, [table, meta.pk.column, len(records)])
        for record, (pk,) in zip(records, cursor.fetchall(), strict=True):
            record.pk = pk
        values = [_prepared(column, records, connection) for column in columns]
        rows = zip(*values, strict=False)  # what is the same in all of them repeats
        statement = f"COPY {table} ({names}) FROM STDIN"
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


def _prepared(column: Any, records: Sequence[Any], connection: Any) -> Iterable[Any]:
    """Return the values of a column as the database takes them."""
    values = list(map(attrgetter(column.attname), records))
    if _are_the_same(values):
        return repeat(column.get_db_prep_save(values[0], connection))
    return [column.get_db_prep_save(value, connection) for value in values]


def _are_the_same(values: Sequence[Any]) -> bool:
    first = values[0]
    if isinstance(first, dict | list):  # [1] and [True] are equal, but no more in JSON
        return all(value is first for value in values)
    return values.count(first) == len(values)
