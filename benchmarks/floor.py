"""
The floor: what a bare psycopg program does with the same rows and the same commits.

It reads the columns of the product's own tables, takes one row of each as a model, and
inserts copies of it; so it stays the floor when a column is added.
"""

import time
import uuid
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

TABLES = (  # what one execution inserts, in order
    "orders_execution",
    "assets_asset",
    "invoices_charge",
    "invoices_invoice",
    "invoices_invoiceline",
    "journal_entry",
    "journal_entry",
    "journal_entry",
    "django_tasks_database_dbtaskresult",
)
COUNTER = (
    "UPDATE numbering_counter SET last = last + 1 WHERE name = 'floor' RETURNING last"
)
TURN = (
    "UPDATE orders_order SET state = state"
    " WHERE id = (SELECT min(id) FROM orders_order)"
)


class Floor:
    """Copies of the product's tables, without their constraints, and rows for them."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._connection = psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            user=settings["USER"],
            password=settings["PASSWORD"],
            dbname=settings["NAME"],
        )
        self._inserts = [self._prepare(table) for table in TABLES]
        self._connection.execute(
            "INSERT INTO numbering_counter (name, last) VALUES ('floor', 0)"
        )
        self._connection.commit()

    def execute(self, count: int) -> float:
        """Return how many orders a second this makes, one commit each."""
        started = time.perf_counter()
        for _order in range(count):
            with self._connection.cursor() as cursor:
                cursor.execute(TURN)
                cursor.execute(COUNTER)
                for statement, row in self._inserts:
                    cursor.execute(statement, row)
            self._connection.commit()
        return count / (time.perf_counter() - started)

    def _prepare(self, table: str) -> tuple[sql.Composed, list[Any]]:
        copy = f"floor_{table}"
        made = sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE {} INCLUDING INDEXES)")
        names = (sql.Identifier(copy), sql.Identifier(table))
        self._connection.execute(made.format(*names))
        cursor = self._connection.execute(
            sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(table))
        )
        row = cursor.fetchone() or ()
        columns = [column.name for column in cursor.description or ()]
        for unique in self._unique_columns(copy):
            self._connection.execute(
                sql.SQL("DROP INDEX IF EXISTS {} CASCADE").format(
                    sql.Identifier(unique)
                )
            )
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(copy),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
        )
        return statement, [_as_parameter(value) for value in row]

    def _unique_columns(self, table: str) -> list[str]:
        """Return the unique indexes of a copy; equal rows must fit into it."""
        constraints = self._connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", [table]
        ).fetchall()
        for (name,) in constraints:
            self._connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE").format(
                    sql.Identifier(table), sql.Identifier(name)
                )
            )
        rows = self._connection.execute(
            "SELECT indexrelid::regclass::text FROM pg_index"
            " WHERE indrelid = %s::regclass AND indisunique",
            [table],
        ).fetchall()
        return [name for (name,) in rows]


def _as_parameter(value: Any) -> Any:
    if isinstance(value, dict | list):
        return Jsonb(value)
    return value if not isinstance(value, uuid.UUID) else str(value)
