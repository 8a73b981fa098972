"""Give up what is still open of an order of which a part was executed."""

from collections.abc import Sequence

from purveyor.domain.orders.lifecycle import ITEM, ORDER
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.reasons import kept_reason


def close_order(*, order: Order, rest: Sequence[OrderItem], because: str) -> list[str]:
    """
    Cancel the rest of an order, which closes it; return in words what will not come.

    A part of cancelling or rejecting, in the caller's transaction. The guard is the
    UPDATE of the items and the order: if an execution and a cancellation meet, the
    first takes the items, and the other is refused.

    Shape:  `rest` is what `lock_open_items` returned, before the order was touched.
    :raises MoveRefused: if nothing of it was executed, or nothing is open any more.
    """
    ITEM.move_all("cancel", [(item, {}) for item in rest])
    ORDER.move(order, "close", cancelled_because=kept_reason(because))
    return [str(item) for item in rest]
