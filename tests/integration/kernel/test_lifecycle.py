"""A move is made once, by compare and set, and leaves one line."""

from datetime import datetime
from typing import Any

import pytest

from purveyor.domain.orders.lifecycle import ORDER, OrderState
from purveyor.domain.orders.models import Order
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.moments import DAN
from tests.factories.orders import a_draft_order


@pytest.fixture
def order() -> Order:
    order = a_draft_order()
    Entry.objects.all().delete()
    return order


def test_a_move_writes_the_state_the_changes_and_one_line(order, now: datetime) -> None:
    ORDER.advance(order, "cancel", actor=DAN, at=now, cancelled_because="a mistake")

    entry, stored = Entry.objects.get(), Order.objects.get()
    assert order.state == stored.state == OrderState.CANCELLED
    assert order.cancelled_because == stored.cancelled_because == "a mistake"
    assert (entry.verb, entry.before, entry.after) == ("cancel", "DRAFT", "CANCELLED")
    assert (entry.actor, entry.at) == (DAN, now)


def test_of_two_tabs_the_second_is_refused_and_told_the_state(
    order, now: datetime
) -> None:
    other_tab = Order.objects.get(pk=order.pk)
    ORDER.advance(order, "submit", actor=DAN, at=now, submitted_at=now)

    with pytest.raises(MoveRefused) as refusal:
        ORDER.advance(other_tab, "submit", actor="tom", at=now, submitted_at=now)

    assert refusal.value.facts == {"state": "SUBMITTED", "verb": "submit"}
    assert refusal.value.message == (
        f"Order {order.number} is “Submitted”; to submit it must be “Draft”. "
        "Reload the page."
    )
    assert other_tab.state == OrderState.SUBMITTED
    assert Entry.objects.count() == 1


def test_a_refused_move_writes_none_of_its_changes(order, now: datetime) -> None:
    with pytest.raises(MoveRefused, match="must be “Submitted” or “Executing”"):
        ORDER.advance(order, "execute", actor=DAN, at=now, notes="changed")

    stored = Order.objects.get()
    assert (stored.state, stored.notes) == (OrderState.DRAFT, "")
    assert not Entry.objects.exists()


def test_a_move_alone_leaves_the_line_to_its_operation(order) -> None:
    ORDER.move(order, "cancel")

    assert Order.objects.get().state == OrderState.CANCELLED
    assert not Entry.objects.exists()


# ------------------------------------------------------------------ many at once


def several(count: int) -> list[Order]:
    return [a_draft_order() for _n in range(count)]


def submitted(orders: list[Order], now: datetime) -> list[tuple[Order, dict[str, Any]]]:
    """Return what submitting writes, of each order another thing."""
    return [
        (order, {"submitted_at": now, "notes": f"{place} “{{}}”, \\"})
        for place, order in enumerate(orders)
    ]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_several_records_move_at_once_each_with_its_values(
    count: int, now: datetime
) -> None:
    orders = several(count)

    ORDER.move_all("submit", submitted(orders, now))

    for place, order in enumerate(orders):
        kept = Order.objects.get(pk=order.pk)
        for each in (order, kept):
            assert (each.state, each.submitted_at) == (OrderState.SUBMITTED, now)
            assert each.notes == f"{place} “{{}}”, \\"


def test_of_several_that_is_refused_which_has_moved_on(now: datetime) -> None:
    orders = several(3)
    ORDER.move(Order.objects.get(pk=orders[1].pk), "submit", submitted_at=now)

    with pytest.raises(MoveRefused, match=orders[1].number):
        ORDER.move_all("submit", submitted(orders, now))


def test_of_several_that_is_refused_whose_account_was_merged(now: datetime) -> None:
    orders = several(3)
    Order.objects.filter(pk=orders[2].pk).update(bill_to=orders[0].bill_to)

    with pytest.raises(MoveRefused, match="was changed meanwhile"):
        ORDER.move_all("submit", submitted(orders, now))
