"""Order Delivery: some items now, the rest later, each of them once."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

import pytest
from django.db import connection

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.executing import ExecutionPlan, NothingToExecute
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Execution, Order
from purveyor.domain.orders.operations import (
    cancel_order,
)
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_submitted_order

PLAN = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)


def deliver(order: Order, only: Collection[int] | None, now: datetime) -> Execution:
    return execute_order(order=order, plan=PLAN, only=only, actor=DAN, now=now)


def items_of(order: Order) -> list[int]:
    return list(order.items.order_by("position").values_list("pk", flat=True))


def test_ticked_items_are_delivered_and_the_rest_stays_open(now: datetime) -> None:
    order = a_submitted_order(items=3)
    first, second, third = items_of(order)

    execution = deliver(order, [first, third], now)

    order.refresh_from_db()
    assert order.state == OrderState.EXECUTING
    assert [a.order_item_id for a in execution.assets.order_by("pk")] == [first, third]
    assert order.items.get(state="OPEN").pk == second
    assert Invoice.objects.get().lines.count() == 2


def test_the_second_run_finishes_the_order(now: datetime) -> None:
    order = a_submitted_order(items=3)
    first, second, third = items_of(order)
    deliver(order, [first], now)

    deliver(order, [second, third], now)

    order.refresh_from_db()
    assert order.state == OrderState.EXECUTED
    assert order.executions.count() == Invoice.objects.count() == 2
    assert Asset.objects.count() == 3


def test_execute_order_after_a_delivery_takes_what_is_left(now: datetime) -> None:
    order = a_submitted_order(items=3)
    first, second, third = items_of(order)
    deliver(order, [second], now)

    execution = deliver(Order.objects.get(), None, now)

    taken = execution.assets.order_by("pk").values_list("order_item_id", flat=True)
    assert list(taken) == [first, third]
    assert Order.objects.get().state == OrderState.EXECUTED


def test_ticking_every_item_executes_the_order(now: datetime) -> None:
    order = a_submitted_order(items=2)

    deliver(order, items_of(order), now)

    assert Order.objects.get().state == OrderState.EXECUTED


def test_an_item_is_delivered_once(now: datetime) -> None:
    order = a_submitted_order(items=2)
    first, second = items_of(order)
    deliver(order, [first], now)

    for ticked in ([first], [first, second]):
        with pytest.raises(MoveRefused, match="10 × BitTitan Mailbox License is"):
            deliver(Order.objects.get(), ticked, now)

    assert Asset.objects.get().order_item_id == first
    assert Order.objects.get().state == OrderState.EXECUTING


def test_nothing_ticked_delivers_nothing(now: datetime) -> None:
    order, other = a_submitted_order(items=2), a_submitted_order()

    for ticked in ([], items_of(other)):
        with pytest.raises(NothingToExecute, match="Tick at least one item"):
            deliver(order, ticked, now)

    assert not Execution.objects.exists()


def test_an_order_in_delivery_is_not_cancelled(now: datetime) -> None:
    order = a_submitted_order(items=2)
    deliver(order, items_of(order)[:1], now)

    with pytest.raises(MoveRefused, match="is “Executing”"):
        cancel_order(order=order, because="too late", actor=DAN, now=now)


# ------------------------------------------------------------------ at once


def at_once(order: Order, ticked: list[list[int]], now: datetime) -> list[bool]:
    """Return which of several deliveries, clicked at the same time, were done."""

    def click(only: list[int]) -> bool:
        with closing(connection):
            try:
                deliver(Order.objects.get(pk=order.pk), only, now)
            except MoveRefused:
                return False
            return True

    with ThreadPoolExecutor(len(ticked)) as pool:
        return list(pool.map(click, ticked))


@pytest.mark.django_db(transaction=True)
def test_the_last_items_delivered_at_once_execute_the_order(now: datetime) -> None:
    order = a_submitted_order(items=4)

    done = at_once(order, [[pk] for pk in items_of(order)], now)

    assert done == [True] * 4
    assert Order.objects.get().state == OrderState.EXECUTED
    assert Execution.objects.count() == Asset.objects.count() == 4
    assert sorted(i.number for i in Invoice.objects.all() if i.number) == [
        f"INV-{n:06d}" for n in range(1, 5)
    ]


@pytest.mark.django_db(transaction=True)
def test_of_deliveries_that_share_an_item_one_is_done(now: datetime) -> None:
    order = a_submitted_order(items=3)
    first, second, third = items_of(order)

    done = at_once(order, [[first, second], [second, third], [second]], now)

    assert sum(done) == 1
    assert Execution.objects.count() == 1
    assert Asset.objects.filter(order_item=second).count() == 1
