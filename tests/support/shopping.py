"""What a buyer does in the Storefront, page by page."""

import re
from typing import Any

from django.test import Client

from purveyor.domain.accounts.models import Account
from purveyor.domain.orders.models import Order
from purveyor.flows.checkout.models import Basket
from tests.factories.accounts import an_account
from tests.factories.members import a_member, a_visit
from tests.factories.provisioning import a_link

CODE = "P-BT-MAILBOX"


def page(client: Client, address: str) -> str:
    """Return a page of the Storefront."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def fills_the_basket(client: Client, *, quantity: int = 10) -> Basket:
    """Put licenses into the basket."""
    answer = client.post("/basket/add/", {"code": CODE, "quantity": quantity})
    assert answer["Location"] == "/basket/"
    return Basket.objects.get(state="OPEN")


def fills_in_details(client: Client, basket: Basket, **given: str) -> None:
    """Choose the first person on the list as recipient."""
    address = f"/checkout/{basket.key}/"
    person = re.search(r'<option value="(\d+)"', page(client, address))
    assert person is not None
    answer = client.post(address, {"recipient": person[1], **given})
    assert answer["Location"] == f"/checkout/{basket.key}/review/"


def agreed_on(client: Client, basket: Basket) -> str:
    """Return what the review has a buyer agree to."""
    shown = page(client, f"/checkout/{basket.key}/review/")
    found = re.search(r'name="agreed" value="([^"]+)"', shown)
    assert found is not None
    return found[1]


def places(client: Client, basket: Basket, agreed: str, **given: str) -> Any:
    """Press the last button."""
    address = f"/checkout/{basket.key}/place/"
    return client.post(address, {"agreed": agreed, **given})


def buys(client: Client, **given: Any) -> Order:
    """Buy ten licenses."""
    basket = fills_the_basket(client, **given)
    fills_in_details(client, basket)
    answer = places(client, basket, agreed_on(client, basket))
    number = answer["Location"].split("/")[2]
    return Order.objects.get(number=number)


def a_buyer(**fields: Any) -> tuple[Client, Account]:
    """Return a browser of a buyer, and its account, which BitTitan knows."""
    account = an_account(**fields)
    a_link(account=account)
    return a_visit(a_member(account=account)), account
