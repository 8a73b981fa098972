"""What a buyer agrees to, and that it is asked again when something changed."""

from decimal import Decimal

import pytest

from purveyor.domain.accounts.models import Account, Organization
from purveyor.domain.catalogue.models import Price
from purveyor.domain.orders.models import Order
from tests.factories.accounts import a_reseller, an_end_customer
from tests.factories.catalogue import a_product
from tests.factories.members import a_member, a_visit
from tests.factories.provisioning import a_link, a_setup
from tests.support.shopping import (
    CODE,
    a_buyer,
    agreed_on,
    fills_in_details,
    fills_the_basket,
    page,
    places,
)


@pytest.fixture(autouse=True)
def shop() -> None:
    """Set up a shop that sells one product and has terms."""
    a_setup()
    a_product()


def test_a_price_that_changed_is_said_and_asked_again() -> None:
    client, _account = a_buyer()
    basket = fills_the_basket(client)
    fills_in_details(client, basket)
    agreed = agreed_on(client, basket)
    Price.objects.update(unit_price=Decimal("12.00"))

    answer = places(client, basket, agreed)

    told = answer.content.decode()
    assert answer.status_code == 409
    assert "is now €12.00. It was €9.90." in told
    assert Order.objects.count() == 0
    assert places(client, basket, agreed_on(client, basket)).status_code == 302
    assert Order.objects.get().items.get().unit_price == Decimal("12.00")


def test_a_basket_changed_in_another_tab_is_said_and_asked_again() -> None:
    client, _account = a_buyer()
    basket = fills_the_basket(client)
    fills_in_details(client, basket)
    agreed = agreed_on(client, basket)
    fills_the_basket(client, quantity=5)

    answer = places(client, basket, agreed)

    assert answer.status_code == 409
    assert "It was 10." in answer.content.decode()


def test_another_payer_is_said_and_asked_again() -> None:
    """What a customer pays itself by now was agreed to as the reseller's to pay."""
    reseller = a_reseller(name="Northwind")
    customer = an_end_customer(reseller=reseller, name="Brandt")
    a_link(account=customer)
    client = a_visit(a_member(account=reseller))
    basket = fills_the_basket(client)
    changed = {f"quantity-{CODE}": 10, "receiver": customer.number}
    client.post("/basket/change/", changed)
    fills_in_details(client, basket)
    agreed = agreed_on(client, basket)
    Account.objects.filter(pk=customer.pk).update(bill_to=customer)

    answer = places(client, basket, agreed)

    assert answer.status_code == 409
    told = "It is billed to Brandt now. It was billed to Northwind."
    assert told in answer.content.decode()
    assert Order.objects.count() == 0
    assert places(client, basket, agreed_on(client, basket)).status_code == 302
    assert Order.objects.get().bill_to == customer


def test_another_recipient_is_said_and_asked_again() -> None:
    client, account = a_buyer()
    basket = fills_the_basket(client)
    fills_in_details(client, basket)
    agreed = agreed_on(client, basket)
    account.contacts.update(email="tom@contoso.example")

    answer = places(client, basket, agreed)

    told = answer.content.decode()
    assert answer.status_code == 409
    assert "The coupon code goes to tom@contoso.example now. It went to mia@" in told
    assert Order.objects.count() == 0


def test_a_recipient_who_left_is_asked_for_again() -> None:
    client, account = a_buyer()
    basket = fills_the_basket(client)
    fills_in_details(client, basket)
    agreed = agreed_on(client, basket)
    account.contacts.all().delete()

    answer = places(client, basket, agreed)

    assert answer["Location"] == f"/checkout/{basket.key}/"
    assert Order.objects.count() == 0


def test_what_another_tab_changed_around_the_lines_is_said() -> None:
    reseller = a_reseller(name="Northwind")
    customer = an_end_customer(reseller=reseller, name="Brandt")
    for account in (reseller, customer):
        a_link(account=account)
    client = a_visit(a_member(account=reseller))
    basket = fills_the_basket(client)
    fills_in_details(client, basket, po_code="PO-7")
    agreed = agreed_on(client, basket)
    changed = {f"quantity-{CODE}": 10, "receiver": customer.number}
    client.post("/basket/change/", changed)
    fills_in_details(client, basket, po_code="PO-8")

    told = places(client, basket, agreed).content.decode()

    assert "It is for Brandt now. It was for Northwind." in told
    assert "The PO code is PO-8 now. It was PO-7." in told
    assert "It is billed to" not in told


def test_an_agreement_that_was_tampered_with_is_none() -> None:
    client, _account = a_buyer()
    basket = fills_the_basket(client)
    fills_in_details(client, basket)

    assert places(client, basket, agreed_on(client, basket) + "x").status_code == 409
    assert Order.objects.count() == 0


def test_the_terms_have_to_be_accepted() -> None:
    client, _account = a_buyer()
    Organization.objects.update(terms="Pay in time.\n\nBe kind.")
    basket = fills_the_basket(client)
    fills_in_details(client, basket)
    agreed = agreed_on(client, basket)

    refused = places(client, basket, agreed)
    placed = places(client, basket, agreed, terms="on")

    assert refused.status_code == 409
    assert "Accept the terms of sale" in refused.content.decode()
    assert placed.status_code == 302
    assert "Be kind." in page(client, "/terms/")
