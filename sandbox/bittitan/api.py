"""The vendor's distributor API: the assumed wire, with faults on request."""

import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import sleep

from sandbox.bittitan import clock, web
from sandbox.bittitan.arming import Armed, Arsenal
from sandbox.bittitan.calls import Call, CallLog
from sandbox.bittitan.database import Json
from sandbox.bittitan.faults import Kind
from sandbox.bittitan.ledger import Account, AccountWish, Coupon, CouponWish, Ledger
from sandbox.bittitan.switches import PRODUCTS, Switches
from sandbox.bittitan.vendor import Refusal, Vendor, read_account, read_coupon
from sandbox.bittitan.web import Answer, Request, error_answer, json_answer

PAGE_ROWS_DEFAULT = 100
PAGE_ROWS_MAX = 500
COUPON_PATH = "/v1/coupons/{code}"
MAKERS = frozenset({"make_coupon", "make_account"})
_GATEWAY_PAGE = b"<html><body><h1>503 Service Unavailable</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What every request must carry."""

    api_key: str
    workgroup: str

    def fit(self, request: Request) -> bool:
        """Return whether a request carries them."""
        key = f"Bearer {self.api_key}".encode()
        given = (request.headers.find("Authorization") or "").encode()
        workgroup = request.headers.find("X-Workgroup")
        return hmac.compare_digest(key, given) and workgroup == self.workgroup


@dataclass(frozen=True, slots=True)
class Parts:
    """All the API stands on."""

    credentials: Credentials
    vendor: Vendor
    ledger: Ledger
    switches: Switches
    arsenal: Arsenal
    calls: CallLog
    wake_timer: Callable[[], None]


