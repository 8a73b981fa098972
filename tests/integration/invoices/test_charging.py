"""What is owed is written down when an order is executed, with its amounts frozen."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from purveyor.domain.invoices.lifecycle import ChargeState
from purveyor.domain.invoices.models import Charge
from purveyor.domain.invoices.operations import (
    ReasonMissing,
    charge_items,
    drop_charge,
)
from purveyor.domain.orders.models import OrderItem
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.money import Money
from tests.factories.invoices import (
    Sold,
    an_execution_of,
    executed_items,
    pending_charges,
)
from tests.factories.moments import DAN


def test_each_item_is_charged_with_what_was_agreed(now: datetime) -> None:
    execution = an_execution_of(
        [Sold(price="9.90", quantity=10, discount="10"), Sold(price="250", quantity=1)]
    )
    charges = charge_items(items=executed_items(execution), now=now)

    assert [
        (c.quantity, c.net, c.tax, c.state, c.waits_for_delivery) for c in charges
    ] == [
        (10, _euro("89.10"), _euro("16.93"), ChargeState.PENDING, False),
        (1, _euro("250.00"), _euro("47.50"), ChargeState.PENDING, False),
    ]
    assert {c.bill_to for c in Charge.objects.all()} == {execution.order.bill_to}


def test_any_number_of_items_is_charged_in_one_statement(
    now: datetime, django_assert_num_queries
) -> None:
    execution = an_execution_of([Sold()] * 7)
    items = executed_items(execution)

    with django_assert_num_queries(1):
        charge_items(items=items, now=now)


def test_only_the_named_items_wait_for_delivery(now: datetime) -> None:
    execution = an_execution_of([Sold(), Sold()])
    first, second = executed_items(execution)
    waiting = frozenset({second.pk})

    charges = charge_items(items=[first, second], now=now, waiting=waiting)

    assert [charge.waits_for_delivery for charge in charges] == [False, True]


def test_an_item_is_charged_once_for_an_occasion(now: datetime) -> None:
    (charge,) = pending_charges()

    with pytest.raises(IntegrityError), transaction.atomic():
        charge_items(items=executed_items(charge.execution), now=now)

    assert Charge.objects.count() == 1


@pytest.mark.parametrize(
    ("currency", "price", "discount", "tax", "net", "tax_amount"),
    [
        ("EUR", "0.05", "50", "0", "0.02", "0.00"),
        ("EUR", "0.10", "0", "5", "0.10", "0.01"),
        ("EUR", "9.99", "33.33", "19", "6.66", "1.27"),
        ("EUR", "9.90", "100", "19", "0.00", "0.00"),
        ("JPY", "105", "0", "10", "105", "11"),
    ],
    ids=["discount up", "half a cent up", "both", "for nothing", "no minor unit"],
)
def test_amounts_are_rounded_half_up_on_the_line(
    now, currency, price, discount, tax, net, tax_amount
) -> None:
    sold = Sold(price=price, quantity=1, discount=discount, tax=tax)

    (charge,) = pending_charges([sold], currency=currency)

    charge.refresh_from_db()
    assert charge.net == Money(Decimal(net), currency)
    assert charge.tax == Money(Decimal(tax_amount), currency)


@given(
    price=st.decimals("0", "9999", places=2),
    quantity=st.integers(1, 10_000),
    discount=st.decimals("0", "100", places=2),
    tax=st.decimals("0", "100", places=2),
)
@settings(max_examples=200, deadline=None)
def test_a_line_is_within_a_cent_of_the_exact_amount(
    price: Decimal, quantity: int, discount: Decimal, tax: Decimal
) -> None:
    item = OrderItem(
        quantity=quantity,
        currency="EUR",
        unit_price=price,
        discount_percent=discount,
        tax_percent=tax,
    )

    exact = price * quantity * (1 - discount / 100)
    assert abs(item.net.amount - exact) <= Decimal("0.005")
    assert abs(item.tax.amount - item.net.amount * tax / 100) <= Decimal("0.005")


def test_a_dropped_charge_keeps_the_reason(now: datetime) -> None:
    (charge,) = pending_charges()

    drop_charge(charge=charge, because=" a gift ", actor=DAN, now=now)

    charge.refresh_from_db()
    entry = Entry.objects.get(record_type="invoices.charge", verb="drop")
    assert (charge.state, charge.dropped_because) == (ChargeState.DROPPED, "a gift")
    assert (entry.actor, entry.before, entry.after) == (DAN, "PENDING", "DROPPED")
    assert entry.facts == {"because": "a gift", "net": "99.00", "currency": "EUR"}


def test_a_charge_is_not_dropped_without_a_reason(now: datetime) -> None:
    (charge,) = pending_charges()

    with pytest.raises(ReasonMissing):
        drop_charge(charge=charge, because="  ", actor=DAN, now=now)

    charge.refresh_from_db()
    assert charge.state == ChargeState.PENDING


def test_of_two_who_drop_a_charge_the_second_is_refused(now: datetime) -> None:
    (charge,) = pending_charges()
    same_charge_in_another_tab = Charge.objects.get(pk=charge.pk)
    drop_charge(charge=charge, because="a gift", actor=DAN, now=now)

    with pytest.raises(MoveRefused):
        drop_charge(
            charge=same_charge_in_another_tab, because="a test", actor=DAN, now=now
        )

    charge.refresh_from_db()
    assert charge.dropped_because == "a gift"


def _euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
