"""Everything the stand-in ever made: coupons and accounts, and what became of them."""

import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sandbox.bittitan import clock
from sandbox.bittitan.database import Database, Json

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like another
CODE_SIGNS = 16
MARKS = ("active", "redeemed", "expired", "cancelled", "revoked", "lost")
GONE = frozenset({"revoked", "lost"})
ROWS_PER_PAGE_MAX = 10_000

_INSERT_COUPON = (
    "INSERT INTO coupon (code, reference, product, quantity, expire_days,"
    " validity_days, label, account, idempotency_key, origin, made_at, expires_at,"
    " revoked_at, lost_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_ACCOUNT = (
    "INSERT INTO account (id, reference, email, name, country, idempotency_key,"
    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_PAGE = (
    "SELECT * FROM coupon_now WHERE seq > ? AND mark = 'active' ORDER BY seq LIMIT ?"
)
_PAGE_WITH_SPENT = (
    "SELECT * FROM coupon_now WHERE seq > ? AND mark NOT IN ('lost', 'revoked')"
    " ORDER BY seq LIMIT ?"
)
_MARKINGS = {
    "redeem": "UPDATE coupon SET redeemed_at = ? WHERE code = ?",
    "revoke": "UPDATE coupon SET revoked_at = ? WHERE code = ?",
    "lose": "UPDATE coupon SET lost_at = ? WHERE code = ?",
    "expire": "UPDATE coupon SET expires_at = ? WHERE code = ?",
    "cancel": "UPDATE coupon SET cancelled_at = ? WHERE code = ?",
}
MARKINGS = tuple(_MARKINGS)


@dataclass(frozen=True, slots=True)
class CouponWish:
    """A coupon as someone wants it made."""

    reference: str
    product: str
    quantity: int
    expire_days: int
    validity_days: int
    label: str
    account: str
    idempotency_key: str = ""
    origin: str = "call"  #: call, later or stranger


@dataclass(frozen=True, slots=True)
class AccountWish:
    """An account as someone wants it made. A password is never kept."""

    reference: str
    email: str
    name: str
    country: str
    idempotency_key: str = ""


class Coupon(NamedTuple):
    """
    A coupon that was made; `mark` says what has become of it by now.

    Shape: the columns of `coupon_now`, in their order. A named tuple, because a listing
           of a million makes a million of them.
    """

    seq: int
    code: str
    reference: str
    product: str
    quantity: int
    expire_days: int
    validity_days: int
    label: str
    account: str
    idempotency_key: str
    origin: str
    made_at: str
    expires_at: str
    redeemed_at: str | None
    cancelled_at: str | None
    revoked_at: str | None
    lost_at: str | None
    mark: str

    def __repr__(self) -> str:
        """Name it without its code, which is cash."""
        return f"<coupon {self.seq}, {self.mark}>"

    def facts(self) -> dict[str, Json]:
        """Return the coupon as the vendor's API shows it."""
        return {
            "code": self.code,
            "reference": self.reference,
            "product": self.product,
            "quantity": self.quantity,
            "expire_days": self.expire_days,
            "validity_days": self.validity_days,
            "label": self.label,
            "account": self.account,
            "status": self.mark,
            "made_at": self.made_at,
            "expires_at": self.expires_at,
        }

    def entry(self) -> dict[str, Json]:
        """Return the coupon as the ledger shows it: all that is known."""
        return {
            **self.facts(),
            "seq": self.seq,
            "origin": self.origin,
            "idempotency_key": self.idempotency_key,
            "redeemed_at": self.redeemed_at,
            "cancelled_at": self.cancelled_at,
            "revoked_at": self.revoked_at,
            "lost_at": self.lost_at,
        }


@dataclass(frozen=True, slots=True)
class Account:
    """An account that was made."""

    seq: int
    id: str
    reference: str
    email: str
    name: str
    country: str
    idempotency_key: str
    created_at: str

    def facts(self) -> dict[str, Json]:
        """Return the account as the vendor's API shows it."""
        return {
            "id": self.id,
            "reference": self.reference,
            "email": self.email,
            "name": self.name,
            "created_at": self.created_at,
        }


def new_code() -> str:
    """Return a code nobody can guess: BT-XXXX-XXXX-XXXX-XXXX."""
    # The alphabet has 32 signs, so that each byte stands for one, evenly.
    signs = [ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(CODE_SIGNS)]
    groups = ("".join(signs[at : at + 4]) for at in range(0, CODE_SIGNS, 4))
    return "-".join(("BT", *groups))


def _coupons(rows: list[sqlite3.Row]) -> list[Coupon]:
    return [Coupon._make(row) for row in rows]


def _accounts(rows: list[sqlite3.Row]) -> list[Account]:
    return [Account(**dict(row)) for row in rows]


class Ledger:
    """The books. Nothing is ever taken out; things only get marks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter_coupon(
        self,
        wish: CouponWish,
        *,
        revoked_at: str | None = None,
        lost_at: str | None = None,
    ) -> Coupon:
        """Enter a new coupon; a mark can be on it from the start."""
        values = _coupon_values(wish)
        self._database.write(_INSERT_COUPON, *values, revoked_at, lost_at)
        return self.get(str(values[0]))

    def enter_many(self, wish: CouponWish, *, count: int) -> None:
        """Enter many equal coupons with references of their own."""

        def rows() -> Iterator[tuple[str | int | None, ...]]:
            _, reference, *rest = _coupon_values(wish)
            for number in range(count):
                own = f"{reference}-{number}" if reference else ""
                yield (new_code(), own, *rest, None, None)

        self._database.write_many(_INSERT_COUPON, rows())

    def enter_account(self, wish: AccountWish) -> Account:
        """Enter a new account."""
        number = f"bt-{secrets.token_hex(6)}"
        self._database.write(
            _INSERT_ACCOUNT,
            number,
            wish.reference,
            wish.email,
            wish.name,
            wish.country,
            wish.idempotency_key,
            clock.written(clock.now()),
        )
        sql = "SELECT * FROM account WHERE id = ?"
        return _accounts(self._database.rows(sql, number))[0]

    def find(self, code: str) -> Coupon | None:
        """Return the coupon with this code, whatever became of it, or None."""
        sql = "SELECT * FROM coupon_now WHERE code = ?"
        return next(iter(_coupons(self._database.rows(sql, code))), None)

    def get(self, code: str) -> Coupon:
        """Return the coupon with this code, which must be in the books."""
        coupon = self.find(code)
        if coupon is None:
            raise LookupError("The ledger has no such coupon.")
        return coupon

    def mark(self, code: str, marking: str) -> bool:
        """Put a mark on a coupon, from now on; say whether there is such a coupon."""
        at = clock.written(clock.now())
        return self._database.write(_MARKINGS[marking], at, code) == 1

    def with_reference(self, reference: str) -> list[Coupon]:
        """Return all coupons ever made with a reference."""
        sql = "SELECT * FROM coupon_now WHERE reference = ? ORDER BY seq"
        return _coupons(self._database.rows(sql, reference))

    def with_key(self, key: str) -> Coupon | None:
        """Return the first coupon made with an Idempotency-Key."""
        sql = "SELECT * FROM coupon_now WHERE idempotency_key = ? ORDER BY seq LIMIT 1"
        return (
            next(iter(_coupons(self._database.rows(sql, key))), None) if key else None
        )

    def page(self, *, after: int, limit: int, with_spent: bool) -> list[Coupon]:
        """Return coupons in the order of making, as the vendor lists them."""
        sql = _PAGE_WITH_SPENT if with_spent else _PAGE
        return _coupons(self._database.rows(sql, after, limit))

    def everything(self, *, after: int, limit: int) -> list[Coupon]:
        """Return coupons in the order of making, also lost and revoked ones."""
        sql = "SELECT * FROM coupon_now WHERE seq > ? ORDER BY seq LIMIT ?"
        return _coupons(self._database.rows(sql, after, limit))

    def newest(self, *, before: int | None, limit: int) -> list[Coupon]:
        """Return the newest coupons made before one of them, newest first."""
        sql = "SELECT * FROM coupon_now WHERE seq < ? ORDER BY seq DESC LIMIT ?"
        first = before if before is not None else 2**62
        return _coupons(self._database.rows(sql, first, limit))

    def redeemed(self, *, limit: int) -> list[Coupon]:
        """Return the coupons redeemed last, newest first."""
        sql = (
            "SELECT * FROM coupon_now WHERE redeemed_at IS NOT NULL"
            " ORDER BY redeemed_at DESC LIMIT ?"
        )
        return _coupons(self._database.rows(sql, limit))

    def account(self, number: str) -> Account | None:
        """Return the account with this id, or None."""
        sql = "SELECT * FROM account WHERE id = ?"
        return next(iter(_accounts(self._database.rows(sql, number))), None)

    def accounts_by(self, *, reference: str = "", email: str = "") -> list[Account]:
        """Return the accounts with a reference, or with an e-mail."""
        sql = "SELECT * FROM account WHERE reference = ? ORDER BY seq LIMIT 500"
        if not reference:
            sql = "SELECT * FROM account WHERE email = ? ORDER BY seq LIMIT 500"
        return _accounts(self._database.rows(sql, reference or email))

    def account_with_key(self, key: str) -> Account | None:
        """Return the first account made with an Idempotency-Key."""
        sql = "SELECT * FROM account WHERE idempotency_key = ? ORDER BY seq LIMIT 1"
        return (
            next(iter(_accounts(self._database.rows(sql, key))), None) if key else None
        )

    def accounts_page(self, *, after: int, limit: int) -> list[Account]:
        """Return accounts in the order of making."""
        sql = "SELECT * FROM account WHERE seq > ? ORDER BY seq LIMIT ?"
        return _accounts(self._database.rows(sql, after, limit))

    def counts(self) -> dict[str, Json]:
        """Return how many coupons and licenses were made, and what became of them."""
        by_mark = self._database.rows(
            "SELECT mark, COUNT(*) AS coupons, SUM(quantity) AS licenses"
            " FROM coupon_now GROUP BY mark"
        )
        found = {row["mark"]: row["coupons"] for row in by_mark}
        return {
            "coupons": sum(found.values()),
            "licenses": sum(row["licenses"] for row in by_mark),
            **{mark: found.get(mark, 0) for mark in MARKS},
            "strangers": self._count(
                "SELECT COUNT(*) AS n FROM coupon WHERE origin = 'stranger'"
            ),
            "made_twice": self._count(
                "SELECT COUNT(*) AS n FROM (SELECT reference FROM coupon"
                " WHERE reference <> '' GROUP BY reference HAVING COUNT(*) > 1)"
            ),
            "accounts": self._count("SELECT COUNT(*) AS n FROM account"),
        }

    def _count(self, sql: str) -> int:
        return int(self._database.rows(sql)[0]["n"])


def _coupon_values(wish: CouponWish) -> tuple[str | int | None, ...]:
    made = clock.now()
    return (
        new_code(),
        wish.reference,
        wish.product,
        wish.quantity,
        wish.expire_days,
        wish.validity_days,
        wish.label,
        wish.account,
        wish.idempotency_key,
        wish.origin,
        clock.written(made),
        clock.written(made + timedelta(days=wish.expire_days)),
    )