class Api:
    """Answers the vendor's calls, one after the other or many at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._readers: dict[str, Callable[[Request], Answer]] = {
            "find_coupon": self._find_coupon,
            "get_coupon": self._get_coupon,
            "cancel_coupon": self._cancel_coupon,
            "find_account": self._find_account,
            "service_definition": self._service_definition,
        }

    def __call__(self, request: Request) -> Answer:
        """Answer one call and write it down."""
        name, path = recognize(request)
        if not name:
            return error_answer(404, "not_found", "There is no such call.")
        entry = self._parts.calls.start(name, request.method, path, _reference(request))
        answer = self._answer(entry, request)
        entry.end("hung up" if answer.hangs_up else str(answer.status))
        return answer

    def _answer(self, entry: Call, request: Request) -> Answer:
        for delay in self._parts.arsenal.strike_all(Kind.DELAY, entry.call):
            entry.faults.append(delay.fault)
            sleep(delay.seconds)
        if not self._parts.credentials.fit(request):
            return error_answer(401, "unauthorized", "The key or workgroup is wrong.")
        struck = self._strike(Kind.REFUSAL, entry)
        if struck is not None:
            return refuse(struck)
        try:
            return self._do(entry, request)
        except Refusal as refusal:
            return error_answer(
                refusal.status, refusal.code, refusal.message, field=refusal.field
            )

    def _do(self, entry: Call, request: Request) -> Answer:
        if entry.call in MAKERS:
            return self._make(entry, request)
        if entry.call == "list_coupons":
            return self._list_coupons(entry, request)
        if entry.call == "list_accounts":
            return self._list_accounts(entry, request)
        answer = self._readers[entry.call](request)
        return spoil(answer, self._strike(Kind.OUTCOME, entry))

    def _strike(self, kind: Kind, entry: Call) -> Armed | None:
        struck = self._parts.arsenal.strike(kind, entry.call)
        if struck is not None:
            entry.faults.append(struck.fault)
        return struck

    def _make(self, entry: Call, request: Request) -> Answer:
        """Refuse what cannot be made; only then may a fault spoil the making."""
        key = request.headers.find("Idempotency-Key") or ""
        body = _body(request)
        if entry.call == "make_coupon":
            coupon = read_coupon(body, idempotency_key=key)
            again = self._parts.vendor.coupon_again(key)
            if again is not None:
                return spoil(json_answer(201, again.facts()), None)
            self._parts.vendor.check_coupon(coupon)
            return self._make_coupon(coupon, self._strike(Kind.OUTCOME, entry))
        account = read_account(body, idempotency_key=key)
        known = self._parts.vendor.account_again(key)
        if known is not None:
            return json_answer(201, known.facts())
        self._parts.vendor.check_account(account)
        return self._make_account(account, self._strike(Kind.OUTCOME, entry))

    def _make_coupon(self, wish: CouponWish, struck: Armed | None) -> Answer:
        name = struck.fault if struck else ""
        seconds = struck.seconds if struck else 0.0
        if name == "made_later":
            return self._defer("make_coupon", wish, seconds)
        if name == "wrong_quantity_201":
            wish = replace(wish, quantity=wish.quantity + 1)
        is_revoked = name == "revoked_coupon"
        made = self._parts.vendor.make_coupon(
            wish,
            revoked_at=clock.written_in(seconds) if is_revoked else None,
            is_lost=name == "lost_coupon",
        )
        facts = made.facts() | {"status": "active"}
        return spoil(json_answer(201, facts), struck)

    def _make_account(self, wish: AccountWish, struck: Armed | None) -> Answer:
        if struck is not None and struck.fault == "made_later":
            return self._defer("make_account", wish, struck.seconds)
        made = self._parts.vendor.make_account(wish)
        return spoil(json_answer(201, made.facts()), struck)

    def _defer(
        self, call: str, wish: CouponWish | AccountWish, seconds: float
    ) -> Answer:
        self._parts.vendor.defer(call, wish, seconds=seconds)
        self._parts.wake_timer()
        return web.HANGING_UP

    def _find_coupon(self, request: Request) -> Answer:
        found = self._parts.vendor.find_coupons(request.query["reference"])
        rows: list[Json] = [coupon.facts() for coupon in found]
        return json_answer(200, {"coupons": rows, "next_cursor": None})

    def _list_coupons(self, entry: Call, request: Request) -> Answer:
        after, limit = _paging(request)
        found = self._parts.vendor.list_coupons(after=after, limit=limit + 1)
        return self._page("coupons", found, limit, entry)

    def _get_coupon(self, request: Request) -> Answer:
        code = request.path.rpartition("/")[2]
        return json_answer(200, self._parts.vendor.get_coupon(code).facts())

    def _cancel_coupon(self, request: Request) -> Answer:
        self._parts.vendor.cancel_coupon(request.path.rpartition("/")[2])
        return Answer(204)

    def _find_account(self, request: Request) -> Answer:
        reference = request.query.get("reference", "")
        email = request.query.get("email", "")
        if not reference and not email:
            raise Refusal(400, "bad_request", "The reference or e-mail is empty.")
        found = self._parts.ledger.accounts_by(reference=reference, email=email)
        rows: list[Json] = [account.facts() for account in found]
        return json_answer(200, {"accounts": rows, "next_cursor": None})

    def _list_accounts(self, entry: Call, request: Request) -> Answer:
        after, limit = _paging(request)
        found = self._parts.ledger.accounts_page(after=after, limit=limit + 1)
        return self._page("accounts", found, limit, entry)

    def _page(
        self,
        name: str,
        found: Sequence[Coupon] | Sequence[Account],
        limit: int,
        entry: Call,
    ) -> Answer:
        shown = found[:limit]
        cursor = _cursor(shown[-1].seq) if len(found) > limit else None
        rows: list[Json] = [each.facts() for each in shown]
        if rows:
            for struck in self._parts.arsenal.strike_all(Kind.LISTING, entry.call):
                entry.faults.append(struck.fault)
                rows = rows[1:] if struck.fault == "missing_row" else [*rows, rows[-1]]
        answer = json_answer(200, {name: rows, "next_cursor": cursor})
        return spoil(answer, self._strike(Kind.OUTCOME, entry))

    def _service_definition(self, request: Request) -> Answer:
        del request  # it says nothing the answer depends on
        types: list[Json] = [
            {
                "id": product,
                "name": name,
                "description": description,
                "properties": [
                    {"id": "expire_days", "name": "Expire(days)", "default": 365},
                    {"id": "validity_days", "name": "Validity(days)", "default": 365},
                ],
            }
            for product, (name, description) in PRODUCTS.items()
            if self._parts.switches.sells(product)
        ]
        return json_answer(200, {"product_types": types})


def recognize(request: Request) -> tuple[str, str]:
    """Return the name of a call and its path as a template; empty if there is none."""
    path, method, query = request.path, request.method, request.query
    is_coupon = path.startswith("/v1/coupons/") and path.count(
        "/"
    ) == COUPON_PATH.count("/")
    template = COUPON_PATH if is_coupon else path
    is_look = "reference" in query or "email" in query
    names = {
        ("GET", "/v1/service-definition"): "service_definition",
        ("POST", "/v1/accounts"): "make_account",
        ("GET", "/v1/accounts"): "find_account" if is_look else "list_accounts",
        ("POST", "/v1/coupons"): "make_coupon",
        ("GET", "/v1/coupons"): "find_coupon"
        if "reference" in query
        else "list_coupons",
        ("GET", COUPON_PATH): "get_coupon",
        ("DELETE", COUPON_PATH): "cancel_coupon",
    }
    return names.get((method, template), ""), template


def refuse(struck: Armed) -> Answer:
    """Return what a fault answers instead of doing anything."""
    if struck.fault == "hang_up_before":
        return web.HANGING_UP
    answers = {
        "unauthorized_401": (401, "unauthorized", "The key was withdrawn."),
        "redirect_302": (302, "moved", "Look elsewhere."),
        "unknown_account_404": (404, "unknown_account", "There is no such account."),
        "timeout_408": (408, "timeout", "The request took too long."),
        "conflict_409": (409, "conflict", "Another request is in the way."),
        "invalid_422": (422, "invalid", "This product cannot be sold to you."),
        "too_many_429": (429, "too_many_requests", "Slow down."),
        "error_500_before": (500, "internal", "Something went wrong."),
    }
    status, code, message = answers[struck.fault]
    field = "product" if code == "invalid" else None
    answer = error_answer(status, code, message, field=field)
    extra = {
        302: ("Location", "/v1/elsewhere"),
        429: ("Retry-After", str(struck.retry_after)),
    }
    return replace(answer, headers=(extra[status],)) if status in extra else answer


def spoil(answer: Answer, struck: Armed | None) -> Answer:
    """Return what is left of a good answer after a fault; the deed is done."""
    match struck.fault if struck else "":
        case "hang_up_after":
            return web.HANGING_UP
        case "error_500_after":
            return error_answer(500, "internal", "Something went wrong.")
        case "error_503_after":
            return Answer(503, _GATEWAY_PAGE, "text/html")
        case "malformed_201":
            return replace(answer, body=b'{"code": "BT-')
        case "slow_drip":
            return replace(answer, drip_seconds=struck.seconds if struck else 0.0)
        case _:
            return answer


def _reference(request: Request) -> str:
    """Return the reference a call is about, if it names one; for the list of calls."""
    if request.method != "POST":
        return request.query.get("reference", "")
    try:
        reference = request.json().get("reference", "")
    except ValueError:
        return ""
    return reference if isinstance(reference, str) else ""


def _body(request: Request) -> dict[str, Json]:
    try:
        return request.json()
    except (ValueError, json.JSONDecodeError):
        message = "The body must be a JSON object."
        raise Refusal(400, "bad_request", message) from None


def _paging(request: Request) -> tuple[int, int]:
    try:
        limit = int(request.query.get("limit") or PAGE_ROWS_DEFAULT)
        cursor = request.query.get("cursor", "")
        after = _after(cursor) if cursor else 0
    except (ValueError, NotBase64):
        message = "The cursor or the limit makes no sense."
        raise Refusal(400, "bad_request", message) from None
    if not 1 <= limit <= PAGE_ROWS_MAX:
        message = f"The limit must be from 1 to {PAGE_ROWS_MAX}."
        raise Refusal(400, "bad_request", message)
    return after, limit


def _after(cursor: str) -> int:
    start, _, seq = b64decode(cursor, b"-_", validate=True).partition(b":")
    if start != b"after":
        raise ValueError("This is no cursor of ours.")
    return int(seq)


def _cursor(seq: int) -> str:
    return urlsafe_b64encode(f"after:{seq}".encode()).decode()
