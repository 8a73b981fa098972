"""While orders are executed together, others execute, cancel and stop them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Execution, Order
from purveyor.domain.orders.operations import cancel_order
from purveyor.domain.orders.queries import order_as_it_is
from purveyor.flows.execution.bulk import walk_bulk
from purveyor.flows.execution.choosing import get_bulk, stop_bulk
from purveyor.flows.execution.models import BulkExecution
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel.errors import Refused
from purveyor.kernel.work.leases import Lease, LeaseLost, claim
from tests.factories.accounts import an_account
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_bulk, a_submitted_order, copies_of

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6
Act = Callable[[], object]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("purveyor.flows.execution.bulk.BATCH", 6)


def all_at_once(acts: Sequence[Act]) -> list[bool]:
    """Return which of these were done and not refused."""

    def run(act: Act) -> bool:
        try:
            act()
        except (Refused, LeaseLost):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, acts))


def several(count: int) -> list[Order]:
    first = a_submitted_order(account=an_account())
    return [first, *copies_of(first, count=count - 1)]


def walks(now: datetime) -> list[Act]:
    """Return a worker's walk for each bulk execution that is due."""
    leases: list[Lease] = claim(BulkExecution, now=now, limit=5)
    return [partial(walk_bulk, lease=lease, now=now) for lease in leases]


def clicks(order: Order, now: datetime) -> Act:
    def click() -> None:
        plan = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)
        mine = order_as_it_is(pk=order.pk)
        execute_order(order=mine, plan=plan, actor=DAN, now=now)

    return click


def cancels(order: Order, now: datetime) -> Act:
    def cancel() -> None:
        mine = Order.objects.get(pk=order.pk)
        cancel_order(order=mine, because="Ordered twice", actor=DAN, now=now)

    return cancel


def results(bulk: BulkExecution) -> list[str]:
    return list(bulk.chosen.order_by("position").values_list("result", flat=True))


def numbers_have_no_gap() -> bool:
    numbers = sorted(str(invoice.number) for invoice in Invoice.objects.all())
    return numbers == [f"INV-{n:06d}" for n in range(1, len(numbers) + 1)]


def test_two_workers_with_the_same_orders_execute_each_once(now: datetime) -> None:
    orders = several(30)
    first = a_bulk(orders, is_started=True)
    second = a_bulk(orders[::-1], is_started=True)

    all_at_once(walks(now))

    assert {first.chosen.count(), second.chosen.count()} == {30}
    found = zip(results(first), results(second)[::-1], strict=True)
    assert {tuple(sorted(pair)) for pair in found} == {("EXECUTED", "REFUSED")}
    assert Execution.objects.count() == Asset.objects.count() == 30
    assert Invoice.objects.count() == 30
    assert numbers_have_no_gap()


def test_two_who_work_on_one_bulk_execution_repeat_nothing(now: datetime) -> None:
    bulk = a_bulk(several(30), is_started=True)
    (walk,) = walks(now)

    all_at_once([walk, walk, walk])  # a lease that is taken for lost

    assert results(bulk) == ["EXECUTED"] * 30
    assert Execution.objects.count() == Invoice.objects.count() == 30
    assert numbers_have_no_gap()


def test_what_is_executed_or_cancelled_meanwhile_drops_out(now: datetime) -> None:
    orders = several(30)
    bulk = a_bulk(orders, is_started=True)
    acts = [cancels(order, now) for order in orders[::3]]
    acts += [clicks(order, now) for order in orders[1::3]]

    _walked, *done = all_at_once([*walks(now), *acts])

    got_ahead = dict(zip([*orders[::3], *orders[1::3]], done, strict=True))
    expected = ["REFUSED" if got_ahead.get(o) else "EXECUTED" for o in orders]
    assert results(bulk) == expected
    cancelled = Order.objects.filter(state=OrderState.CANCELLED)
    assert cancelled.count() == sum(done[:10])
    assert not Execution.objects.filter(order__in=cancelled).exists()
    assert Execution.objects.count() == Asset.objects.count() == 30 - sum(done[:10])
    assert numbers_have_no_gap()


def test_what_is_stopped_meanwhile_is_executed_or_left(now: datetime) -> None:
    bulk = a_bulk(several(60), is_started=True)

    def stop() -> None:
        stop_bulk(bulk=get_bulk(pk=bulk.pk), actor=DAN, now=now)

    all_at_once([*walks(now), stop])

    executed = {pk for (pk,) in Execution.objects.values_list("order")}
    for chosen in bulk.chosen.all():
        is_executed = chosen.order_id in executed
        assert chosen.result == ("EXECUTED" if is_executed else "LEFT")


def test_a_limit_counts_as_it_is_when_an_order_has_its_turn(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = an_account(credit_limit=1_000_000)
    orders = [a_submitted_order(account=account) for _n in range(3)]
    bulk = a_bulk(orders, is_started=True)

    def lower(**facts: Any) -> Execution:
        made = execute_order(**facts)
        Account.objects.filter(pk=account.pk).update(credit_limit=100)
        return made

    monkeypatch.setattr("purveyor.flows.execution.bulk.execute_order", lower)
    for walk in walks(now):
        walk()

    assert results(bulk) == ["EXECUTED", "REFUSED", "REFUSED"]
