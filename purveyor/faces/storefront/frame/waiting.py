"""What waits for a member, wherever a page says how much it is."""

from typing import Any

from purveyor.flows.ordering.approving import count_waiting

WAITING_MAX = 100


def orders_to_approve(request: Any) -> int:
    """Return how many orders wait for a member's yes; a page asks only once."""
    if not hasattr(request, "orders_to_approve"):
        request.orders_to_approve = _count(request.member)
    counted: int = request.orders_to_approve
    return counted


def _count(member: Any) -> int:
    if not member.may("orders.approve"):
        return 0
    return count_waiting(as_reseller=member.account, limit=WAITING_MAX)
