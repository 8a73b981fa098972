"""The stand-in vendor of a demo: started as a process, told by HTTP what to do."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from purveyor.faces.console.demo.children import Children, DemoFailed
from purveyor.faces.console.demo.place import Place
from purveyor.kernel.http import Call, Transport

API_KEY = "key-of-the-demo"
WORKGROUP = "Meridian"
START_SECONDS = 20
LOOK_SECONDS = 0.03


class StandInRefused(DemoFailed):
    """The stand-in vendor did not do what the demo asked of it."""

    code = "console.stand_in_refused"


def start_stand_in(
    place: Place, children: Children, environment: Mapping[str, str]
) -> dict[str, Any]:
    """
    Start the stand-in on the ports it had before, and return its addresses.

    :raises ChildDied: if it ends again, because a port is taken, say.
    :raises StandInRefused: if it does not get ready.
    """
    ports = place.remembered_ports()
    words = ["-m", "sandbox.bittitan", "--data-dir", str(place.vendor)]
    words += ["--api-key", API_KEY, "--workgroup", WORKGROUP]
    for name, port in ports.items():
        words += [f"--{name}-port", str(port)]
    child = children.start("vendor", words, environment)
    found = _addresses(place, children, pid=child.process.pid)
    place.remember_ports(
        {
            "api": _port_of(found["api_url"]),
            "control": _port_of(found["control_url"]),
            "smtp": found["smtp_port"],
        }
    )
    return found


def _addresses(place: Place, children: Children, *, pid: int) -> dict[str, Any]:
    """Wait for the file that the stand-in writes when it is ready."""
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at:
        children.check()
        file = place.vendor / "sandbox.json"
        found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        if found.get("pid") == pid:
            return found
        time.sleep(LOOK_SECONDS)
    message = f"The stand-in vendor does not get ready; see {place.logs}."
    raise StandInRefused(message)


def _port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class StandIn:
    """The switches of the stand-in."""

    transport: Transport

    def fails_next(self, fault: str, **order: object) -> None:
        """Have the next call that it concerns go wrong."""
        self._do("POST", "/sandbox/faults", {"fault": fault, "next": 1, **order})

    def has_licenses(self, count: int | None) -> None:
        """Set how many licenses can still be bought; None is any number."""
        self._do("PUT", "/sandbox/balance", {"licenses": count})

    def makes(self, **facts: object) -> str:
        """Have a coupon made without a call of ours, and return its code."""
        return str(self._do("POST", "/sandbox/coupons", facts)["code"])

    def marks(self, code: str, marking: str) -> None:
        """Have a coupon redeemed or expired, as its customer or time would."""
        path = "/sandbox/coupons/{code}/" + marking
        self._send(Call("POST", path, path_values={"code": code}))

    def _do(self, method: str, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        return self._send(Call(method, path, body=dict(body)))

    def _send(self, call: Call) -> dict[str, Any]:
        answer = self.transport.send(call)
        if not answer.is_success or not isinstance(answer.body, dict):
            message = f"The stand-in vendor answered {answer.status} to {call.path}."
            raise StandInRefused(message, path=call.path)
        return answer.body
