"""A move is made once, by compare and set, and leaves one line."""

from datetime import datetime

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
