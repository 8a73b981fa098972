"""The stand-in vendor in a process of its own, and the hands that turn its switches."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

API_KEY = "key-4711-of-the-distributor"
WORKGROUP = "North Distribution"
CREDENTIALS = {"Authorization": f"Bearer {API_KEY}", "X-Workgroup": WORKGROUP}
START_SECONDS_MAX = 20
STOP_SECONDS_MAX = 5
PATIENCE_SECONDS = 5.0
CONTROL_SECONDS = 15.0  # a reset waits for late calls


@dataclass(frozen=True)
class StandIn:
    """What a test sees of the vendor: its address, its faults, and its books."""

    api_url: str
    portal_url: str
    control: httpx.Client
    smtp_port: int

    def reset(self) -> None:
        self._call("POST", "/sandbox/reset")

    def fails(self, fault: str, **order: Any) -> None:
        """Arm a fault for the next call, or as `next`, `always`, `call`, … say."""
        self._call("POST", "/sandbox/faults", {"fault": fault, **order})

    def works_again(self) -> None:
        self._call("DELETE", "/sandbox/faults")

    def turns(self, **features: bool) -> None:
        self._call("PUT", "/sandbox/features", features)

    def knows(self, **facts: str) -> dict[str, Any]:
        """Make an account at the vendor, over its own API, and return it."""
        body = {"name": "Known", "country": "DE", **facts}
        answer = self._ask("POST", "/v1/accounts", body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def retires(self, product: str) -> None:
        self._call("PUT", "/sandbox/products", {product: False})

    def allows(self, licenses: int) -> None:
        self._call("PUT", "/sandbox/balance", {"licenses": licenses})

    def moves_to(self, moment: datetime | None) -> None:
        """Move the vendor's clock to a moment."""
        at = moment.isoformat() if moment is not None else None
        self._call("PUT", "/sandbox/clock", {"now": at})

    def makes_strangers(self, count: int, **facts: Any) -> None:
        self._call("POST", "/sandbox/coupons", {"count": count, **facts})

    def makes_a_stranger(self, **facts: Any) -> str:
        """Make one coupon behind everybody's back, and return its code."""
        made: dict[str, Any] = self._call("POST", "/sandbox/coupons", facts)
        return str(made["code"])

    def marks(self, code: str, marking: str) -> None:
        """Redeem, revoke, lose or expire a coupon."""
        self._call("POST", f"/sandbox/coupons/{code}/{marking}")

    def cancels(self, code: str) -> None:
        """Cancel a coupon over the vendor's own API, as the distributor's staff may."""
        answer = self._ask("DELETE", f"/v1/coupons/{code}")
        assert answer.status_code == httpx.codes.NO_CONTENT, answer.text

    def made(self, key: str) -> list[dict[str, Any]]:
        """Return every coupon that was ever made with a key."""
        coupons = self._call("GET", f"/sandbox/ledger?reference={key}")["coupons"]
        return list(coupons)

    def codes(self) -> list[str]:
        """Return the codes of the first coupons that were ever made."""
        return [
            each["code"] for each in self._call("GET", "/sandbox/ledger")["coupons"]
        ]

    def all_coupons(self) -> list[dict[str, Any]]:
        """Return every coupon that was ever made, page by page."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self._call("GET", f"/sandbox/ledger?after={after}")
            found += page["coupons"]
            after = page["next_after"]
        return found

    def all_accounts(self) -> list[dict[str, Any]]:
        """Return every account that was ever made."""
        return list(self._call("GET", "/sandbox/ledger?limit=1")["accounts"])

    def accounts(self, key: str) -> list[dict[str, Any]]:
        """Return every account that was ever made with a key."""
        accounts = self._call("GET", "/sandbox/ledger")["accounts"]
        return [each for each in accounts if each["reference"] == key]

    def inbox(self) -> list[dict[str, Any]]:
        """Return the mails it has caught over SMTP."""
        return list(self._call("GET", "/sandbox/inbox")["mails"])

    def calls(self, name: str) -> list[dict[str, Any]]:
        """Return the calls of one name that the vendor has had since its reset."""
        return list(self._call("GET", f"/sandbox/calls?call={name}")["calls"])

    def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Call the vendor's own API; a new client for each call would take longest."""
        url = f"{self.api_url}{path}"
        return self.control.request(method, url, json=body, headers=CREDENTIALS)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.control.request(method, path, json=body)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()


@contextmanager
def a_stand_in(data_dir: Path) -> Iterator[StandIn]:
    """Start the stand-in on free ports, and end it afterwards."""
    program = [sys.executable, "-m", "sandbox.bittitan", "--data-dir", str(data_dir)]
    credentials = ["--api-key", API_KEY, "--workgroup", WORKGROUP]
    ports = ["--api-port", "0", "--control-port", "0", "--smtp-port", "0"]
    with subprocess.Popen(
        [*program, *credentials, *ports], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = json.loads(process.stdout.readline())
            control = httpx.Client(
                base_url=found["control_url"], timeout=CONTROL_SECONDS, trust_env=False
            )
            with control:
                yield StandIn(
                    found["api_url"], found["portal_url"], control, found["smtp_port"]
                )
        finally:
            process.terminate()
            process.wait(STOP_SECONDS_MAX)


def eventually(
    holds: Callable[[], bool],
    *,
    seconds: float = PATIENCE_SECONDS,
    pause_seconds: float = 0.02,
) -> bool:
    """Return whether something comes true while we are patient."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        if holds():
            return True
        time.sleep(pause_seconds)
    return False
