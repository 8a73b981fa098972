"""The vendor's own rules: what it makes, what it refuses, and what it still knows."""

import json
from dataclasses import asdict, replace
from typing import Any

from sandbox.bittitan import clock
from sandbox.bittitan.database import Database
from sandbox.bittitan.ledger import (
    GONE,
    Account,
    AccountWish,
    Coupon,
    CouponWish,
    Ledger,
)
from sandbox.bittitan.switches import PRODUCTS, Switches

QUANTITY_MAX = 10_000
DAYS_MAX = 3_650
TEXT_MAX = 200
COUNTRY_LENGTH = 2


class Refusal(Exception):
    """The vendor says no, as documented; nothing was done."""

    def __init__(
        self, status: int, code: str, message: str, *, field: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field


class Vendor:
    """What BitTitan does. Faults are not its business; see `api` for those."""

    def __init__(self, database: Database, ledger: Ledger, switches: Switches) -> None:
        self._database = database
        self._ledger = ledger
        self._switches = switches

    def check_coupon(self, wish: CouponWish) -> None:
        """
        Check whether a coupon can be made.

        :raises Refusal: 402, 404, 409 or 410, as documented.
        """
        if self._ledger.account(wish.account) is None:
            raise Refusal(404, "unknown_account", "There is no such account.")
        if not self._switches.sells(wish.product):
            raise Refusal(410, "product_retired", "This product is no longer sold.")
        if self._is_taken(self._ledger.with_reference(wish.reference)):
            raise _reference_in_use()
        balance = self._switches.balance()
        if balance is not None and wish.quantity > balance:
            message = (
                f"The balance holds {balance} licenses, {wish.quantity} are wanted."
            )
            raise Refusal(402, "insufficient_funds", message)

    def make_coupon(
        self, wish: CouponWish, *, revoked_at: str | None = None, is_lost: bool = False
    ) -> Coupon:
        """
        Make a coupon and take its licenses from the balance.

        :raises Refusal: as `check_coupon` does; another call may have come first.
        """
        with self._database.transaction():
            self.check_coupon(wish)
            self._pay(wish.quantity)
            lost_at = clock.written(clock.now()) if is_lost else None
            return self._ledger.enter_coupon(
                wish, revoked_at=revoked_at, lost_at=lost_at
            )

    def coupon_again(self, key: str) -> Coupon | None:
        """Return what an Idempotency-Key made before, if such keys are honoured."""
        honoured = self._switches.has("idempotency_key")
        return self._ledger.with_key(key) if honoured else None

    def check_account(self, wish: AccountWish) -> None:
        """
        Check whether an account can be made.

        :raises Refusal: 409, if references are unique and this one is taken.
        """
        if self._is_taken(self._ledger.accounts_by(reference=wish.reference)):
            raise _reference_in_use()

    def make_account(self, wish: AccountWish) -> Account:
        """
        Make an account.

        :raises Refusal: as `check_account` does.
        """
        with self._database.transaction():
            self.check_account(wish)
            return self._ledger.enter_account(wish)

    def account_again(self, key: str) -> Account | None:
        """Return the account a key made before, if such keys are honoured."""
        honoured = self._switches.has("idempotency_key")
        return self._ledger.account_with_key(key) if honoured else None

    def find_coupons(self, reference: str) -> list[Coupon]:
        """
        Return the coupons with a reference.

        :raises Refusal: 400, if it is empty, or the vendor cannot look up by reference.
        """
        if not self._switches.has("lookup_by_reference"):
            raise Refusal(400, "bad_request", "Coupons cannot be found by reference.")
        if not reference:
            raise Refusal(400, "bad_request", "The reference is empty.")
        return [
            coupon
            for coupon in self._ledger.with_reference(reference)
            if self._is_known(
                coupon, with_spent=self._switches.has("lookup_finds_spent")
            )
        ]

    def list_coupons(self, *, after: int, limit: int) -> list[Coupon]:
        """Return a page of coupons in the order of making."""
        with_spent = self._switches.has("lists_spent")
        return self._ledger.page(after=after, limit=limit, with_spent=with_spent)

    def get_coupon(self, code: str) -> Coupon:
        """
        Return a coupon by its code.

        :raises Refusal: 404, if the vendor does not (or no longer) know it.
        """
        coupon = self._ledger.find(code)
        with_spent = self._switches.has("lists_spent")
        if coupon is None or not self._is_known(coupon, with_spent=with_spent):
            raise _unknown_coupon()
        return coupon

    def cancel_coupon(self, code: str) -> None:
        """
        Cancel a coupon and put its licenses back on the balance.

        :raises Refusal: 409 if it was redeemed, 404 if it is not there (any more).
        """
        with self._database.transaction():
            coupon = self._ledger.find(code)
            if coupon is not None and coupon.mark == "redeemed":
                raise Refusal(409, "coupon_redeemed", "This coupon was redeemed.")
            if coupon is None or coupon.mark != "active":
                raise _unknown_coupon()
            self._ledger.mark(code, "cancel")
            self._pay(-coupon.quantity)

    def redeem_coupon(self, code: str) -> Coupon:
        """
        Turn a coupon into licenses, as the portal does.

        :raises Refusal: 409 if it is not active, 404 if there is none.
        """
        with self._database.transaction():
            coupon = self._ledger.find(code)
            if coupon is None or coupon.mark in GONE:
                raise _unknown_coupon()
            if coupon.mark != "active":
                message = f"This coupon cannot be redeemed: it is {coupon.mark}."
                raise Refusal(409, "coupon_not_active", message)
            self._ledger.mark(code, "redeem")
            return self._ledger.get(code)

    def defer(
        self, call: str, wish: CouponWish | AccountWish, *, seconds: float
    ) -> None:
        """Write down that something is to be made later."""
        self._database.write(
            "INSERT INTO deferred (due_at, call, wish) VALUES (?, ?, ?)",
            clock.written_in(seconds),
            call,
            json.dumps(asdict(wish)),
        )

    def run_due(self) -> float | None:
        """
        Make what is due by now; return how long until the next.

        What can no longer be made by then (the reference is taken, say) is dropped.
        """
        due = self._database.rows("SELECT * FROM deferred ORDER BY due_at, id")
        for row in due:
            wait = clock.seconds_until(row["due_at"])
            if wait > 0:
                return wait
            self._make_deferred(row["call"], json.loads(row["wish"]))
            self._database.write("DELETE FROM deferred WHERE id = ?", row["id"])
        return None

    def _make_deferred(self, call: str, wish: dict[str, Any]) -> None:
        try:
            if call == "make_account":
                account = AccountWish(**wish)
                if self.account_again(account.idempotency_key) is None:
                    self.make_account(account)
            else:
                coupon = replace(CouponWish(**wish), origin="later")
                if self.coupon_again(coupon.idempotency_key) is None:
                    self.make_coupon(coupon)
        except Refusal:
            return

    def _pay(self, quantity: int) -> None:
        balance = self._switches.balance()
        if balance is not None:
            self._switches.set_balance(balance - quantity)

    def _is_taken(self, found: list[Coupon] | list[Account]) -> bool:
        return bool(found) and self._switches.has("unique_reference")

    @staticmethod
    def _is_known(coupon: Coupon, *, with_spent: bool) -> bool:
        if with_spent:
            return coupon.mark not in GONE
        return coupon.mark == "active"


def read_coupon(body: dict[str, Any], *, idempotency_key: str = "") -> CouponWish:
    """
    Return the coupon that a request asks for.

    :raises Refusal: 422 with the field that is wrong.
    """
    product = _text(body, "product")
    if product not in PRODUCTS:
        raise Refusal(422, "invalid", "There is no such product.", field="product")
    return CouponWish(
        reference=_text(body, "reference"),
        product=product,
        quantity=_whole(body, "quantity", QUANTITY_MAX),
        expire_days=_whole(body, "expire_days", DAYS_MAX),
        validity_days=_whole(body, "validity_days", DAYS_MAX),
        label=_text(body, "label", required=False),
        account=_text(body, "account"),
        idempotency_key=idempotency_key,
    )


def read_account(body: dict[str, Any], *, idempotency_key: str = "") -> AccountWish:
    """
    Return the account that a request asks for.

    :raises Refusal: 422 with the field that is wrong.
    """
    wish = AccountWish(
        reference=_text(body, "reference"),
        email=_text(body, "email"),
        name=_text(body, "name"),
        country=_text(body, "country"),
        idempotency_key=idempotency_key,
    )
    _text(body, "password", required=False)
    if "@" not in wish.email.strip("@"):
        raise Refusal(422, "invalid", "This is no e-mail address.", field="email")
    if len(wish.country) != COUNTRY_LENGTH or not wish.country.isalpha():
        message = "The country must be two letters."
        raise Refusal(422, "invalid", message, field="country")
    return wish


def _text(body: dict[str, Any], name: str, *, required: bool = True) -> str:
    value = body.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        message = f"{name} must be a text of at most {TEXT_MAX} characters."
        raise Refusal(422, "invalid", message, field=name)
    if required and not value.strip():
        raise Refusal(422, "invalid", f"{name} is missing.", field=name)
    return value


def _whole(body: dict[str, Any], name: str, most: int) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        message = f"{name} must be a whole number from 1 to {most}."
        raise Refusal(422, "invalid", message, field=name)
    return value


def _unknown_coupon() -> Refusal:
    return Refusal(404, "unknown_coupon", "There is no such coupon.")


def _reference_in_use() -> Refusal:
    message = "Something was made with this reference before."
    return Refusal(409, "reference_in_use", message, field="reference")
