"""From the catalogue to the order, page by page."""

from decimal import Decimal

import pytest

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Price
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.flows.checkout.models import Basket
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import a_product
from tests.factories.members import a_member, a_visit
from tests.factories.provisioning import a_link, a_setup
from tests.support.shopping import (
    CODE,
    a_buyer,
    agreed_on,
    buys,
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


def test_a_direct_customer_buys_for_itself() -> None:
    client, account = a_buyer()

    assert "BitTitan Mailbox License" in page(client, "/")
    assert "€11.78 with 19\N{NO-BREAK SPACE}%" in page(client, f"/products/{CODE}/")
    basket = fills_the_basket(client)
    changed = {f"quantity-{CODE}": 12, f"name-{CODE}": "Berlin office"}
    answer = client.post("/basket/change/", {**changed, "checkout": "on"})
    assert answer["Location"] == f"/checkout/{basket.key}/"
    fills_in_details(client, basket, po_code="PO-7")
    answer = places(client, basket, agreed_on(client, basket))

    order = Order.objects.get()
    assert answer["Location"] == f"/orders/{order.number}/"
    assert (order.account, order.bill_to) == (account, account)
    assert (order.state, order.po_code) == (OrderState.EXECUTED, "PO-7")
    asset = Asset.objects.get()
    assert (asset.name, asset.quantity) == ("Berlin office", 12)
    assert Invoice.objects.get().number == "INV-000001"
    shown = page(client, answer["Location"])
    assert "BitTitan is making the coupon" in shown
    assert "€141.37" in shown


def test_a_reseller_buys_for_an_end_customer() -> None:
    reseller = a_reseller()
    customer = an_end_customer(reseller=reseller, name="Brandt")
    a_link(account=customer)
    client = a_visit(a_member(account=reseller))

    basket = fills_the_basket(client)
    changed = {f"quantity-{CODE}": 10, "receiver": customer.number}
    client.post("/basket/change/", changed)
    fills_in_details(client, basket)
    places(client, basket, agreed_on(client, basket))

    order = Order.objects.get()
    assert (order.account, order.bill_to) == (customer, reseller)
    assert order.state == OrderState.EXECUTED


@pytest.mark.parametrize("when", ["before the review", "after it"])
def test_a_customer_that_left_is_not_bought_for(when: str) -> None:
    """Who pays for it is another reseller by now, and its prices are not ours."""
    reseller, other = a_reseller(name="Northwind"), a_reseller(name="Southwind")
    customer = an_end_customer(reseller=reseller, name="Brandt")
    for account in (customer, reseller):
        a_link(account=account)
    client = a_visit(a_member(account=reseller))
    basket = fills_the_basket(client)
    changed = {f"quantity-{CODE}": 10, "receiver": customer.number}
    client.post("/basket/change/", changed)
    fills_in_details(client, basket)
    agreed = agreed_on(client, basket)

    Account.objects.filter(pk=customer.pk).update(parent=other, bill_to=other)
    if when == "before the review":
        answer = client.get(f"/checkout/{basket.key}/review/")
    else:
        answer = places(client, basket, agreed)

    assert answer["Location"] == "/basket/"
    assert not Order.objects.exists()
    shown = page(client, "/basket/")
    assert "Brandt is no longer your customer" in shown
    assert "Southwind" not in shown
    client.post("/basket/change/", {**changed, "receiver": reseller.number})
    assert "no longer your customer" not in page(client, "/basket/")


NEW = {
    "name": "Elbklinik",
    "email": "office@elbklinik.example",
    "line1": "Klinikweg 1",
    "postcode": "21680",
    "city": "Stade",
    "country": "DE",
    "first_name": "Nuria",
    "last_name": "Kaya",
    "contact_email": "kaya@elbklinik.example",
}


def test_a_reseller_buys_for_a_new_end_customer() -> None:
    ServiceManagerSetup.objects.update(sync_on_checkout=True)
    reseller = a_reseller()
    client = a_visit(a_member(account=reseller))

    basket = fills_the_basket(client)
    chosen = {f"quantity-{CODE}": 10, "receiver": "new"}
    answer = client.post("/basket/change/", chosen)
    assert answer["Location"] == "/customers/new/"
    assert client.post("/customers/new/", NEW)["Location"] == "/basket/"
    fills_in_details(client, basket)
    places(client, basket, agreed_on(client, basket))

    order = Order.objects.get()
    assert (order.account.name, order.account.parent) == ("Elbklinik", reseller)
    assert order.recipient_email == "kaya@elbklinik.example"
    assert order.state == OrderState.EXECUTED


def test_a_new_customer_is_made_once_and_keeps_what_was_typed() -> None:
    client = a_visit(a_member(account=a_reseller()))
    fills_the_basket(client)
    client.post("/customers/new/", NEW)

    again = client.post("/customers/new/", NEW)
    wrong = client.post("/customers/new/", {**NEW, "name": "Other", "email": "nobody"})

    assert again.status_code == wrong.status_code == 422
    assert "You have a customer Elbklinik already" in again.content.decode()
    assert 'value="Klinikweg 1"' in wrong.content.decode()
    assert Account.objects.filter(parent__isnull=False).count() == 1


def test_pressing_twice_leads_to_the_same_order() -> None:
    client, _account = a_buyer()
    basket = fills_the_basket(client)
    fills_in_details(client, basket)
    agreed = agreed_on(client, basket)

    first, second = (places(client, basket, agreed) for _time in range(2))

    assert first["Location"] == second["Location"]
    assert (
        client.get(f"/checkout/{basket.key}/review/")["Location"] == first["Location"]
    )
    assert Order.objects.count() == Asset.objects.count() == 1


def test_an_unsynchronized_account_is_told_before_anything_else() -> None:
    client = a_visit(a_member(account=an_account(name="Nordlys")))

    assert "BitTitan does not know Nordlys yet" in page(client, "/")
    basket = fills_the_basket(client)
    assert "BitTitan does not know Nordlys yet" in page(client, "/basket/")
    assert client.get(f"/checkout/{basket.key}/")["Location"] == "/basket/"
    places(client, basket, "")
    assert Order.objects.count() == 0


def test_an_account_that_may_not_order_is_told_so() -> None:
    client, account = a_buyer()
    Account.objects.filter(pk=account.pk).update(is_ordering_enabled=False)

    fills_the_basket(client)

    assert "Ordering is switched off" in page(client, "/basket/")


def test_an_order_above_the_credit_awaits_approval() -> None:
    client, _account = a_buyer(credit_limit=Decimal(10))

    order = buys(client)

    assert order.state == OrderState.AWAITING_APPROVAL
    assert "above the credit that is left" in page(client, f"/orders/{order.number}/")
    assert Asset.objects.count() == 0


@pytest.mark.parametrize(
    ("option", "invoices", "charge"),
    [
        (InvoiceOption.NONE, [], ChargeState.PENDING),
        (InvoiceOption.DRAFT, [InvoiceState.DRAFT], ChargeState.INVOICED),
        (InvoiceOption.ISSUE, [InvoiceState.ISSUED], ChargeState.INVOICED),
    ],
)
def test_the_bill_is_made_as_who_pays_has_it(
    option: InvoiceOption, invoices: list[str], charge: str
) -> None:
    reseller = a_reseller(invoice_option=option)
    customer = an_end_customer(reseller=reseller)
    a_link(account=customer)
    client = a_visit(a_member(account=customer))

    order = buys(client)

    assert order.state == OrderState.EXECUTED
    assert [each.state for each in Invoice.objects.all()] == invoices
    assert Charge.objects.get().state == charge
    assert client.get(f"/orders/{order.number}/").status_code == 200


def test_an_order_that_earns_nothing_waits_for_staff() -> None:
    client, _account = a_buyer()
    Price.objects.update(unit_cost=Decimal("50.00"))

    order = buys(client)

    assert order.state == OrderState.SUBMITTED
    assert "Our staff execute this order" in page(client, f"/orders/{order.number}/")


def test_what_is_no_longer_sold_is_said_in_the_basket() -> None:
    client, _account = a_buyer()
    fills_the_basket(client)
    product = a_product()
    type(product).objects.update(is_published=False)

    assert "is no longer sold" in page(client, "/basket/")
    client.post("/basket/change/", {f"quantity-{CODE}": 10, "remove": CODE})
    assert "Your basket is empty" in page(client, "/basket/")


@pytest.mark.parametrize("quantity", ["0", "10001", "ten", ""])
def test_a_quantity_out_of_bounds_is_refused(quantity: str) -> None:
    client, _account = a_buyer()

    answer = client.post("/basket/add/", {"code": CODE, "quantity": quantity})

    assert answer["Location"] == f"/products/{CODE}/"
    assert Basket.objects.count() == 0


def test_what_was_typed_into_the_basket_is_kept() -> None:
    client, _account = a_buyer()
    fills_the_basket(client)
    given = {f"quantity-{CODE}": "20000", f"name-{CODE}": "Berlin"}

    answer = client.post("/basket/change/", given)

    assert answer.status_code == 422
    assert 'value="Berlin"' in answer.content.decode()


def test_only_what_the_account_may_buy_is_shown() -> None:
    client, _account = a_buyer()
    a_product(external_id="BT-UMB", code="HIDDEN", is_published=False)
    a_product(external_id="BT-UMB", code="POUNDS", currency="GBP")

    shown = page(client, "/")

    assert CODE in shown
    assert "HIDDEN" not in shown
    assert "POUNDS" not in shown
    assert client.get("/products/POUNDS/").status_code == 404


def test_an_end_customer_billed_through_its_reseller_sees_no_prices() -> None:
    client = a_visit(a_member(account=an_end_customer()))

    shown = page(client, f"/products/{CODE}/")

    assert "billed to your reseller" in shown
    assert "€" not in shown


def test_a_search_finds_by_words_and_says_when_there_is_nothing() -> None:
    client, _account = a_buyer()

    assert CODE in page(client, "/?q=mailbox")
    assert "Nothing has these words" in page(client, "/?q=zebra")
