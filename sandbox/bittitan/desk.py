"""Everything a person or a test can do with the stand-in, whoever asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.bittitan import clock
from sandbox.bittitan.arming import Arsenal, CannotArm, read_order
from sandbox.bittitan.calls import CallLog
from sandbox.bittitan.database import Database, Json
from sandbox.bittitan.inbox import Inbox
from sandbox.bittitan.ledger import ROWS_PER_PAGE_MAX, Coupon, CouponWish, Ledger
from sandbox.bittitan.switches import FEATURES, PRODUCTS, Switches
from sandbox.bittitan.vendor import DAYS_MAX, QUANTITY_MAX, Refusal, Vendor

STRANGERS_MAX = 1_000_000


class BadOrder(Exception):
    """What was asked for makes no sense; `names` are those that would."""

    def __init__(self, message: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.names = names


@dataclass(frozen=True, slots=True)
class Desk:
    """The stand-in as its owner sees it."""

    database: Database
    ledger: Ledger
    vendor: Vendor
    switches: Switches
    arsenal: Arsenal
    calls: CallLog
    inbox: Inbox
    wake_timer: Callable[[], None]
    hang_up: Callable[[], None]

    def arm(self, body: dict[str, Any]) -> dict[str, Json]:
        """
        Arm a fault.

        :raises BadOrder: if there is no such fault, or a number makes no sense.
        """
        try:
            armed = self.arsenal.arm(read_order(body))
        except CannotArm as error:
            raise BadOrder(error.message, error.names) from error
        self.wake_timer()
        return next(f for f in self.arsenal.listed() if f["id"] == armed.id)

    def turn(self, features: dict[str, Any]) -> dict[str, bool]:
        """
        Turn features on or off.

        :raises BadOrder: if there is no such feature, or it is not true or false.
        """
        _check_switches(features, tuple(FEATURES))
        self.switches.turn(features)
        return self.switches.features()

    def sell(self, products: dict[str, Any]) -> dict[str, bool]:
        """
        Sell products (true) or retire them (false).

        :raises BadOrder: if there is no such product, or it is not true or false.
        """
        _check_switches(products, tuple(PRODUCTS))
        self.switches.sell(products)
        return {product: self.switches.sells(product) for product in PRODUCTS}

    def set_balance(self, licenses: object) -> int | None:
        """
        Say how many licenses can still be bought; None means any number.

        :raises BadOrder: if it is neither None nor a whole number from 0.
        """
        is_whole = isinstance(licenses, int) and not isinstance(licenses, bool)
        if licenses is not None and not (is_whole and int(str(licenses)) >= 0):
            raise BadOrder("licenses must be null or a whole number from 0.")
        balance = int(str(licenses)) if licenses is not None else None
        self.switches.set_balance(balance)
        return balance

    def move_clock(self, moment: object) -> str:
        """
        Move the vendor's clock, from where it runs on; None sets it right again.

        :raises BadOrder: if it is no moment with a time zone.
        """
        try:
            at = datetime.fromisoformat(str(moment)) if moment is not None else None
        except ValueError as error:
            raise BadOrder("now must be a moment in ISO 8601, or null.") from error
        if at is not None and at.tzinfo is None:
            raise BadOrder("now must name its time zone.")
        clock.move_to(at)
        return clock.written(clock.now())

    def make_strangers(self, body: dict[str, Any]) -> Coupon | int:
        """
        Make a coupon nobody ordered, or `count` of them; all rules but these are off.

        :raises BadOrder: if a number or the product makes no sense.
        """
        product = body.get("product", "BT-MAILBOX")
        if product not in PRODUCTS:
            raise BadOrder("There is no such product.", tuple(PRODUCTS))
        wish = CouponWish(
            reference=str(body.get("reference") or ""),
            product=product,
            quantity=_whole(body, "quantity", 1, QUANTITY_MAX),
            expire_days=_whole(body, "expire_days", 365, DAYS_MAX),
            validity_days=_whole(body, "validity_days", 365, DAYS_MAX),
            label=str(body.get("label") or ""),
            account=str(body.get("account") or ""),
            origin="stranger",
        )
        if "count" not in body:
            return self.ledger.enter_coupon(wish)
        count = _whole(body, "count", 1, STRANGERS_MAX)
        self.ledger.enter_many(wish, count=count)
        return count

    def mark(self, code: str, marking: str) -> Coupon:
        """
        Redeem, revoke, lose or expire a coupon.

        :raises Refusal: 404 if there is none; 409 if it cannot be redeemed.
        """
        if marking == "redeem":
            return self.vendor.redeem_coupon(code)
        if not self.ledger.mark(code, marking):
            raise Refusal(404, "unknown_coupon", "There is no such coupon.")
        return self.ledger.get(code)

    def books(
        self, *, after: int, limit: int, reference: str | None
    ) -> dict[str, Json]:
        """Return the ledger: counts of all, and coupons from one on."""
        limit = max(1, min(limit, ROWS_PER_PAGE_MAX))
        if reference is not None:
            found = self.ledger.with_reference(reference)
        else:
            found = self.ledger.everything(after=after, limit=limit + 1)
        shown = found[:limit]
        accounts = self.ledger.accounts_page(after=0, limit=ROWS_PER_PAGE_MAX)
        return {
            "counts": self.ledger.counts(),
            "coupons": [coupon.entry() for coupon in shown],
            "next_after": shown[-1].seq if len(found) > limit else None,
            "accounts": [account.facts() for account in accounts],
        }

    def reset(self) -> None:
        """
        Forget everything and disarm all faults.

        Calls of before are over by then: a late one would be the first of the next
        story, and take the fault that is armed for it.
        """
        self.hang_up()
        self.database.empty()
        self.switches.load()
        self.calls.clear()
        clock.move_to(None)
        self.arsenal.load()  # opens the port again


def _check_switches(switches: dict[str, Any], names: tuple[str, ...]) -> None:
    if not switches or not switches.keys() <= set(names):
        raise BadOrder("There is no such name. Choose from `names`.", names)
    if not all(isinstance(value, bool) for value in switches.values()):
        raise BadOrder("Each name takes true or false.", names)


def _whole(body: dict[str, Any], name: str, default: int, most: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise BadOrder(f"{name} must be a whole number from 1 to {most}.")
    return value
