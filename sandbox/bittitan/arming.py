"""Which faults are armed, for how long, and whether one strikes now."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import RLock
from typing import Any

from sandbox.bittitan import clock
from sandbox.bittitan.database import Json, Settings
from sandbox.bittitan.faults import CALLS, FAULTS, Fault, Kind

SECONDS_MAX = 3600.0
NEXT_MAX = 1_000_000


class CannotArm(Exception):
    """The order for a fault does not make sense; `names` are those that would."""

    def __init__(self, message: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.names = names


@dataclass(slots=True)
class Armed:
    """
    A fault that waits to strike.

    Shape: one of `left` (strikes so many more times), `probability` (strikes at random,
           the same way for the same seed) or neither (strikes always).
    Units: `seconds` and `retry_after` in seconds; `until` is a written moment.
    """

    id: int
    fault: str
    call: str | None = None
    left: int | None = None
    probability: float | None = None
    seed: int = 0
    draws: int = 0
    seconds: float = 0.0
    retry_after: int = 1
    until: str | None = None

    @property
    def meant(self) -> Fault:
        """The fault this is about."""
        return FAULTS[self.fault]

    def concerns(self, call: str) -> bool:
        """Return whether this fault is meant for such a call."""
        return call == self.call if self.call else call in self.meant.strikes

    def draw(self) -> bool:
        """Return whether it strikes this time; the same seed gives the same row."""
        if self.probability is None:
            return True
        digest = hashlib.sha256(f"{self.seed}:{self.draws}".encode()).digest()
        self.draws += 1
        return int.from_bytes(digest[:8]) / 2**64 < self.probability


def read_order(body: dict[str, Any]) -> Armed:
    """
    Return the fault that someone asks for; without a mode it is for the next call.

    :raises CannotArm: if a name is unknown or a number makes no sense.
    """
    fault = _fault_of(body)
    armed = Armed(
        id=0,
        fault=fault.name,
        call=_call_of(body, fault),
        seconds=_number(body, "seconds", fault.seconds or 0.0, SECONDS_MAX),
        retry_after=int(_number(body, "retry_after", 1, SECONDS_MAX)),
        seed=int(_number(body, "seed", 0, 2**53)),
    )
    if fault.kind is Kind.CONNECTION:
        armed.until = clock.written_in(armed.seconds) if armed.seconds else None
    elif "probability" in body:
        armed.probability = _number(body, "probability", 0, 1)
    elif body.get("always") is not True:
        armed.left = int(_number(body, "next", 1, NEXT_MAX, least=1))
    return armed


def _fault_of(body: dict[str, Any]) -> Fault:
    name = body.get("fault")
    fault = FAULTS.get(name) if isinstance(name, str) else None
    if fault is None:
        raise CannotArm("There is no such fault. Choose one of `names`.", tuple(FAULTS))
    return fault


def _call_of(body: dict[str, Any], fault: Fault) -> str | None:
    call = body.get("call")
    if call is None:
        return None
    if call not in fault.may_strike:
        names = tuple(name for name in CALLS if name in fault.may_strike)
        raise CannotArm(f"{fault.name} cannot strike this call.", names)
    return str(call)


def _number(
    body: dict[str, Any], name: str, default: float, most: float, *, least: float = 0
) -> float:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CannotArm(f"{name} must be a number.")
    if not least <= value <= most:
        raise CannotArm(f"{name} must be from {least:g} to {most:g}.")
    return value


class Arsenal:
    """
    All armed faults, in the order of arming.

    They are kept in memory, because every call asks, and written down at each change.
    `on_change` is called when the API port may have to be closed or opened.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = RLock()
        self._armed: list[Armed] = []
        self._last_id = 0
        self.on_change: Callable[[], None] = lambda: None
        self.load()

    def load(self) -> None:
        """Read what is armed from the file."""
        stored = self._settings.get("faults", default=[])
        with self._lock:
            self._armed = _read_stored(stored)
            self._last_id = max((armed.id for armed in self._armed), default=0)
        self.on_change()

    def arm(self, armed: Armed) -> Armed:
        """Add a fault behind those that are armed already."""
        with self._lock:
            self._last_id += 1
            armed.id = self._last_id
            self._armed.append(armed)
            self._save()
        self.on_change()
        return armed

    def clear(self, *, fault: str | None = None) -> None:
        """Disarm everything, or everything of one name."""
        with self._lock:
            self._armed = [a for a in self._armed if fault not in {None, a.fault}]
            self._save()
        self.on_change()

    def listed(self) -> tuple[dict[str, Json], ...]:
        """Return what is armed, oldest first."""
        with self._lock:
            return tuple(asdict(armed) for armed in self._armed)

    def is_refusing(self) -> bool:
        """Return whether the API port is to be closed."""
        with self._lock:
            return any(a.fault == "refuse_connection" for a in self._armed)

    def strike(self, kind: Kind, call: str) -> Armed | None:
        """Return the first armed fault of a kind that strikes this call, and use it."""
        with self._lock:
            for armed in self._armed:
                if armed.meant.kind is kind and armed.concerns(call):
                    strikes = armed.draw()
                    self._use(armed, strikes=strikes)
                    if strikes:
                        return armed
        return None

    def strike_all(self, kind: Kind, call: str) -> tuple[Armed, ...]:
        """Return every armed fault of a kind that strikes this call, and use each."""
        with self._lock:
            meant = [
                a for a in self._armed if a.meant.kind is kind and a.concerns(call)
            ]
            struck = tuple(armed for armed in meant if armed.draw())
            for armed in meant:
                self._use(armed, strikes=armed in struck)
        return struck

    def strike_mail(self, fault: str) -> bool:
        """Return whether this fault strikes the mail at hand, and use it."""
        with self._lock:
            for armed in self._armed:
                if armed.fault == fault:
                    strikes = armed.draw()
                    self._use(armed, strikes=strikes)
                    return strikes
        return False

    def run_due(self) -> float | None:
        """Open the port again if its time is over; return how long until then."""
        with self._lock:
            waits = {a.id: clock.seconds_until(a.until) for a in self._armed if a.until}
            over = {number for number, wait in waits.items() if wait <= 0}
            if over:
                self._armed = [a for a in self._armed if a.id not in over]
                self._save()
        if over:
            self.on_change()
        return min((wait for wait in waits.values() if wait > 0), default=None)

    def _use(self, armed: Armed, *, strikes: bool) -> None:
        if armed.left is None and armed.probability is None:
            return
        if strikes and armed.left is not None:
            armed.left -= 1
        self._armed = [a for a in self._armed if a.left != 0]
        self._save()

    def _save(self) -> None:
        self._settings.put("faults", [asdict(armed) for armed in self._armed])


def _read_stored(stored: Any) -> list[Armed]:
    return [Armed(**row) for row in stored]
