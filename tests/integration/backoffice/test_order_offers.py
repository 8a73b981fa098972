"""What the form of a draft order shows of its prices while it is typed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.catalogue.models import Product
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.faces.backoffice.sales.order_form import cells_of
from tests.factories.accounts import an_account
from tests.factories.catalogue import BUNDLE, a_price, a_price_list, a_product
from tests.factories.orders import a_draft_order
from tests.factories.provisioning import a_setup
from tests.support.staff import SALES, signed_in

pytestmark = pytest.mark.once

NEW = "bss:orders_order_prices"
DRAFT = "bss:orders_order_draft_prices"
PRICE, DISCOUNT = "orders.change_price", "orders.give_discount"


@pytest.fixture
def boss() -> Client:
    a_setup()
    return signed_in(*SALES, PRICE, DISCOUNT)


def typed(*lines: dict[str, object], **head: object) -> dict[str, Any]:
    """Return what a browser sends of an order with these lines."""
    sent = {"account": an_account().pk, "bill_to": "", "currency": "", **head}
    sent |= {"items-TOTAL_FORMS": len(lines), "items-INITIAL_FORMS": 0}
    for n, line in enumerate(lines):
        sent |= {f"items-{n}-{name}": value for name, value in line.items()}
    return sent


def of(product: Product, quantity: object, **more: object) -> dict[str, object]:
    """Return one line as it is typed."""
    return {"product": product.pk, "quantity": quantity, **more}


def test_the_cells_are_those_that_saving_puts_on_the_order(boss: Client) -> None:
    first, second = a_product(), a_product(external_id=BUNDLE, price="14.00")
    a_price(product=first, price="8.80", from_quantity=50)
    sent = typed(of(first, 60, discount_percent="5"), of(second, 3, agreed_price="13"))

    shown = boss.post(reverse(NEW), sent).json()

    assert not Order.objects.exists()
    boss.post(reverse("bss:orders_order_add"), sent)
    saved = [cells_of(item) for item in OrderItem.objects.order_by("position")]
    assert shown == {
        "items-0": {**saved[0], "listed": "8.80"},
        "items-1": {**saved[1], "listed": "14.00"},
    }
    assert saved[0]["price"] == "€8.80 · Standard EUR"


def test_they_follow_the_account(boss: Client) -> None:
    product, near = a_product(), an_account(name="Contoso")
    own = a_price_list(name="Contoso 2030", account=near)
    a_price(product=product, price="7.70", on=own)

    shown = boss.post(reverse(NEW), typed(of(product, 1), account=near.pk)).json()

    assert shown["items-0"]["price"] == "€7.70 · Contoso 2030"


def test_a_line_that_would_be_refused_says_why_and_the_others_are_shown(
    boss: Client,
) -> None:
    priced, without = a_product(), a_product(external_id=BUNDLE)
    without.prices.all().delete()

    shown = boss.post(reverse(NEW), typed(of(without, 1), of(priced, 1))).json()

    assert "has no price in EUR" in shown["items-0"]["refusal"]
    assert shown["items-1"]["net"] == "€9.90"


@pytest.mark.parametrize("quantity", ["", "0", "x"])
def test_a_line_without_a_right_quantity_has_no_price_yet(
    boss: Client, quantity: str
) -> None:
    assert boss.post(reverse(NEW), typed(of(a_product(), quantity))).json() == {}


def test_without_an_account_there_are_no_prices(boss: Client) -> None:
    sent = typed(of(a_product(), 1), account="")

    assert boss.post(reverse(NEW), sent).json() == {}


def test_who_may_not_agree_prices_is_shown_the_list_s() -> None:
    a_setup()
    sent = typed(of(a_product(), 1, agreed_price="1", discount_percent="90"))

    shown = signed_in(*SALES).post(reverse(NEW), sent).json()

    assert (shown["items-0"]["price"], shown["items-0"]["net"]) == (
        "€9.90 · Standard EUR",
        "€9.90",
    )


def test_a_stored_draft_shows_what_is_typed_and_stays_as_it_is(boss: Client) -> None:
    order = a_draft_order()
    item = order.items.get()
    line = of(item.product, 20, id=item.pk, order=order.pk)
    sent = typed(line, account=order.account_id) | {"items-INITIAL_FORMS": 1}

    shown = boss.post(reverse(DRAFT, args=[order.pk]), sent).json()

    assert shown["items-0"]["net"] == "€198.00"
    assert order.items.get().quantity == item.quantity


def test_what_is_not_a_draft_has_no_prices_to_type(boss: Client) -> None:
    order = a_draft_order()
    Order.objects.update(state="CANCELLED")

    assert boss.post(reverse(DRAFT, args=[order.pk]), {}).json() == {}


def test_who_may_not_order_is_refused() -> None:
    reader = signed_in("orders.view_order")
    order = a_draft_order()

    for address in (reverse(NEW), reverse(DRAFT, args=[order.pk])):
        assert reader.post(address, {}).status_code == 403
