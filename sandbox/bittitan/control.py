"""The control interface: `/sandbox/…` in JSON, for tests and scripts."""

from collections.abc import Callable

from sandbox.bittitan.database import Json
from sandbox.bittitan.desk import BadOrder, Desk
from sandbox.bittitan.faults import FAULTS
from sandbox.bittitan.ledger import ROWS_PER_PAGE_MAX, Coupon
from sandbox.bittitan.vendor import Refusal
from sandbox.bittitan.web import Answer, Request, error_answer, json_answer

COUPON_PARTS = 5  # "", sandbox, coupons, the code, the marking
MARKINGS = ("redeem", "revoke", "lose", "expire")
_OK: dict[str, Json] = {"ok": True}


class Control:
    """Answers `/sandbox/…`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._routes: dict[tuple[str, str], Callable[[Request], Json]] = {
            ("GET", "/sandbox/faults"): self._faults,
            ("POST", "/sandbox/faults"): self._arm,
            ("DELETE", "/sandbox/faults"): self._clear,
            ("GET", "/sandbox/features"): self._features,
            ("PUT", "/sandbox/features"): self._turn,
            ("GET", "/sandbox/balance"): self._balance,
            ("PUT", "/sandbox/balance"): self._set_balance,
            ("PUT", "/sandbox/products"): self._sell,
            ("PUT", "/sandbox/clock"): self._move_clock,
            ("GET", "/sandbox/ledger"): self._ledger,
            ("GET", "/sandbox/calls"): self._calls,
            ("GET", "/sandbox/inbox"): self._inbox,
            ("DELETE", "/sandbox/inbox"): self._clear_inbox,
            ("POST", "/sandbox/coupons"): self._make_strangers,
            ("POST", "/sandbox/reset"): self._reset,
        }

    def __call__(self, request: Request) -> Answer:
        """Answer one call; what makes no sense gets 400 and the names that would."""
        route = self._route(request)
        if route is None:
            return error_answer(404, "not_found", "There is no such call.")
        try:
            return json_answer(200, route(request))
        except BadOrder as error:
            body: Json = {
                "code": "bad_request",
                "message": error.message,
                "field": None,
                "names": list(error.names),
            }
            return json_answer(400, {"error": body})
        except Refusal as error:
            return error_answer(error.status, error.code, error.message)
        except ValueError:
            message = "The body must be a JSON object, and numbers must be numbers."
            return error_answer(400, "bad_request", message)

    def _route(self, request: Request) -> Callable[[Request], Json] | None:
        is_coupon = request.path.startswith("/sandbox/coupons/")
        if is_coupon and request.method == "POST":
            return self._mark
        return self._routes.get((request.method, request.path))

    def _faults(self, _: Request) -> Json:
        known: list[Json] = [
            {"fault": fault.name, "kind": fault.kind, "says": fault.says}
            for fault in FAULTS.values()
        ]
        return {"armed": list(self._desk.arsenal.listed()), "known": known}

    def _arm(self, request: Request) -> Json:
        return {"armed": self._desk.arm(request.json())}

    def _clear(self, request: Request) -> Json:
        self._desk.arsenal.clear(fault=request.query.get("fault"))
        return _OK

    def _features(self, _: Request) -> Json:
        return {**self._desk.switches.features()}

    def _turn(self, request: Request) -> Json:
        return {**self._desk.turn(request.json())}

    def _balance(self, _: Request) -> Json:
        return {"licenses": self._desk.switches.balance()}

    def _set_balance(self, request: Request) -> Json:
        body = request.json()
        if "licenses" not in body:
            raise BadOrder("Say how many licenses.", ("licenses",))
        return {"licenses": self._desk.set_balance(body["licenses"])}

    def _sell(self, request: Request) -> Json:
        return {**self._desk.sell(request.json())}

    def _move_clock(self, request: Request) -> Json:
        return {"now": self._desk.move_clock(request.json().get("now"))}

    def _ledger(self, request: Request) -> Json:
        return self._desk.books(
            after=int(request.query.get("after") or 0),
            limit=int(request.query.get("limit") or ROWS_PER_PAGE_MAX),
            reference=request.query.get("reference"),
        )

    def _calls(self, request: Request) -> Json:
        after = int(request.query.get("after") or 0)
        name = request.query.get("call", "")
        return {"calls": list(self._desk.calls.listed(after=after, call=name))}

    def _inbox(self, request: Request) -> Json:
        to = request.query.get("to")
        mails = self._desk.inbox.listed()
        return {"mails": [m.facts() for m in mails if to is None or to in m.recipients]}

    def _clear_inbox(self, _: Request) -> Json:
        self._desk.inbox.clear()
        return _OK

    def _make_strangers(self, request: Request) -> Json:
        made = self._desk.make_strangers(request.json())
        return made.entry() if isinstance(made, Coupon) else {"made": made}

    def _mark(self, request: Request) -> Json:
        parts = request.path.split("/")
        if len(parts) != COUPON_PARTS or parts[4] not in MARKINGS:
            raise BadOrder("There is no such thing to do to a coupon.", MARKINGS)
        return self._desk.mark(parts[3], parts[4]).entry()

    def _reset(self, _: Request) -> Json:
        self._desk.reset()
        return _OK
