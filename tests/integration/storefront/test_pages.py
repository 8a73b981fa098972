"""What pages cost: statements, and weight."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from purveyor.flows.checkout.models import Basket
from purveyor.flows.checkout.operations import add_to_basket
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product
from tests.factories.members import a_member, a_visit
from tests.factories.moments import NOON
from tests.factories.provisioning import a_link, a_setup

WEIGHT_MAX = 200 * 1024
PRODUCTS = 12

#: With a dozen products as with one.
STATEMENTS = {"/": 15, "/products/P-0/": 12, "/basket/": 16, "/checkout/": 24}


@pytest.fixture
def visit() -> Client:
    """Return the browser of a buyer whose basket holds a dozen products."""
    a_setup()
    account = an_account()
    a_link(account=account)
    member = a_member(account=account)
    for number in range(PRODUCTS):
        product = a_product(code=f"P-{number}")
        add_to_basket(member=member, product=product, quantity=1, now=NOON)
    client = a_visit(member)
    client.get("/terms/")  # the first visit also notes the session
    return client


@pytest.mark.parametrize(("address", "most"), STATEMENTS.items())
def test_pages_ask_the_database_a_few_times(
    visit: Client, address: str, most: int
) -> None:
    if address == "/checkout/":
        address += f"{Basket.objects.get().key}/"

    with CaptureQueriesContext(connection) as asked:
        answer = visit.get(address)

    assert answer.status_code == 200
    assert len(asked) <= most, "\n".join(each["sql"] for each in asked)


def test_a_page_with_everything_on_it_is_light(visit: Client) -> None:
    files = ("shop.css", "shop.js", "inter-400.woff2", "inter-600.woff2")
    found = [finders.find(f"storefront/{name}") for name in files]
    weight = sum(Path(str(each)).stat().st_size for each in found)

    for address in ("/", "/basket/"):
        assert weight + len(visit.get(address).content) <= WEIGHT_MAX
