"""The faults that can strike a purchase, as a storm arms them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sandbox.bittitan.faults import FAULTS

SHARE = 0.2  #: of the calls that may be struck, by one fault alone
SHARE_TOGETHER = 0.05  #: by each of them, if all blow at once: half of the calls
DOOR = "refuse_connection"
ALL = "all together"

#: Units: seconds. All stay below the settle time of a storm, as a real vendor's longest
#: processing must.
SECONDS: Mapping[str, float] = MappingProxyType(
    {"latency": 0.5, "made_later": 1.0, "slow_drip": 2.0}
)

#: Faults that no purchase meets, or that the vendor's promises exclude, and why.
LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "slow_listing": "a purchase reads no listing",
        "duplicated_row": "a purchase reads no listing",
        "missing_row": "a purchase reads no listing",
        "lost_coupon": "the vendor takes back what it made; reconciliation finds it",
        "revoked_coupon": "the vendor takes back what it made; reconciliation finds it",
    }
)
STRIKING = tuple(name for name in FAULTS if name not in LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Weather:
    """
    What goes wrong while orders come in.

    Shape: `orders` are what the vendor's control interface is told.
    """

    name: str
    orders: tuple[Mapping[str, Any], ...] = field(default=())
    closes_the_door: bool = False


def weather_of(fault: str, *, seed: int) -> Weather:
    """Return the weather with one fault, or with all of them together."""
    names, share = (STRIKING, SHARE_TOGETHER) if fault == ALL else ((fault,), SHARE)
    orders = [
        _order(name, share, seed + number)
        for number, name in enumerate(names)
        if name != DOOR
    ]
    return Weather(fault, tuple(orders), closes_the_door=DOOR in names)


def _order(name: str, share: float, seed: int) -> dict[str, Any]:
    order: dict[str, Any] = {"fault": name, "probability": share, "seed": seed}
    if name in SECONDS:
        order["seconds"] = SECONDS[name]
    return order
