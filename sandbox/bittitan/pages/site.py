"""Which page stands where, and what its buttons do."""

from collections.abc import Callable
from typing import Any

from sandbox.bittitan.desk import BadOrder, Desk
from sandbox.bittitan.inbox import Mail
from sandbox.bittitan.pages.books import books
from sandbox.bittitan.pages.layout import notice, page, see
from sandbox.bittitan.pages.mails import mail_html, mail_list, mail_page
from sandbox.bittitan.pages.overview import overview
from sandbox.bittitan.pages.portal import apply_codes, portal, read_codes
from sandbox.bittitan.pages.style import STYLE
from sandbox.bittitan.vendor import Refusal
from sandbox.bittitan.web import Answer, Request

MARKINGS = frozenset({"redeem", "expire", "revoke", "lose"})


class Site:
    """Answers everything that is a page."""

    def __init__(
        self, desk: Desk, addresses: Callable[[], dict[str, str | int]]
    ) -> None:
        self._desk = desk
        self._addresses = addresses
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/"): lambda _: overview(desk, addresses()),
            ("GET", "/style.css"): _style,
            ("POST", "/faults/arm"): self._arm,
            ("POST", "/faults/clear"): self._clear,
            ("POST", "/features"): self._turn,
            ("POST", "/balance"): self._set_balance,
            ("GET", "/ledger"): self._ledger,
            ("POST", "/ledger"): self._mark,
            ("GET", "/portal"): self._portal,
            ("POST", "/portal/check"): self._check,
            ("POST", "/portal/apply"): self._apply,
            ("GET", "/inbox"): lambda _: mail_list(desk.inbox),
            ("POST", "/inbox/clear"): self._clear_inbox,
        }

    def __call__(self, request: Request) -> Answer:
        """Answer one request for a page."""
        method = "GET" if request.method == "HEAD" else request.method
        route = self._routes.get((method, request.path))
        if route is None and method == "GET" and request.path.startswith("/inbox/"):
            route = self._mail
        if route is None:
            return _not_found()
        try:
            return route(request)
        except BadOrder as error:
            return overview(
                self._desk, self._addresses(), said=error.message, status=400
            )

    def _arm(self, request: Request) -> Answer:
        form = request.form()
        order: dict[str, Any] = {
            "fault": form.get("fault"),
            "call": form.get("call") or None,
        }
        if form.get("next"):
            order["next"] = _number(form["next"])
        if form.get("seconds"):
            order["seconds"] = _number(form["seconds"])
        self._desk.arm(order)
        return see("/")

    def _clear(self, _: Request) -> Answer:
        self._desk.arsenal.clear()
        return see("/")

    def _turn(self, request: Request) -> Answer:
        form = request.form()
        self._desk.turn({form.get("feature", ""): form.get("turn") == "on"})
        return see("/")

    def _set_balance(self, request: Request) -> Answer:
        typed = request.form().get("licenses", "").strip()
        self._desk.set_balance(_number(typed) if typed else None)
        return see("/")

    def _ledger(self, request: Request) -> Answer:
        before = request.query.get("before", "")
        number = int(before) if before.isdecimal() else None
        return books(self._desk.ledger, before=number)

    def _mark(self, request: Request) -> Answer:
        form = request.form()
        if form.get("marking") not in MARKINGS:
            raise BadOrder("Choose what becomes of the coupon.")
        try:
            self._desk.mark(form.get("code", ""), form["marking"])
        except Refusal as error:
            return books(self._desk.ledger, before=None, said=error.message)
        return see("/ledger")

    def _portal(self, request: Request) -> Answer:
        applied = request.query.get("applied", "")
        said = _applied(int(applied)) if applied.isdecimal() else ""
        return portal(self._desk, self._addresses()["workgroup"], said=said)

    def _check(self, request: Request) -> Answer:
        codes = read_codes(request.form().get("codes", ""))
        return portal(self._desk, self._addresses()["workgroup"], codes=codes)

    def _apply(self, request: Request) -> Answer:
        codes = read_codes(request.form().get("codes", ""))
        return see(f"/portal?applied={apply_codes(self._desk, codes)}")

    def _clear_inbox(self, _: Request) -> Answer:
        self._desk.inbox.clear()
        return see("/inbox")

    def _mail(self, request: Request) -> Answer:
        number, _, rest = request.path.removeprefix("/inbox/").partition("/")
        mail = self._find_mail(number)
        if mail is None or rest not in {"", "html"}:
            return _not_found()
        return mail_html(mail) if rest == "html" else mail_page(mail)

    def _find_mail(self, number: str) -> Mail | None:
        return self._desk.inbox.find(int(number)) if number.isdecimal() else None


def _style(_: Request) -> Answer:
    return Answer(200, STYLE.encode(), "text/css; charset=utf-8")


def _not_found() -> Answer:
    body = notice("There is no such page. Choose one above.", is_bad=True)
    return page("Not found", body, place="", status=404)


def _applied(licenses: int) -> str:
    if not licenses:
        return "Nothing was applied: none of the coupons is active."
    noun = "license is" if licenses == 1 else "licenses are"
    return f"{licenses} {noun} now in this workgroup."


def _number(typed: str) -> float | int:
    try:
        return int(typed)
    except ValueError:
        pass
    try:
        return float(typed)
    except ValueError:
        raise BadOrder(f"“{typed[:20]}” is no number.") from None
