"""Submit an order, if the rules of every service manager and of its payer allow it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.orders import operations as orders
from purveyor.domain.orders.approvals import hold_order
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import items_of, totals_of
from purveyor.domain.provisioning.queries import may_buy
from purveyor.flows.ordering.approving import needs_of
from purveyor.kernel.errors import Refused


class BuyerNotAllowed(Refused):
    """A service manager's policy says who may buy its products."""

    code = "ordering.buyer_not_allowed"


@transaction.atomic
def draft_order(
    *,
    account: Account,
    lines: Sequence[Line],
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
def submit_order(
    *, order: Order, agreed_by: Account | None = None, actor: str, now: datetime
) -> None:
    """
    Submit a draft order, which fixes its items, prices and recipient.

    One above the payer's available credit, or that its reseller has to agree to, is
    stored all the same and awaits approval. `agreed_by` is the reseller if it is its
    own member who submits.

    :raises BuyerNotAllowed: if a policy forbids this kind of account to buy.
    :raises Refused: for all that `orders.submit_order` refuses.
    """
    orders.lock_draft(order)
    items = items_of(order)
    for item in items:
        setup = item.product.product_type.application.setup
        if not may_buy(account=order.account, setup=setup):
            message = _(
                "%(account)s may not buy %(product)s: see “who may buy” under "
                "Setup > Applications."
            )
            names = {"account": order.account.name, "product": item.product_name}
            raise BuyerNotAllowed(message % names, product=item.product.code)
    orders.submit_order(order=order, actor=actor, now=now)
    amount = totals_of(items=items, currency=order.currency).total
    needs = needs_of(order=order, amount=amount, agreed_by=agreed_by)
    if needs:
        hold_order(order=order, needs=needs, actor=actor, now=now)
