"""A new order like an old one."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.operations import (
    create_order,
    put_items,
)


@transaction.atomic
def copy_order(
    *, order: Order, keeps_discounts: bool, actor: str, now: datetime
) -> Order:
    """
    Return a new draft with the same parties and items, at the list's prices of now.

    Prices that were agreed by hand are not copied, and discounts only if that is asked
    for; the PO code and the files belong to the old order.

    :raises Refused: for all that `create_order` and `put_items` refuse.
    """
    copy = Order(
        account=order.account,
        bill_to=order.bill_to,
        currency=order.currency,
        recipient=order.recipient,
        notes=order.notes,
    )
    create_order(order=copy, actor=actor, now=now)
    items = order.items.select_related("product__product_type__application")
    lines = [
        Line(
            i.product,
            i.quantity,
            _discount(i, is_kept=keeps_discounts),
            asset_name=i.asset_name,
        )
        for i in items.order_by("position")
    ]
    put_items(order=copy, lines=lines, actor=actor, now=now)
    return copy


def _discount(item: OrderItem, *, is_kept: bool) -> Decimal:
    return item.discount_percent if is_kept else Decimal(0)
