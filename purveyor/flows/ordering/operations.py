"""Submit an order, if the rules of every service manager on it allow it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.orders import operations as orders
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import items_of
from purveyor.domain.provisioning.queries import may_buy
from purveyor.kernel.errors import Refused


class BuyerNotAllowed(Refused):
    """A service manager's policy says who may buy its products."""

    code = "ordering.buyer_not_allowed"


@transaction.atomic
def draft_order(
    *,
    account: Account,
    lines: Sequence[orders.Line],
    facts: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> Order:
    """
    Create a draft order with its items, all or nothing; `facts` are fields of an order.

    :raises Refused: for all that `create_order` and `put_items` refuse.
    """
    order = Order(account=account, **{"currency": "", **facts})
    orders.create_order(order=order, actor=actor, now=now)
    orders.put_items(order=order, lines=lines, actor=actor, now=now)
    return order


@transaction.atomic
def submit_order(*, order: Order, actor: str, now: datetime) -> None:
    """
    Submit a draft order, which fixes its items, prices and recipient.

    :raises BuyerNotAllowed: if a policy forbids this kind of account to buy.
    :raises Refused: for all that `orders.submit_order` refuses.
    """
    orders.lock_draft(order)
    for item in items_of(order):
        setup = item.product.product_type.application.setup
        if not may_buy(account=order.account, setup=setup):
            message = _(
                "%(account)s may not buy %(product)s: see “who may buy” under "
                "Setup > Applications."
            )
            names = {"account": order.account.name, "product": item.product_name}
            raise BuyerNotAllowed(message % names, product=item.product.code)
    orders.submit_order(order=order, actor=actor, now=now)
