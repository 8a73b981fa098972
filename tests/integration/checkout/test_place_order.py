"""A basket becomes an order only as its buyer has agreed to it."""

from datetime import datetime
from typing import Any

import pytest

from purveyor.domain.orders.models import Order
from purveyor.flows.checkout import operations
from purveyor.flows.checkout.baskets import contents_of
from purveyor.flows.checkout.lifecycle import BasketState
from purveyor.flows.checkout.models import Basket
from purveyor.flows.checkout.operations import (
    Agreement,
    OfferChanged,
    OrderHindered,
    add_to_basket,
    agreement_on,
    change_basket,
    place_order,
    put_details,
)
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import a_price, a_product
from tests.factories.members import a_member
from tests.factories.moments import NOON, TODAY
from tests.factories.provisioning import a_link, a_setup

pytestmark = pytest.mark.django_db


def test_a_price_that_is_saved_while_ordering_is_asked_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_setup()
    account, product = an_account(), a_product()
    a_link(account=account)
    member = a_member(account=account)
    basket = add_to_basket(member=member, product=product, quantity=10, now=NOON)
    agreed = agreement_on(contents_of(basket=basket, member=member, on=TODAY))
    real = contents_of

    def and_then_it_rises(**facts: Any) -> Any:
        contents = real(**facts)
        a_price(product=product, price="99.00")
        return contents

    monkeypatch.setattr(operations, "contents_of", and_then_it_rises)
    with pytest.raises(OfferChanged):
        place_order(basket=basket, member=member, agreed=agreed, actor="mia", now=now)

    basket.refresh_from_db()
    assert basket.state == BasketState.OPEN
    assert not Order.objects.exists()


def test_what_another_tab_has_written_last_has_to_be_agreed_to(now: datetime) -> None:
    a_setup()
    account = an_account()
    a_link(account=account)
    person = account.contacts.get()
    member = a_member(account=account)
    basket = add_to_basket(member=member, product=a_product(), quantity=1, now=NOON)
    agreed = agreement_on(contents_of(basket=basket, member=member, on=TODAY))
    other_tab = Basket.objects.get(pk=basket.pk)
    put_details(basket=other_tab, recipient=person, po_code="PO-7", member=member)

    def places(shown: Agreement) -> Order:
        return place_order(
            basket=basket, member=member, agreed=shown, actor="mia", now=now
        )

    with pytest.raises(OfferChanged):
        places(agreed)
    contents = contents_of(basket=other_tab, member=member, on=TODAY)
    order = places(agreement_on(contents))

    assert (order.po_code, order.recipient) == ("PO-7", person)


def test_a_reseller_that_may_not_order_buys_for_nobody(now: datetime) -> None:
    a_setup()
    reseller = a_reseller(is_ordering_enabled=False)
    customer = an_end_customer(reseller=reseller)
    a_link(account=customer)
    member = a_member(account=reseller)
    basket = add_to_basket(member=member, product=a_product(), quantity=1, now=NOON)
    change_basket(basket=basket, quantities={}, names={}, receiver=customer)
    agreed = agreement_on(contents_of(basket=basket, member=member, on=TODAY))

    with pytest.raises(OrderHindered, match="switched off"):
        place_order(basket=basket, member=member, agreed=agreed, actor="mia", now=now)
