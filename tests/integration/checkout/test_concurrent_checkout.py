"""One basket, one order: however many press, and whatever breaks in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import ModuleType

import pytest
from django.db import connection

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.models import Order
from purveyor.flows.checkout import operations, running
from purveyor.flows.checkout.baskets import contents_of, get_basket
from purveyor.flows.checkout.lifecycle import BasketState
from purveyor.flows.checkout.models import Basket
from purveyor.flows.checkout.operations import (
    Agreement,
    BasketIsPlaced,
    add_to_basket,
    agreement_on,
    place_order,
)
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product
from tests.factories.members import a_member
from tests.factories.moments import NOON, TODAY
from tests.factories.provisioning import a_link, a_setup

TABS = 20


def a_full_basket() -> tuple[Basket, Membership, Agreement]:
    """Return a basket that can be ordered, whose it is, and what the review shows."""
    a_setup()
    account = an_account()
    a_link(account=account)
    member = a_member(account=account)
    basket = add_to_basket(member=member, product=a_product(), quantity=10, now=NOON)
    contents = contents_of(basket=basket, member=member, on=TODAY)
    return basket, member, agreement_on(contents)


def press(
    basket: Basket, member: Membership, agreed: Agreement, now: datetime
) -> str | None:
    """Return the number of the order that one press of the button led to."""
    mine = get_basket(key=basket.key, member=member)
    actor = member.user.email
    try:
        order = place_order(
            basket=mine, member=member, agreed=agreed, actor=actor, now=now
        )
    except BasketIsPlaced as refusal:
        return str(refusal.facts["order"])
    return order.number


@pytest.mark.django_db(transaction=True)
def test_of_twenty_checkouts_at_once_one_makes_the_order(now: datetime) -> None:
    basket, member, agreed = a_full_basket()

    def tab(_number: int) -> str | None:
        try:
            return press(basket, member, agreed, now)
        finally:
            connection.close()

    with ThreadPoolExecutor(TABS) as pool:
        numbers = set(pool.map(tab, range(TABS)))

    order = Order.objects.get()
    assert numbers == {order.number}
    assert Asset.objects.count() == Invoice.objects.count() == 1
    assert Invoice.objects.get().number == "INV-000001"


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (operations, "draft_order"),
        (operations, "submit_order"),
        (running, "execute_order"),
    ],
    ids=["drafting", "submitting", "executing"],
)
@pytest.mark.django_db(transaction=True)
def test_a_server_that_stops_in_the_middle_leaves_no_half_order(
    now: datetime, monkeypatch: pytest.MonkeyPatch, module: ModuleType, step: str
) -> None:
    basket, member, agreed = a_full_basket()

    def stops(**_facts: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(module, step, stops)
        with pytest.raises(SystemExit):
            press(basket, member, agreed, now)
    basket.refresh_from_db()

    assert basket.state == BasketState.OPEN
    assert Order.objects.count() == Asset.objects.count() == 0
    assert press(basket, member, agreed, now) == Order.objects.get().number
