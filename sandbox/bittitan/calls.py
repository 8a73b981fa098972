"""The calls the vendor API received, newest kept; paths as templates, so no codes."""

from collections import deque
from dataclasses import asdict, dataclass, field
from itertools import count
from threading import Lock

from sandbox.bittitan import clock
from sandbox.bittitan.database import Json

CALLS_KEPT_MAX = 20_000


@dataclass(slots=True)
class Call:
    """
    One call, written down when it arrives and completed when its answer is ready.

    Shape: `outcome` is the status as text, `hung up`, or None while it runs; `faults`
           names what struck it.
    """

    id: int
    call: str
    method: str
    path: str
    reference: str
    started_at: str
    ended_at: str | None = None
    outcome: str | None = None
    faults: list[str] = field(default_factory=list)

    def end(self, outcome: str) -> None:
        """Write down how it ended."""
        self.outcome = outcome
        self.ended_at = clock.written(clock.now())


class CallLog:
    """The newest calls, in memory: they end with the process."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT_MAX)
        self._ids = count(1)
        self._lock = Lock()

    def start(self, call: str, method: str, path: str, reference: str) -> Call:
        """Write down a call that has arrived."""
        with self._lock:
            started_at = clock.written(clock.now())
            entry = Call(next(self._ids), call, method, path, reference, started_at)
            self._calls.append(entry)
        return entry

    def listed(self, *, after: int = 0, call: str = "") -> list[dict[str, Json]]:
        """Return the calls after an id, oldest first, of one name or of all."""
        with self._lock:
            kept = list(self._calls)
        return [
            asdict(entry)
            for entry in kept
            if entry.id > after and call in {"", entry.call}
        ]

    def clear(self) -> None:
        """Forget all calls; ids go on."""
        with self._lock:
            self._calls.clear()
