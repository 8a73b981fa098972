"""How a page looks again by itself while work is under way, and when it stops to."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from purveyor.flows.execution.outcome import Delivery
from purveyor.kernel import clock

LOOK = "look"
LOOKS_MAX = 15  # a page asks once a second, then says what it waits for
SOON = timedelta(minutes=1)
DIGITS_MAX = 4


def looks_of(query: Mapping[str, str], *, most: int = LOOKS_MAX) -> int:
    """Return how often a page has looked already; `most` if that cannot be read."""
    look = query.get(LOOK, "0")
    is_number = look.isascii() and look.isdecimal() and len(look) <= DIGITS_MAX
    return min(int(look), most) if is_number else most


def address_of_look(address: str, *, look: int, goes_on: bool) -> str:
    """Return where a page looks next, counted in its address; empty if it stops."""
    if not goes_on:
        return ""
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joint}{LOOK}={look + 1}"


def is_expected_soon(delivery: Delivery) -> bool:
    """Return whether a worker should change it within the time a person waits."""
    return delivery.explanation is not None and is_soon(delivery.explanation.at)


def is_soon(at: datetime | None) -> bool:
    """Return whether it happens within the time a person waits; None is never."""
    return at is not None and at <= clock.now() + SOON
