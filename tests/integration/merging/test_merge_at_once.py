"""A merge while somebody orders: nothing is left behind on the closed account."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection, transaction

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices import operations
from purveyor.domain.invoices.deliveries import bill_on_delivery
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import create_draft, issue_invoice
from purveyor.domain.invoices.writing import take_pending
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import create_order
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.merging.belongings import counts_of
from purveyor.flows.merging.operations import merge_accounts
from purveyor.kernel.errors import Refused
from tests.factories.accounts import an_account
from tests.factories.invoices import a_draft_invoice, pending_charges
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_submitted_order

WAIT_SECONDS = 20

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def _merge(kept: Account, merged: Account, now: datetime) -> None:
    merge_accounts(kept=kept, merged=merged, taken=(), actor=DAN, now=now)


def _in_a_thread(
    pool: ThreadPoolExecutor, work: Callable[[], None]
) -> "Future[Exception | None]":
    """Do something on a connection of its own, and return what it was refused with."""

    def do() -> Exception | None:
        try:
            work()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()
        return None

    return pool.submit(do)


def test_an_order_that_comes_during_a_merge_is_refused(now: datetime) -> None:
    kept, merged = an_account(), an_account()

    def order() -> None:
        late = Order(account=merged, currency="")
        create_order(order=late, actor=DAN, now=now)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            _merge(kept, Account.objects.get(pk=merged.pk), now)
            ordering = _in_a_thread(pool, order)
            waits = not _is_over(ordering)
        refusal = ordering.result(WAIT_SECONDS)

    assert waits
    assert f"was merged into {kept.number}" in str(refusal)
    assert not Order.objects.exists()


def test_a_merge_waits_for_an_order_and_takes_it_along(now: datetime) -> None:
    kept, merged = an_account(), an_account()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            order = Order(account=merged, currency="")
            create_order(order=order, actor=DAN, now=now)
            merging = _in_a_thread(pool, lambda: _merge(kept, merged, now))
            waits = not _is_over(merging)
        refusal = merging.result(WAIT_SECONDS)

    assert waits
    assert refusal is None
    assert Order.objects.get().account == kept


def _execute(order: Order, now: datetime) -> None:
    plan = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)
    execute_order(order=order, plan=plan, actor=DAN, now=now)


def test_an_execution_that_began_before_a_merge_ended_is_refused(now: datetime) -> None:
    kept, merged = an_account(), an_account()
    order = a_submitted_order(account=merged)
    ServiceManagerSetup.objects.update(require_prior_sync=False)
    as_read_before = Order.objects.select_related("account", "bill_to").get()

    _merge(kept, merged, now)
    with pytest.raises(Refused, match="was changed meanwhile"):
        _execute(as_read_before, now)
    order.refresh_from_db()
    _execute(Order.objects.get(), now)

    assert Asset.objects.get().account == kept
    assert counts_of(merged) == {}


def test_a_merge_waits_for_an_execution_and_takes_all_of_it_along(
    now: datetime,
) -> None:
    kept, merged = an_account(), an_account()
    order = a_submitted_order(account=merged)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            _execute(order, now)
            merging = _in_a_thread(pool, lambda: _merge(kept, merged, now))
            waits = not _is_over(merging)
        refusal = merging.result(WAIT_SECONDS)

    assert waits
    assert refusal is None
    for model in (Order, Asset, Charge, Invoice):
        assert model._default_manager.get().account == kept
    assert counts_of(merged) == {}


def test_a_draft_that_was_read_before_a_merge_bills_nobody_of_then(
    now: datetime,
) -> None:
    kept, merged = an_account(), an_account()
    with transaction.atomic():
        draft = a_draft_invoice(account=merged)

    _merge(kept, merged, now)
    with pytest.raises(Refused, match="was changed meanwhile"):
        issue_invoice(invoice=draft, actor=DAN, now=now)
    issue_invoice(invoice=Invoice.objects.get(), actor=DAN, now=now)

    assert Invoice.objects.get().buyer["number"] == kept.number


@pytest.mark.parametrize("is_waiting", [False, True], ids=["draft", "delivery"])
def test_a_merge_waits_for_a_bill_and_takes_it_along(
    now: datetime, monkeypatch: pytest.MonkeyPatch, *, is_waiting: bool
) -> None:
    kept, merged = an_account(), an_account()
    with transaction.atomic():
        (charge,) = pending_charges(
            account=merged, is_waiting=is_waiting, option=InvoiceOption.DRAFT
        )

    with ThreadPoolExecutor(1) as pool:
        begun: list[Future[Exception | None]] = []

        def take(charges: Sequence[Charge]) -> None:
            begun.append(_in_a_thread(pool, lambda: _merge(kept, merged, now)))
            assert not _is_over(begun[0])
            take_pending(charges)

        monkeypatch.setattr(operations, "take_pending", take)
        if is_waiting:
            bill_on_delivery(order_item=charge.order_item, actor=DAN, now=now)
        else:
            create_draft(charges=[charge], actor=DAN, now=now)
        refusal = begun[0].result(WAIT_SECONDS)

    assert refusal is None
    assert Invoice.objects.get().bill_to == kept
    assert counts_of(merged) == {}


def test_of_two_merges_crosswise_one_is_refused(now: datetime) -> None:
    one, other = an_account(), an_account()
    start = threading.Barrier(2)

    def merge(kept: int, merged: int) -> None:
        first, second = (Account.objects.get(pk=pk) for pk in (kept, merged))
        start.wait(WAIT_SECONDS)
        _merge(first, second, now)

    with ThreadPoolExecutor(2) as pool:
        both = [
            _in_a_thread(pool, lambda: merge(one.pk, other.pk)),
            _in_a_thread(pool, lambda: merge(other.pk, one.pk)),
        ]
        refusals = [each.result(WAIT_SECONDS) for each in both]

    assert [refusal is None for refusal in refusals].count(True) == 1
    assert Account.objects.filter(merged_into__isnull=True).count() == 1


def _is_over(work: "Future[Exception | None]") -> bool:
    """Return whether something is done within a moment in which it could be."""
    try:
        work.exception(timeout=0.5)
    except TimeoutError:
        return False
    return True
