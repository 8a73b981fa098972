"""The file everything is kept in: one SQLite database, one writer at a time."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from sandbox.bittitan import clock

type Value = str | int | float | None
type Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS account (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL, email TEXT NOT NULL COLLATE NOCASE, name TEXT NOT NULL,
    country TEXT NOT NULL, idempotency_key TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS account_reference ON account (reference);
CREATE INDEX IF NOT EXISTS account_email ON account (email);
CREATE INDEX IF NOT EXISTS account_key ON account (idempotency_key);
CREATE TABLE IF NOT EXISTS coupon (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL, product TEXT NOT NULL, quantity INTEGER NOT NULL,
    expire_days INTEGER NOT NULL, validity_days INTEGER NOT NULL, label TEXT NOT NULL,
    account TEXT NOT NULL, idempotency_key TEXT NOT NULL, origin TEXT NOT NULL,
    made_at TEXT NOT NULL, expires_at TEXT NOT NULL, redeemed_at TEXT,
    cancelled_at TEXT, revoked_at TEXT, lost_at TEXT);
CREATE INDEX IF NOT EXISTS coupon_reference ON coupon (reference);
CREATE INDEX IF NOT EXISTS coupon_key ON coupon (idempotency_key);
CREATE INDEX IF NOT EXISTS coupon_redeemed ON coupon (redeemed_at)
    WHERE redeemed_at IS NOT NULL;
DROP VIEW IF EXISTS coupon_now;
CREATE VIEW coupon_now AS SELECT *, CASE
    WHEN lost_at IS NOT NULL THEN 'lost'
    WHEN cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN redeemed_at IS NOT NULL THEN 'redeemed'
    WHEN revoked_at <= present() THEN 'revoked'
    WHEN expires_at <= present() THEN 'expired'
    ELSE 'active' END AS mark FROM coupon;
CREATE TABLE IF NOT EXISTS deferred (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due_at TEXT NOT NULL,
    call TEXT NOT NULL, wish TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL,
    recipients TEXT NOT NULL, subject TEXT NOT NULL, message_id TEXT NOT NULL,
    text TEXT NOT NULL, html TEXT NOT NULL, received_at TEXT NOT NULL);
"""

EMPTY = """
BEGIN;
DELETE FROM setting; DELETE FROM account; DELETE FROM coupon;
DELETE FROM deferred; DELETE FROM mail;
COMMIT;
"""


class Database:
    """
    One connection that all threads share, one statement or transaction at a time.

    What was committed survives the end of the process, not a power cut: nothing is
    flushed to the disk by force, because a stand-in must not be slower than a vendor.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        self._connection = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.create_function(
            "present", 0, lambda: clock.written(clock.now())
        )
        self._connection.executescript(
            f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; {SCHEMA}"
        )

    def rows(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def write(self, sql: str, *values: Value) -> int:
        """Run one statement and return how many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def write_many(self, sql: str, many: Iterable[tuple[Value, ...]]) -> None:
        """Run one statement for many rows, all or none of them."""
        with self.transaction():
            self._connection.executemany(sql, many)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all others out until the block ends; undo all of it if it raises."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def empty(self) -> None:
        """Forget everything."""
        with self._lock:
            self._connection.executescript(EMPTY)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


class Settings:
    """Small values by name, kept as JSON."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, *, default: Json) -> Json:
        """Return a value, or the default if it was never put."""
        row = self._database.row("SELECT value FROM setting WHERE name = ?", name)
        value: Json = default if row is None else json.loads(row["value"])
        return value

    def put(self, name: str, value: Json) -> None:
        """Keep a value under a name."""
        self._database.write(
            "INSERT INTO setting (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            json.dumps(value),
        )
