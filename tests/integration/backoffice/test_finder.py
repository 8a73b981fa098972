"""The search over everything: what it finds, for whom, and what it never keeps."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import Account, Contact
from tests.factories.accounts import an_account
from tests.factories.assets import a_synchronized_asset
from tests.factories.catalogue import a_product
from tests.factories.invoices import an_issued_invoice
from tests.factories.orders import a_submitted_order
from tests.support.staff import signed_in, words

pytestmark = pytest.mark.both

CODE = "BT-9QKM-77AA-TILL"
EVERYTHING = (
    "accounts.view_account",
    "accounts.view_contact",
    "orders.view_order",
    "orders.add_order",
    "assets.view_asset",
    "invoices.view_invoice",
    "catalogue.view_product",
)


@pytest.fixture
def ines() -> Client:
    return signed_in(*EVERYTHING)


def finds(client: Client, term: str) -> str:
    """Return what is found, as a person reads it."""
    return words(client.post(reverse("bss:search"), {"s": term}))


def someone(account: Account) -> Contact:
    return Contact.objects.create(
        account=account, first_name="Mia", last_name="Winter", email="Mia@North.example"
    )


@pytest.mark.parametrize("sought", ["northw", "trad", "NORTH trad", "traders  north"])
def test_accounts_are_found_by_the_beginnings_of_their_names(
    ines: Client, sought: str
) -> None:
    an_account(name="Northwind-Traders GmbH")
    an_account(name="Contoso Strade")

    page = finds(ines, sought)

    assert "Northwind-Traders GmbH" in page
    assert "Contoso" not in page


def test_records_are_found_by_their_numbers_however_written(ines: Client) -> None:
    invoice = an_issued_invoice()
    order = invoice.lines.get().charge.execution.order
    asset = a_synchronized_asset(code=CODE)

    for number in (invoice.number, order.number, asset.number, order.account.number):
        assert str(number) in finds(ines, f" {str(number).lower()} ")


def test_people_are_found_by_name_and_by_e_mail(ines: Client) -> None:
    someone(an_account(name="Northwind"))

    for sought in ("win mia", "mia@north.EXAMPLE"):
        assert "Mia Winter Mia@North.example, Northwind" in finds(ines, sought)


def test_orders_are_found_by_their_po_code(ines: Client) -> None:
    order = a_submitted_order()
    type(order).objects.update(po_code="PO-4711")

    assert order.number in finds(ines, "po-4711")


def test_a_product_is_found_by_code_and_name(ines: Client) -> None:
    product = a_product()

    assert product.code in finds(ines, product.code)
    assert product.code in finds(ines, product.name[:4])


def test_an_asset_is_found_by_its_whole_coupon_code_and_the_code_is_kept_nowhere(
    ines: Client,
) -> None:
    asset = a_synchronized_asset(code=CODE)

    page = finds(ines, CODE)

    assert asset.number in page
    assert CODE not in page
    assert asset.number not in finds(ines, CODE[:-1])
    assert CODE not in str(getattr(cache, "_cache", ""))


def test_nothing_is_looked_for_in_an_address(ines: Client) -> None:
    answer = ines.get(reverse("bss:search"), {"s": CODE})

    assert answer.status_code == 405


def test_pages_and_beginnings_are_found_too(ines: Client) -> None:
    assert "New order" in finds(ines, "new ord")
    assert "Expiry radar Reports" in finds(ines, "expiry")
    assert "Begin" in finds(ines, "")


def test_what_may_not_be_seen_is_not_found() -> None:
    order = a_submitted_order(account=an_account(name="Northwind"))
    asset = a_synchronized_asset(code=CODE)
    eve = signed_in("catalogue.view_product")

    for sought in ("northwind", order.number, asset.number, CODE, "new order"):
        assert "Nothing fits" in finds(eve, sought)


def test_a_strange_term_breaks_nothing(ines: Client) -> None:
    for sought in ("%", "' & ! :*", "\\", "a" * 1_000, "(", "–", "_"):
        assert ines.post(reverse("bss:search"), {"s": sought}).status_code == 200


def test_a_search_takes_a_dozen_statements_however_much_there_is(
    ines: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        someone(an_account(name=f"North {number}"))
    finds(ines, "north")

    with django_assert_max_num_queries(15):
        page = finds(ines, "north")

    assert page.count("Direct customer") == 6
