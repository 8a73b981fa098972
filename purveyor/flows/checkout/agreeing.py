"""What a reseller is asked about the orders of its end customers, and its yes."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from purveyor.domain.accounts.models import Account
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from purveyor.flows.checkout.models import Basket
from purveyor.flows.checkout.running import run_by_itself
from purveyor.flows.ordering.approving import (
    Waiting,
    approve_order,
    waiting_approvals,
)
from purveyor.kernel.money import Money

QUESTIONS_MAX = 50
NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Question:
    """
    One order that waits for its reseller's yes: what, for whom, how much.

    Units:  `amount` with tax; `over` is by how much it would exceed the credit of
            whoever pays, None if it fits.
    """

    approval_id: int
    order_number: str
    customer_number: str
    customer_name: str
    payer_name: str
    po_code: str
    products: tuple[str, ...]
    amount: Money
    over: Money | None
    asked_at: datetime
    asked_by: str

    @property
    def number(self) -> str:
        """What it is known by among its reseller's questions."""
        return str(self.approval_id)


def questions_for(
    *, reseller: Account, after: str = "", limit: int = QUESTIONS_MAX
) -> tuple[Question, ...]:
    """
    Return what waits for a reseller's yes, the longest waiting first.

    The next page begins `after` the number of the last question of this one.
    """
    last = int(after) if NUMBER.fullmatch(after) else None
    waiting = waiting_approvals(as_reseller=reseller, after=last, limit=limit)
    return tuple(_question(each) for each in waiting)


@transaction.atomic
def agree_to_order(
    *, approval_id: int, reseller: Account, actor: str, now: datetime
) -> Order:
    """
    Say yes to an order of an end customer; it runs if nothing else is asked.

    As it would have run when it was placed: what staff keyed in stays theirs.

    :raises NotFound: if there is no such question, or it is not this reseller's.
    :raises MoveRefused: if it was decided meanwhile.
    """
    order = approve_order(
        approval_id=approval_id, as_reseller=reseller, actor=actor, now=now
    )
    is_placed_here = Basket.objects.filter(order=order).exists()
    if order.state == OrderState.SUBMITTED and is_placed_here:
        run_by_itself(order=order, actor=actor, now=now)
    return order


def _question(waiting: Waiting) -> Question:
    order = waiting.order
    return Question(
        approval_id=waiting.approval_id,
        order_number=order.number,
        customer_number=order.account.number,
        customer_name=order.account.name,
        payer_name=order.bill_to.name,
        po_code=order.po_code,
        products=waiting.items,
        amount=waiting.amount,
        over=waiting.over,
        asked_at=waiting.asked_at,
        asked_by=waiting.asked_by,
    )
