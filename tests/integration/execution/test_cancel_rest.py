"""The rest of an order that was executed in part is cancelled: what stays, and goes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.credit import credit_of
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.notifications.events import EventName
from purveyor.domain.orders.copying import copy_order
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.lifecycle import ApprovalState, ItemState, OrderState
from purveyor.domain.orders.models import Approval, Order, OrderItem
from purveyor.domain.orders.operations import cancel_rest
from purveyor.domain.orders.queries import order_as_it_is, totals_of
from purveyor.flows.execution.operations import execute_order, execute_plain
from purveyor.flows.execution.outcome import item_rows
from purveyor.flows.execution.preview import preview_execution
from purveyor.flows.ordering.approving import ask_for_approval, reject_order
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.accounts import an_account
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.notifications import a_rule, hears_news
from tests.factories.orders import (
    a_draft_order,
    a_part_executed_order,
    a_submitted_order,
    an_execution,
)
from tests.support.threads import wait_until

OPS = "ops@aurora.example"
PLAN = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)
Act = Callable[[], object]


def fresh(order: Order) -> Order:
    return order_as_it_is(pk=order.pk)


def states_of(order: Order) -> list[str]:
    return list(order.items.order_by("position").values_list("state", flat=True))


def cancel(order: Order, because: str = "No longer wanted.") -> None:
    cancel_rest(order=order, because=because, actor=DAN, now=NOON)


def test_the_rest_is_cancelled_and_the_order_closed() -> None:
    order = a_part_executed_order()

    cancel(order)

    stored = fresh(order)
    assert (stored.state, order.state) == (OrderState.EXECUTED, OrderState.EXECUTED)
    assert stored.cancelled_because == "No longer wanted."
    assert stored.is_closed
    assert states_of(order) == ["EXECUTED", "CANCELLED", "CANCELLED"]
    assert Asset.objects.count() == Charge.objects.count() == 1


def test_the_journal_says_what_will_not_come() -> None:
    order = a_part_executed_order()

    cancel(order)

    line = Entry.objects.get(record_id=order.pk, verb="cancel_rest")
    assert (line.actor, line.before, line.after) == (DAN, "EXECUTING", "EXECUTED")
    assert line.facts["because"] == "No longer wanted."
    assert line.facts["cancelled"] == [
        "10 × BitTitan User Migration Bundle",
        "10 × BitTitan Mailbox License",
    ]


@pytest.mark.parametrize("because", ["", "  "])
def test_it_takes_a_reason(because: str) -> None:
    order = a_part_executed_order()

    with pytest.raises(Refused, match="Say why the order is cancelled"):
        cancel(order, because)

    assert states_of(order) == ["EXECUTED", "OPEN", "OPEN"]


@pytest.mark.parametrize("make", [a_draft_order, a_submitted_order])
def test_of_what_was_not_executed_at_all_there_is_no_rest(
    make: Callable[..., Order],
) -> None:
    order = make(items=2)

    with pytest.raises(MoveRefused, match="to close it must be “Executing”"):
        cancel(order)

    assert states_of(order) == ["OPEN", "OPEN"]


def test_of_what_was_executed_there_is_no_rest_either() -> None:
    order = an_execution(items=2).order

    with pytest.raises(MoveRefused, match="is “Executed”"):
        cancel(order)

    assert states_of(order) == ["EXECUTED", "EXECUTED"]
    assert not fresh(order).cancelled_because


def test_the_rest_is_cancelled_once() -> None:
    order = a_part_executed_order()
    as_read = fresh(order)
    cancel(order)

    with pytest.raises(MoveRefused):
        cancel(as_read, "Again.")

    assert fresh(order).cancelled_because == "No longer wanted."


def test_what_is_cancelled_is_not_executed_any_more(now: datetime) -> None:
    order = a_part_executed_order(items=2)
    as_read, ticked = fresh(order), {order.items.get(state="OPEN").pk}
    cancel(order)

    for only in (None, ticked):
        with pytest.raises(MoveRefused):
            execute_order(order=as_read, plan=PLAN, only=only, actor=DAN, now=now)
    done = execute_plain(orders=[order.pk], plan=PLAN, actor=DAN, now=now)

    assert done == []
    assert Asset.objects.count() == 1


def test_an_item_is_cancelled_or_has_an_execution() -> None:
    order = a_part_executed_order()

    with pytest.raises(IntegrityError):
        order.items.filter(state="EXECUTED").update(state=ItemState.CANCELLED)


# ------------------------------------------------------------------ what adds up


def test_what_is_cancelled_adds_nothing() -> None:
    order = a_part_executed_order()
    (kept,) = order.items.filter(state="EXECUTED")

    cancel(order)

    totals = totals_of(items=order.items.all(), currency=order.currency)
    assert totals == totals_of(items=[kept], currency=order.currency)
    assert totals.total == Invoice.objects.get().total


def test_what_is_cancelled_takes_no_credit() -> None:
    account = an_account(credit_limit=Decimal(10_000))
    order = a_part_executed_order(account=account)
    before = credit_of(account)

    cancel(order)

    after = credit_of(account)
    assert before.ordered.amount > 0
    assert after.ordered.amount == 0
    assert after.owed == before.owed


def test_what_is_cancelled_is_no_likely_duplicate() -> None:
    order = a_part_executed_order(items=2)
    rest = order.items.get(state="OPEN")
    another = a_draft_order(account=order.account, items=2)
    kept = another.items.exclude(product=rest.product)
    kept.delete()

    before = preview_execution(order=another, now=NOON).twins
    cancel(order)

    assert [twin.number for twin in before] == [order.number]
    assert preview_execution(order=another, now=NOON).twins == ()


def test_the_items_of_the_page_say_what_is_cancelled() -> None:
    order = a_part_executed_order(items=2)

    cancel(order)

    assert [row.is_cancelled for row in item_rows(order)] == [False, True]


def test_a_copy_is_of_all_that_was_ordered() -> None:
    order = a_part_executed_order(items=2)
    cancel(order)

    copy = copy_order(order=order, keeps_discounts=False, actor=DAN, now=NOON)

    assert states_of(copy) == ["OPEN", "OPEN"]


# ------------------------------------------------------------------ questions


def test_nobody_is_asked_about_it_any_more(now: datetime) -> None:
    order = a_part_executed_order()
    Account.objects.update(credit_limit=100)
    ask_for_approval(order=order, actor=DAN, now=now)

    cancel(order)

    approval = Approval.objects.get()
    assert (approval.state, approval.because) == (
        ApprovalState.WITHDRAWN,
        "No longer wanted.",
    )


def test_what_was_cancelled_meanwhile_is_not_asked_for(now: datetime) -> None:
    order = a_part_executed_order()
    as_read = fresh(order)
    cancel(order)
    Account.objects.update(credit_limit=1)

    with pytest.raises(MoveRefused):
        ask_for_approval(order=as_read, actor=DAN, now=now)

    assert not Approval.objects.exists()


# ------------------------------------------------------------------ mails


def test_who_ordered_is_told_which_items_will_not_come() -> None:
    told = "{{ order_items }} | {{ cancelled_items }} | {{ reason }} {{ order_total }}"
    rule = a_rule(EventName.ORDER_REST_CANCELLED, OPS)
    rule.templates.update(text=told)

    cancel(a_part_executed_order())

    (mail,) = hears_news()
    total = Invoice.objects.get().total
    assert mail.masked_text == (
        "10 × BitTitan Mailbox License | 10 × BitTitan User Migration Bundle; "
        f"10 × BitTitan Mailbox License | No longer wanted. {total}"
    )


def test_a_no_to_the_rest_is_told_once_as_a_no() -> None:
    for event in EventName.ORDER_REST_CANCELLED, EventName.ORDER_REJECTED:
        a_rule(event, OPS)
    order = a_part_executed_order()
    Account.objects.update(credit_limit=1)
    ask_for_approval(order=order, actor=DAN, now=NOON)

    reject_order(
        approval_id=order.approvals.get().pk, because="Pay first", actor=DAN, now=NOON
    )

    (mail,) = hears_news()
    assert mail.notification.event == EventName.ORDER_REJECTED
    assert "Pay first" in mail.masked_text
    assert "10 × BitTitan User Migration Bundle; 10 × BitTitan M" in mail.masked_text
    assert "€" not in mail.masked_text


# ------------------------------------------------------------------ at once


def all_at_once(acts: list[Act]) -> list[bool]:
    """Return which of these were done; the others were refused, and nothing else."""

    def run(act: Act) -> bool:
        try:
            act()
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def execute(order: Order, only: set[int] | None = None) -> None:
    mine = order_as_it_is(pk=order.pk)
    execute_order(order=mine, plan=PLAN, only=only, actor=DAN, now=NOON)


def cancel_anew(order: Order) -> None:
    cancel(order_as_it_is(pk=order.pk))


@pytest.mark.django_db(transaction=True)
def test_an_execution_and_a_cancellation_share_no_item() -> None:
    orders = [a_part_executed_order() for _ in range(12)]

    for order in orders:
        acts: list[Act] = [partial(execute, order), partial(cancel_anew, order)]
        assert sum(all_at_once(acts)) == 1

    for order in orders:
        assert fresh(order).state == OrderState.EXECUTED
        assert states_of(order)[1:] in (["EXECUTED"] * 2, ["CANCELLED"] * 2)
        assert fresh(order).is_closed is ("CANCELLED" in states_of(order))
    executed = OrderItem.objects.filter(state=ItemState.EXECUTED)
    assert set(executed.values_list("pk", flat=True)) == set(
        Asset.objects.values_list("order_item_id", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_deliveries_a_cancellation_and_a_no_leave_every_item_in_one_place() -> None:
    account = an_account(credit_limit=Decimal(10_000))
    orders = [a_part_executed_order(items=4, account=account) for _ in range(8)]

    for order in orders:
        _second, third, fourth = order.items.filter(state="OPEN").order_by("position")
        Account.objects.update(credit_limit=1)
        ask_for_approval(order=order, actor=DAN, now=NOON)
        Account.objects.update(credit_limit=None)
        question = Approval.objects.get(order=order).pk
        no = partial(
            reject_order, approval_id=question, because="No.", actor=DAN, now=NOON
        )
        done = all_at_once(
            [
                partial(execute, order, {fourth.pk}),
                partial(cancel_anew, order),
                partial(execute, order, {third.pk}),
                no,
            ]
        )

        assert done[1] != done[3]  # either of them closed the order, once
        assert fresh(order).is_closed
        states = states_of(order)
        assert states[:2] == ["EXECUTED", "CANCELLED"]
        assert [done[2], done[0]] == [state == "EXECUTED" for state in states[2:]]
    assert not Approval.objects.filter(state=ApprovalState.WAITING).exists()
    assert not OrderItem.objects.filter(state=ItemState.OPEN).exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_no_waits_for_an_execution_and_does_not_lock_it_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both take the items before their order; the other way round one would die."""
    order = a_part_executed_order(items=2)
    Account.objects.update(credit_limit=1)
    ask_for_approval(order=order, actor=DAN, now=NOON)
    Account.objects.update(credit_limit=None)
    question = Approval.objects.get().pk
    pool = ThreadPoolExecutor(1)
    answers = []

    def refuse() -> bool:
        try:
            reject_order(approval_id=question, because="No.", actor=DAN, now=NOON)
        except MoveRefused:
            return False
        finally:
            connection.close()
        return True

    def with_the_items_locked(*_args: object, **_kwargs: object) -> list[object]:
        answers.append(pool.submit(refuse))
        wait_until(somebody_waits)
        return []

    monkeypatch.setattr(
        "purveyor.flows.execution.operations.check_margins", with_the_items_locked
    )
    execute(order)

    assert [answer.result() for answer in answers] == [False]
    assert states_of(order) == ["EXECUTED", "EXECUTED"]
    pool.shutdown()


def somebody_waits() -> bool:
    """Return whether a connection waits for a lock that another one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
