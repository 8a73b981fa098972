"""A stand-in on free ports, and callers that speak to it over real HTTP and SMTP."""

import http.client
import json
import smtplib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from sandbox.bittitan.server import Options, Sandbox

WAIT_SECONDS_MAX = 5.0


@dataclass(frozen=True)
class Heard:
    """What came back from a call."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> tuple[int, str, str | None]:
        error = self.json["error"]
        return self.status, error["code"], error["field"]


@dataclass
class Caller:
    """Speaks HTTP to one port, each call on a connection of its own."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Heard:
        content = body if body is None or isinstance(body, str) else json.dumps(body)
        return self.send(method, path, content, headers)

    def call_and_go(self, path: str) -> None:
        """Ask for something, and hang up without waiting for the answer."""
        line = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        line.request("GET", path, headers=self.headers)
        line.close()

    def post_form(self, path: str, **fields: str) -> Heard:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields), kind)

    def send(
        self, method: str, path: str, content: str | None, headers: dict[str, str]
    ) -> Heard:
        line = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            line.request(method, path, content, {**self.headers, **headers})
            answer = line.getresponse()
            text = answer.read().decode()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Heard(answer.status, text, named)
        finally:
            line.close()


class Vendor(Caller):
    """The vendor's API, as a distributor calls it."""

    def account(self, reference: str = "A-1", **facts: Any) -> Heard:
        body = {
            "reference": reference,
            "email": "mia@north.example",
            "name": "Northwind",
            "country": "DE",
        }
        return self.call("POST", "/v1/accounts", {**body, **facts})

    def coupon(self, reference: str = "S-1", **facts: Any) -> Heard:
        headers = {"Idempotency-Key": reference}
        body = json.dumps(self.wish(reference, **facts))
        return self.send("POST", "/v1/coupons", body, headers)

    def wish(self, reference: str, **facts: Any) -> dict[str, Any]:
        body = {
            "reference": reference,
            "product": "BT-MAILBOX",
            "quantity": 10,
            "expire_days": 365,
            "validity_days": 180,
            "label": "Mailboxes of Northwind",
        }
        if "account" not in facts:
            body["account"] = self.any_account()
        return {**body, **facts}

    def any_account(self) -> Any:
        listed = self.call("GET", "/v1/accounts?limit=1")
        found = listed.json["accounts"] if listed.status == 200 else []
        return found[0]["id"] if found else self.account().json["id"]

    def find(self, reference: str = "S-1") -> Any:
        found = self.call("GET", f"/v1/coupons?reference={reference}")
        assert found.status == 200
        return found.json["coupons"]

    def listed(self, query: str = "") -> list[str]:
        page = self.call("GET", f"/v1/coupons{query}").json
        return [coupon["reference"] for coupon in page["coupons"]]


class Owner(Caller):
    """The control interface, as a test or a script calls it."""

    def arm(self, fault: str, **order: Any) -> Any:
        heard = self.call("POST", "/sandbox/faults", {"fault": fault, **order})
        assert heard.status == 200, heard.text
        return heard.json["armed"]

    def clear(self) -> None:
        assert self.call("DELETE", "/sandbox/faults").status == 200

    def armed(self) -> Any:
        return self.call("GET", "/sandbox/faults").json["armed"]

    def turn(self, **features: bool) -> None:
        assert self.call("PUT", "/sandbox/features", features).status == 200

    def ledger(self) -> Any:
        return self.call("GET", "/sandbox/ledger").json

    def made(self) -> Any:
        return self.ledger()["counts"]["coupons"]

    def mark(self, code: str, marking: str) -> Heard:
        return self.call("POST", f"/sandbox/coupons/{code}/{marking}")

    def mails(self) -> Any:
        return self.call("GET", "/sandbox/inbox").json["mails"]


@dataclass(frozen=True)
class Postbox:
    """Sends mail to the stand-in over SMTP."""

    host: str
    port: int

    def send(self, subject: str = "Welcome", to: str = "mia@north.example") -> None:
        mail = EmailMessage()
        mail["From"] = "Purveyor <shop@distributor.example>"
        mail["To"] = to
        mail["Subject"] = subject
        mail["Message-ID"] = "<one@distributor.example>"
        mail.set_content("Your coupon: grüße")
        mail.add_alternative('<p>Your <a href="/portal">coupon</a></p>', subtype="html")
        with smtplib.SMTP(self.host, self.port, timeout=10) as line:
            line.send_message(mail)


def eventually(question: Callable[[], bool]) -> None:
    """Wait until something becomes true; fail if it does not."""
    until = time.monotonic() + WAIT_SECONDS_MAX
    while not question():
        assert time.monotonic() < until, "it did not become true in time"
        time.sleep(0.01)


@pytest.fixture(name="eventually")
def _eventually() -> Callable[[Callable[[], bool]], None]:
    return eventually


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Sandbox]:
    with Sandbox(Options(tmp_path_factory.mktemp("sandbox"))) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.desk.reset()
    return running


@pytest.fixture(scope="session")
def owner_at() -> Callable[[dict[str, Any]], Owner]:
    return lambda addresses: Owner(addresses["control_url"])


@pytest.fixture(scope="session")
def vendor_at() -> Callable[[dict[str, Any]], Vendor]:
    def caller(addresses: dict[str, Any]) -> Vendor:
        key = f"Bearer {addresses['api_key']}"
        headers = {"Authorization": key, "X-Workgroup": addresses["workgroup"]}
        return Vendor(addresses["api_url"], headers)

    return caller


@pytest.fixture
def owner(sandbox: Sandbox, owner_at: Callable[[dict[str, Any]], Owner]) -> Owner:
    return owner_at(sandbox.addresses())


@pytest.fixture
def vendor(sandbox: Sandbox, vendor_at: Callable[[dict[str, Any]], Vendor]) -> Vendor:
    return vendor_at(sandbox.addresses())


@pytest.fixture
def postbox(sandbox) -> Postbox:
    found = sandbox.addresses()
    return Postbox(str(found["smtp_host"]), int(found["smtp_port"]))
