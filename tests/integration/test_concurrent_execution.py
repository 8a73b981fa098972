"""Many clicks at once: numbers without a gap, and no order executed twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.models import Execution, Order
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel.errors import Refused
from tests.factories.accounts import an_account
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_submitted_order

CLICKS_AT_ONCE = 10

pytestmark = pytest.mark.django_db(transaction=True)


def _click(order: Order, now: datetime) -> Callable[[], bool]:
    def click() -> bool:
        """Return whether this click executed the order."""
        mine = Order.objects.get(pk=order.pk)
        plan = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)
        try:
            execute_order(order=mine, plan=plan, actor=DAN, now=now)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    return click


def _all_at_once(clicks: list[Callable[[], bool]]) -> list[bool]:
    with ThreadPoolExecutor(CLICKS_AT_ONCE) as pool:
        return list(pool.map(lambda click: click(), clicks))


def test_fifty_executions_at_once_take_fifty_numbers_without_a_gap(
    now: datetime,
) -> None:
    account = an_account()
    orders = [a_submitted_order(account=account) for _n in range(50)]

    executed = _all_at_once([_click(order, now) for order in orders])

    numbers = sorted(str(invoice.number) for invoice in Invoice.objects.all())
    assert executed == [True] * 50
    assert numbers == [f"INV-{n:06d}" for n in range(1, 51)]
    assert Asset.objects.count() == 50


def test_of_twenty_clicks_on_one_order_one_executes_it(now: datetime) -> None:
    order = a_submitted_order(items=2)

    executed = _all_at_once([_click(order, now) for _n in range(20)])

    assert sum(executed) == 1
    assert Execution.objects.count() == Invoice.objects.count() == 1
    assert Asset.objects.count() == 2
