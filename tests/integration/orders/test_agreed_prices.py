"""A price that was agreed instead of the list's, and discounts."""

from datetime import datetime
from decimal import Decimal

import pytest

from purveyor.domain.orders.copying import copy_order
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.lines import PRICE_MAX, Line, WrongPrice
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.operations import (
    put_items,
    submit_order,
)
from purveyor.domain.orders.pricing import (
    PriceChanged,
)
from purveyor.kernel.journal.models import Entry
from tests.factories.catalogue import a_price, a_product
from tests.factories.moments import DAN
from tests.factories.orders import a_draft_order, an_execution
from tests.factories.provisioning import a_link


def a_draft_at(price: str | None, now: datetime, *, discount: str = "0") -> OrderItem:
    """Return the one item of a draft, ten licenses at an agreed price."""
    order = a_draft_order(items=0)
    agreed = Decimal(price) if price is not None else None
    lines = [Line(a_product(price="9.90"), 10, Decimal(discount), agreed)]
    (item,) = put_items(order=order, lines=lines, actor=DAN, now=now)
    return item


def test_an_agreed_price_stands_beside_that_of_the_list(now: datetime) -> None:
    item = a_draft_at("8.50", now)

    assert (item.unit_price, item.list_price) == (Decimal("8.50"), Decimal("9.90"))
    assert str(item.net) == "€85.00"
    assert Entry.objects.latest("pk").after == (
        "10 × BitTitan Mailbox License @ 8.50 (list 9.90)"
    )


@pytest.mark.parametrize("price", [None, "9.90"])
def test_the_price_of_the_list_is_not_an_agreed_one(price, now: datetime) -> None:
    item = a_draft_at(price, now)

    assert (item.unit_price, item.is_priced_by_hand) == (Decimal("9.90"), False)


def test_nothing_at_all_can_be_agreed(now: datetime) -> None:
    item = a_draft_at("0", now)

    assert (item.unit_price, item.list_price) == (Decimal(0), Decimal("9.90"))


@pytest.mark.parametrize("price", ["-0.01", str(PRICE_MAX)])
def test_an_agreed_price_has_bounds(price: str, now: datetime) -> None:
    with pytest.raises(WrongPrice, match="A price is from 0 to below 10,000,000"):
        a_draft_at(price, now)


def test_an_agreed_price_is_submitted_and_billed(now: datetime) -> None:
    item = a_draft_at("8.50", now)
    a_link(account=item.order.account)
    submit_order(order=item.order, actor=DAN, now=now)

    execution = an_execution(order=Order.objects.get())

    assert execution.charges.get().net_amount == Decimal("85.00")


def test_a_new_price_on_the_list_is_told_also_where_another_was_agreed(
    now: datetime,
) -> None:
    item = a_draft_at("8.50", now)
    a_price(product=item.product, price="8.00")

    with pytest.raises(PriceChanged, match=r"is now €8\.00, the order says €9\.90"):
        submit_order(order=item.order, actor=DAN, now=now)

    assert Order.objects.get().state == OrderState.DRAFT


@pytest.mark.parametrize(("keeps", "discount"), [(True, "12.50"), (False, "0")])
def test_a_copy_has_the_prices_of_the_list(
    keeps: bool, discount: str, now: datetime
) -> None:
    item = a_draft_at("8.50", now, discount="12.50")

    copy = copy_order(order=item.order, keeps_discounts=keeps, actor=DAN, now=now)

    copied = copy.items.get()
    assert (copied.unit_price, copied.is_priced_by_hand) == (Decimal("9.90"), False)
    assert copied.discount_percent == Decimal(discount)
