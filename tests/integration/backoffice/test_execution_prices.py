"""Execute Order says which prices these are: of which list, and of which day."""

from decimal import Decimal

import pytest
from django.test import Client

from purveyor.domain.catalogue.models import Price
from purveyor.domain.invoices.models import Charge
from tests.factories.catalogue import a_price, a_price_list, a_product
from tests.factories.orders import a_submitted_order
from tests.support.execution_dialog import looks, presses, sees
from tests.support.staff import SALES, signed_in


@pytest.fixture
def sales() -> Client:
    return signed_in(*SALES)


def test_it_shows_a_price_that_the_list_no_longer_has(sales: Client) -> None:
    order = a_submitted_order()
    Price.objects.update(unit_price="12.00")

    assert "The price list says €12.00 by now; what was agreed holds." in sees(
        sales, order
    )


def test_it_names_the_list_and_the_day_of_its_prices(sales: Client) -> None:
    page = sees(sales, a_submitted_order())

    assert "VAT 19 % €18.81. From the price list Standard EUR." in page
    assert "Prices are those of 15 Jan 2030, when the order was submitted." in page


def test_it_names_what_a_price_was_agreed_instead_of(sales: Client) -> None:
    order = a_submitted_order()
    order.items.update(unit_price="9.00", list_price="9.90")

    page = sees(sales, order)

    assert "Agreed instead of €9.90 on the price list Standard EUR." in page


def test_prices_of_a_list_that_is_gone_are_told_without_it(sales: Client) -> None:
    order = a_submitted_order()
    order.items.update(price_list=None)

    page = sees(sales, order)

    assert "From the price list" not in page
    assert "Prices are those of 15 Jan 2030" in page


def test_a_nearer_list_made_since_changes_nothing(sales: Client) -> None:
    order = a_submitted_order()
    sent = looks(sales, order)
    own = a_price_list(name="January offer", account=order.account)
    a_price(product=a_product(), price="8.00", on=own)

    page = sees(sales, order)
    presses(sales, order, sent)

    assert "From the price list Standard EUR." in page
    assert "Price lists that were made since change nothing." in page
    assert "January offer" not in page
    assert Charge.objects.get().unit_price == Decimal("9.90")
