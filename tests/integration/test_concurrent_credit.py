"""Orders at once: of those that do not fit together, only what fits passes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import pytest
from django.db import connection

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.invoices.credit import credit_of
from purveyor.domain.orders.executing import (
    ExecutionPlan,
)
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.ordering.approving import approve_order
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel.errors import Refused
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_draft_order, a_submitted_order

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 10
Act = Callable[[], object]


def _all_at_once(acts: list[Act]) -> list[object]:
    def run(act: Act) -> object:
        try:
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, acts))


def _submits(order: Order, now: datetime) -> Act:
    def submit() -> str:
        mine = Order.objects.select_related("account__parent", "bill_to")
        draft = mine.get(pk=order.pk)
        submit_order(order=draft, actor=DAN, now=now)
        return draft.state

    return submit


def _executes(order: Order, now: datetime) -> Act:
    def execute() -> object:
        plan = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)
        mine = Order.objects.select_related("account__parent", "bill_to")
        return execute_order(order=mine.get(pk=order.pk), plan=plan, actor=DAN, now=now)

    return execute


def test_of_twenty_orders_submitted_at_once_only_what_fits_passes(
    now: datetime,
) -> None:
    account = an_account(credit_limit="589.05")  # five orders of €117.81
    drafts = [a_draft_order(account=account) for _n in range(20)]

    states = _all_at_once([_submits(draft, now) for draft in drafts])

    assert states.count(OrderState.SUBMITTED) == 5
    assert states.count(OrderState.AWAITING_APPROVAL) == 15
    assert str(credit_of(account).available) == "€0.00"


def test_what_is_executed_meanwhile_is_never_lost_from_sight(now: datetime) -> None:
    account = an_account(credit_limit="1178.10")  # ten orders of €117.81
    running = [a_submitted_order(account=account) for _n in range(9)]
    drafts = [a_draft_order(account=account) for _n in range(9)]
    acts: list[Act] = []
    for order, draft in zip(running, drafts, strict=True):
        acts += [_executes(order, now), _submits(draft, now)]

    done = _all_at_once(acts)

    assert done.count(OrderState.SUBMITTED) == 1
    assert done.count(OrderState.AWAITING_APPROVAL) == 8
    assert str(credit_of(account).available) == "€0.00"


def test_of_two_who_answer_at_once_neither_misses_the_other(now: datetime) -> None:
    lea = an_end_customer(
        reseller=a_reseller(credit_limit="0"), needs_reseller_approval=True
    )
    orders = [a_submitted_order(account=lea) for _n in range(10)]
    acts: list[Act] = [
        partial(approve_order, approval_id=each.pk, actor=DAN, now=now)
        for order in orders
        for each in order.approvals.all()
    ]

    _all_at_once(acts)

    assert len(acts) == 20
    assert set(Order.objects.values_list("state", flat=True)) == {"SUBMITTED"}
