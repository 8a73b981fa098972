"""Orders are ticked, executed together, and each has its result on the page."""

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.orders.models import Order
from purveyor.flows.execution.choosing import stop_bulk
from purveyor.flows.execution.models import BulkExecution
from purveyor.flows.execution.street import STREET
from purveyor.kernel.work.engine import drain
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.orders import (
    a_bulk,
    a_draft_order,
    a_submitted_order,
    copies_of,
)
from tests.support.staff import SALES, queries_of, signed_in, words

LIST = "bss:orders_order_changelist"
ASKED = {"_form_submitted": "True"}


@pytest.fixture
def sales() -> Client:
    return signed_in(*SALES, "execution.view_bulkexecution")


def page(bulk: BulkExecution) -> str:
    return reverse("bss:bulk_execution", args=[bulk.pk])


def ticks(sales: Client, *orders: Order, **fields: object) -> BulkExecution:
    """Tick orders of the list and choose Execute together."""
    sent = {"action": "execute_several", "_selected_action": [o.pk for o in orders]}
    answer = sales.post(reverse(LIST), {**sent, **fields})
    bulk = BulkExecution.objects.latest("pk")
    assert answer["Location"] == page(bulk)
    return bulk


def test_ticked_orders_are_chosen_then_started_and_each_has_its_result(
    sales: Client,
) -> None:
    good, draft = a_submitted_order(), a_draft_order()

    bulk = ticks(sales, good, draft)
    chosen = words(sales.get(page(bulk)))
    start = reverse("bss:start_bulk", args=[bulk.pk])
    asked = words(sales.get(start))
    sent = {**ASKED, "start_date": TODAY.isoformat(), "option": "NONE"}
    sales.post(start, sent)
    drain([due for due in STREET if due.model is BulkExecution], now=NOON)

    done = words(sales.get(page(bulk)))
    assert "Nothing is done with them before you press Execute." in chosen
    assert "Create and issue the invoice" in asked
    assert "2 of 2 have their result." in done
    assert "All 2 Executed 1 Refused 1" in done
    assert "is “Draft”" in done
    refused = words(sales.get(page(bulk), {"result": "REFUSED"}))
    assert draft.number in refused
    assert good.number not in refused
    assert good.number in words(sales.get(page(bulk), {"result": "EXECUTED"}))
    listed = words(sales.get(reverse("bss:bulk_executions")))
    assert "Executed: 1 · Refused: 1" in listed


def test_all_across_the_pages_are_those_that_can_be_executed(sales: Client) -> None:
    first = a_submitted_order()
    copies_of(first, count=30)
    a_draft_order()

    bulk = ticks(sales, first, select_across="1")

    assert bulk.orders_count == 31


def test_a_start_in_the_past_is_told_in_the_dialog(sales: Client) -> None:
    bulk = a_bulk([a_submitted_order()])
    sent = {**ASKED, "start_date": "2030-01-14", "option": "NONE"}

    answer = sales.post(reverse("bss:start_bulk", args=[bulk.pk]), sent)

    assert "has passed. Choose today or a later day." in words(answer)
    assert 'value="2030-01-14"' in answer.content.decode()


def test_a_running_one_looks_for_its_progress_and_can_be_stopped(
    sales: Client,
) -> None:
    bulk = a_bulk([a_submitted_order()], is_started=True)
    progress = reverse("bss:bulk_progress", args=[bulk.pk])

    shown = sales.get(page(bulk))
    answer = sales.post(reverse("bss:stop_bulk", args=[bulk.pk]), ASKED)
    after = sales.get(progress, {"look": 3})

    assert f"{progress}?look=1" in shown.content.decode()
    assert "No worker is running." in words(shown)
    assert answer["Location"] == page(bulk)
    assert "Not tried 1" in words(after)
    assert "hx-trigger" not in after.content.decode()


def test_what_was_chosen_is_discarded(sales: Client) -> None:
    bulk = a_bulk([a_submitted_order()])

    sales.post(reverse("bss:discard_bulk", args=[bulk.pk]), ASKED)

    bulk.refresh_from_db()
    assert bulk.state == "DISCARDED"
    empty = words(sales.get(reverse("bss:bulk_executions")))
    assert "No orders were executed together yet" in empty


def test_who_may_not_execute_sees_and_does_nothing() -> None:
    bulk = a_bulk([a_submitted_order()])
    auditor = signed_in("orders.view_order", "execution.view_bulkexecution")

    shown = sales_words = words(auditor.get(page(bulk)))

    assert "Prepared" in shown
    assert "Discard" not in sales_words
    for verb in ("start", "stop", "discard"):
        address = reverse(f"bss:{verb}_bulk", args=[bulk.pk])
        assert auditor.post(address, ASKED).status_code == 403
    sent = {"action": "execute_several", "_selected_action": [1]}
    auditor.post(reverse(LIST), sent)
    assert BulkExecution.objects.count() == 1


def test_a_second_press_is_told(sales: Client) -> None:
    bulk = a_bulk([a_submitted_order()], is_started=True)
    stop_bulk(bulk=bulk, actor=DAN, now=NOON)

    answer = sales.post(reverse("bss:stop_bulk", args=[bulk.pk]), ASKED)

    assert "is “Stopped”; to stop it must be “Running”" in words(answer)


def test_the_page_asks_as_much_for_many_orders_as_for_one(sales: Client) -> None:
    order = a_submitted_order()
    one, many = a_bulk([order]), a_bulk([order, *copies_of(order, count=60)])

    assert queries_of(sales, page(many)) == queries_of(sales, page(one))
