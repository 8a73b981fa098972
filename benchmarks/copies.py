"""Very many rows, copied by the database from one that the product itself has made."""

from django.db import connection, models, transaction
from psycopg import sql

SPREAD = 10_000_000  # the ids of copies begin here
COPY = """
INSERT INTO {table} ({columns}) SELECT {copied}
FROM {table} original, generate_series({first}::int, {last}::int) n,
    jsonb_populate_record(original, jsonb_build_object('id', {spread} + n, {changes}))
        copied
WHERE original.id = {source}"""


def copy_rows(source: models.Model, span: range, **changes: str) -> None:
    """
    Copy a record once for each number of a span; the copy's id is `SPREAD` + number.

    `changes` says in SQL what is different in a copy, by column; `n` is its number.
    That it points only at what exists is for the caller to see to: the database does
    not look.
    """
    pairs = [
        sql.SQL("{}, {}").format(sql.Literal(column), sql.SQL(value))
        for column, value in changes.items()
    ]
    fields = source._meta.local_concrete_fields
    columns = [str(each.column) for each in fields if not each.generated]
    statement = sql.SQL(COPY).format(
        table=sql.Identifier(source._meta.db_table),
        columns=sql.SQL(", ").join([sql.Identifier(each) for each in columns]),
        copied=sql.SQL(", ").join([sql.Identifier("copied", each) for each in columns]),
        first=sql.Literal(span[0]),
        last=sql.Literal(span[-1]),
        spread=sql.Literal(SPREAD),
        changes=sql.SQL(", ").join(pairs),
        source=sql.Literal(source.pk),
    )
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        run(statement)


def link_to_copy(of: str = "n") -> str:
    """Return in SQL the id of a copy; `of` says in SQL which one."""
    return f"{SPREAD} + {of}"


def settle() -> None:
    """Let the database look at what it holds now, as it does by itself in time."""
    run(sql.SQL("VACUUM ANALYZE"))


def run(statement: sql.Composable | str) -> None:
    """Send one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
