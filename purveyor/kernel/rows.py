"""New rows of one table, many at once."""

from collections.abc import Iterable, Sequence
from itertools import batched, repeat
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from psycopg.adapt import PyFormat, Transformer

MANY = 100  # rows, for which the statement more that COPY needs is paid back
AT_ONCE = 250  # rows that are on their way to the database while others are made

_TAKE_IDS = """
    SELECT nextval(ids.name)
    FROM pg_get_serial_sequence(%s, %s) AS ids (name), generate_series(1, %s)
"""


def insert_all[T: models.Model](records: Iterable[T]) -> list[T]:
    """
    Write new records of one model, and return them with their ids.

    What `bulk_create` does, and for few it is that. PostgreSQL is given many rows with
    COPY, after their ids were taken from the sequence, and a column that holds the same
    in many of them, as most do, is prepared once: a quarter of the processor time.

    Shape:  columns hold plain values, nothing that is computed on the way (no
            expression, no `auto_now`); the id is a number that the database gives.
            What the database computes is left to it, and read when it is asked for.
    :raises IntegrityError: as any INSERT does.
    """
    made = list(records)
    if not made:
        return made
    return insert_each(type(made[0]), made, count=len(made))


def insert_each[T: models.Model](
    model: type[T], records: Iterable[T], *, count: int
) -> list[T]:
    """
    Do what `insert_all` does for records that are made as they are asked for.

    PostgreSQL writes some while others are still made; so to make one must take no look
    at the database.
    """
    if count < MANY or connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        return model._default_manager.bulk_create(list(records))
    return _copy(model._meta, records, count)


def _copy[T: models.Model](meta: Any, records: Iterable[T], count: int) -> list[T]:
    connection = connections[DEFAULT_DB_ALIAS]
    quoted = connection.ops.quote_name
    table = quoted(meta.db_table)
    columns = [column for column in meta.concrete_fields if not column.generated]
    names = ", ".join(quoted(column.column) for column in columns)
    statement = f"COPY {table} ({names}) FROM STDIN"
    made: list[T] = []
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_IDS, [table, meta.pk.column, count])
        numbered = zip(records, cursor.fetchall(), strict=True)
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for some in batched(numbered, AT_ONCE, strict=False):
                new = [_with_id(record, pk, connection.alias) for record, (pk,) in some]
                values = [_prepared(column, new, connection) for column in columns]
                for row in zip(*values, strict=True):
                    copy.write_row(row)
                made += new
    return made


def _with_id[T: models.Model](record: T, pk: int, database: str) -> T:
    record.pk = pk
    record._state.adding, record._state.db = False, database
    return record


def _prepared(column: Any, records: Sequence[Any], connection: Any) -> Iterable[Any]:
    """Return the values of a column as the database takes them."""
    values = list(map(attrgetter(column.attname), records))
    if _are_the_same(values):
        value = column.get_db_prep_save(values[0], connection)
        return repeat(_written(value, connection), len(values))
    if set(map(type, values)) == {int}:
        return values  # in words they are the same for every column
    return [column.get_db_prep_save(value, connection) for value in values]


def _written(value: Any, connection: Any) -> str | None:
    """Return a prepared value as text, which COPY would write for each row anew."""
    if value is None:
        return None
    dumper = Transformer(connection.connection).get_dumper(value, PyFormat.TEXT)
    written = dumper.dump(value)
    return None if written is None else bytes(written).decode()


def _are_the_same(values: Sequence[Any]) -> bool:
    first = values[0]
    if isinstance(first, dict | list):  # [1] and [True] are equal, but no more in JSON
        return all(value is first for value in values)
    return values.count(first) == len(values)
