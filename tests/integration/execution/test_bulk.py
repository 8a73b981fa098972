"""Orders that were chosen are executed together, each with its result."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.utils.module_loading import import_string

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset, number_for
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.executing import ExecutionPlan, StartsInThePast
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.domain.orders.operations import cancel_order
from purveyor.flows.execution.choosing import (
    NothingChosen,
    TooManyChosen,
    discard_bulk,
    prepare_bulk,
    start_bulk,
    stop_bulk,
)
from purveyor.flows.execution.models import BulkExecution, BulkOrder
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.execution.street import STREET
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.work.engine import Due, drain
from tests.factories.accounts import an_account
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import (
    a_bulk,
    a_draft_order,
    a_submitted_order,
    an_execution,
    copies_of,
    is_executed_by_hand,
)

TOGETHER = "purveyor.flows.execution.bulk.execute_plain"
BY_ITSELF = "purveyor.flows.execution.bulk.execute_order"
AS_MUCH_AS_ANYBODY_NEEDS = 1_000_000


def only_bulk() -> list[Due]:
    return [due for due in STREET if due.model is BulkExecution]


def work(now: datetime) -> None:
    """Let a worker execute what is chosen, and leave the vendor alone."""
    drain(only_bulk(), now=now)


def results(bulk: BulkExecution) -> list[str]:
    return list(bulk.chosen.order_by("position").values_list("result", flat=True))


def reasons(bulk: BulkExecution) -> list[str]:
    return list(bulk.chosen.order_by("position").values_list("reason", flat=True))


def several(count: int, **fields: Any) -> list[Order]:
    """Return submitted orders of one account."""
    first = a_submitted_order(account=an_account(**fields))
    return [first, *copies_of(first, count=count - 1)]


# ------------------------------------------------------------------ choosing


def test_what_is_chosen_waits_to_be_started(now: datetime) -> None:
    bulk = a_bulk(several(3))

    work(now)

    assert (bulk.state, bulk.orders_count) == ("PREPARED", 3)
    assert results(bulk) == ["WAITING"] * 3
    assert not Execution.objects.exists()


def test_at_least_one_order_is_chosen_and_not_too_many(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("purveyor.flows.execution.choosing.ORDERS_MAX", 2)

    with pytest.raises(NothingChosen):
        prepare_bulk(orders=[], actor=DAN, now=now)
    with pytest.raises(TooManyChosen, match="at most 2 orders"):
        prepare_bulk(orders=several(3), actor=DAN, now=now)


def test_a_start_in_the_past_is_refused(now: datetime) -> None:
    bulk = a_bulk(several(1))
    plan = ExecutionPlan(TODAY - timedelta(days=1), InvoiceOption.NONE)

    with pytest.raises(StartsInThePast):
        start_bulk(bulk=bulk, plan=plan, actor=DAN, now=now)


def test_what_is_given_up_is_not_started(now: datetime) -> None:
    bulk = a_bulk(several(1))
    discard_bulk(bulk=bulk, actor=DAN, now=now)

    with pytest.raises(MoveRefused):
        start_bulk(
            bulk=bulk,
            plan=ExecutionPlan(TODAY, InvoiceOption.NONE),
            actor=DAN,
            now=now,
        )


# ------------------------------------------------------------------ executing


def test_each_order_has_its_own_execution_and_invoice(now: datetime) -> None:
    bulk = a_bulk(several(3), is_started=True)

    work(now)

    bulk.refresh_from_db()
    assert bulk.state == "DONE"
    assert bulk.ended_at is not None
    assert results(bulk) == ["EXECUTED"] * 3
    pairs = bulk.chosen.values_list("order", "execution__order")
    assert all(order == executed for order, executed in pairs)
    assert sorted(i.number or "" for i in Invoice.objects.all()) == [
        "INV-000001",
        "INV-000002",
        "INV-000003",
    ]
    assert {e.actor for e in Execution.objects.all()} == {DAN}


def test_one_bad_order_stops_none_of_the_others(now: datetime) -> None:
    orders = [
        a_submitted_order(),
        a_draft_order(),
        a_submitted_order(is_linked=False),
        a_submitted_order(),
    ]
    cancelled = a_submitted_order()
    cancel_order(order=cancelled, because="twice", actor=DAN, now=now)
    bulk = a_bulk([*orders, cancelled], is_started=True)

    work(now)

    said = reasons(bulk)
    assert results(bulk) == [
        "EXECUTED",
        "REFUSED",
        "REFUSED",
        "EXECUTED",
        "REFUSED",
    ]
    assert "is “Draft”" in said[1]
    assert "is not synchronized with BitTitan" in said[2]
    assert "is “Cancelled”" in said[4]
    assert Asset.objects.count() == Invoice.objects.count() == 2
    bulk.refresh_from_db()
    assert bulk.state == "DONE"
    told = Entry.objects.filter(record_type="execution.bulkexecution").latest("pk")
    assert told.facts == {"executed": 2, "refused": 3}


def test_an_error_of_ours_stops_none_of_the_others(now: datetime) -> None:
    orders = several(4)
    broken, other = orders[1], a_submitted_order()
    an_execution(order=other)
    Asset.objects.update(number=number_for(broken.items.get(), broken))
    bulk = a_bulk(orders, is_started=True)

    work(now)

    assert results(bulk) == ["EXECUTED", "REFUSED", "EXECUTED", "EXECUTED"]
    assert reasons(bulk)[1].startswith("Something went wrong on our side.")
    assert Asset.objects.filter(account=broken.account).count() == 3
    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [f"INV-00000{n}" for n in range(1, 5)]


def test_an_error_of_ours_makes_few_of_the_others_slow(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = several(40)
    broken, other = orders[33], a_submitted_order()
    an_execution(order=other)
    Asset.objects.update(number=number_for(broken.items.get(), broken))
    bulk = a_bulk(orders, is_started=True)
    alone: list[Order] = []

    def by_itself(*, order: Order, **rest: Any) -> Execution:
        alone.append(order)
        return execute_order(order=order, **rest)

    monkeypatch.setattr(BY_ITSELF, by_itself)

    work(now)

    assert results(bulk).count("EXECUTED") == 39
    assert results(bulk)[33] == "REFUSED"
    assert broken in alone
    assert len(alone) == 10


def test_an_order_is_executed_in_one_of_two_bulk_executions(now: datetime) -> None:
    orders = several(2)
    first, second = a_bulk(orders, is_started=True), a_bulk(orders, is_started=True)

    work(now)

    assert results(first) == ["EXECUTED"] * 2
    assert results(second) == ["REFUSED"] * 2
    assert Asset.objects.count() == 2


# ------------------------------------------------------------------ items for staff


def test_items_for_staff_are_left_to_staff(now: datetime) -> None:
    order = a_submitted_order(items=2)  # a mailbox license and a bundle
    is_executed_by_hand()
    bulk = a_bulk([order], is_started=True)

    work(now)

    assert results(bulk) == ["PARTLY"]
    assert reasons(bulk) == [
        "Waits under Orders for manual management: BitTitan User Migration Bundle."
    ]
    assert [i.state for i in OrderItem.objects.order_by("position")] == [
        "EXECUTED",
        "OPEN",
    ]


def test_an_order_with_nothing_else_is_refused(now: datetime) -> None:
    order = a_submitted_order()
    is_executed_by_hand(external_id="BT-MAILBOX")
    bulk = a_bulk([order], is_started=True)

    work(now)

    assert results(bulk) == ["REFUSED"]
    assert reasons(bulk)[0].startswith("Executed by staff only: BitTitan Mailbox")


# ------------------------------------------------------------------ stopping, dying


def test_what_was_not_tried_by_then_is_left(now: datetime) -> None:
    bulk = a_bulk(several(2), is_started=True)
    stop_bulk(bulk=bulk, actor=DAN, now=now)

    work(now)

    assert results(bulk) == ["LEFT"] * 2
    assert not Execution.objects.exists()
    with pytest.raises(MoveRefused):
        stop_bulk(bulk=bulk, actor=DAN, now=now)


class WorkerDied(BaseException):
    """What happens to a worker; no handler of ours may catch it."""


def dying(of: Callable[..., Any], *, at: int, is_before: bool) -> Callable[..., Any]:
    """Return an operation in which the worker dies when it is called that often."""
    calls = count(1)

    def die(**facts: Any) -> Any:
        is_last = next(calls) == at
        if is_last and is_before:
            raise WorkerDied
        made = of(**facts)
        if is_last:
            raise WorkerDied
        return made

    return die


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize(
    ("name", "limit", "executed"),
    [(TOGETHER, None, 4), (BY_ITSELF, AS_MUCH_AS_ANYBODY_NEEDS, 2)],
    ids=["together", "by itself"],
)
def test_a_worker_that_dies_repeats_nothing_and_loses_nothing(
    name: str,
    limit: int | None,
    executed: int,
    is_before: bool,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bulk = a_bulk(several(9, credit_limit=limit), is_started=True)
    monkeypatch.setattr("purveyor.flows.execution.bulk.BATCH", 2)
    whole = import_string(name)
    monkeypatch.setattr(name, dying(whole, at=3, is_before=is_before))

    with pytest.raises(WorkerDied):
        work(now)
    assert not transaction.get_connection().in_atomic_block
    assert results(bulk).count("EXECUTED") == executed

    BulkExecution.objects.update(leased_until=None)  # the lease has run out
    work(now)

    assert results(bulk) == ["EXECUTED"] * 9
    assert Asset.objects.count() == Invoice.objects.count() == 9


@pytest.mark.once
def test_two_orders_cannot_hold_one_place(now: datetime) -> None:
    order = a_submitted_order(account=an_account())
    bulk = a_bulk([order])

    assert [str(c) for c in BulkOrder.objects.all()] == [f"{order} in {bulk}"]


# ------------------------------------------------------------------ left to a person


def test_what_needs_a_persons_yes_is_refused_and_the_rest_is_executed(
    now: datetime,
) -> None:
    above, fits = a_submitted_order(), a_submitted_order()
    at_a_loss = a_submitted_order()
    Account.objects.filter(pk=above.bill_to_id).update(credit_limit=100)
    OrderItem.objects.filter(order=at_a_loss).update(unit_price="6.00")
    bulk = a_bulk([above, at_a_loss, fits], is_started=True)

    work(now)

    credit, margin, _nothing = reasons(bulk)
    assert results(bulk) == ["REFUSED", "REFUSED", "EXECUTED"]
    assert "€17.81 above its credit limit of €100.00" in credit
    assert "would be sold at a loss: it brings €60.00 and costs €70.00" in margin
