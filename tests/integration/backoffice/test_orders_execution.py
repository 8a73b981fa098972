"""The dialogs Execute Order and Order Delivery, and the page that waits."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Execution, Order
from purveyor.flows.execution.preview import preview_execution
from purveyor.flows.execution.seen import token_of
from purveyor.kernel import clock
from tests.factories.assets import a_failed_asset, a_pending_asset, a_synchronized_asset
from tests.factories.moments import TODAY
from tests.factories.orders import a_submitted_order, an_execution
from tests.support.staff import FROM_SCRIPT, SALES, signed_in, words

CHANGE = "bss:orders_order_change"


@pytest.fixture
def sales() -> Client:
    return signed_in(*SALES, "assets.view_asset", "invoices.view_invoice")


def answered(order: Order, **changes: object) -> dict[str, Any]:
    """Return what a browser sends of the dialog, with what it has shown."""
    items = [item.pk for item in order.items.order_by("position")]
    sent = {"items": items, "start_date": TODAY.isoformat(), "option": "ISSUE"}
    return {"seen": shown(order, changes.get("items", items)), **sent, **changes}


def shown(order: Order, items: Any) -> str:
    """Return the token of what the dialog shows of some items."""
    shown_now = Order.objects.select_related("account__parent", "bill_to")
    preview = preview_execution(
        order=shown_now.get(pk=order.pk), only=items, now=clock.now()
    )
    return token_of(preview)


def dialog(order: Order, verb: str = "execute") -> str:
    return reverse(f"bss:orders_order_{verb}", args=[order.pk])


def test_the_dialog_offers_the_three_options_in_their_order(sales: Client) -> None:
    order = a_submitted_order()

    page = words(sales.get(dialog(order)))

    first = page.index("1 Do not invoice now")
    second = page.index("2 Create a draft invoice")
    third = page.index("3 Create and issue the invoice")
    assert first < second < third


def test_the_dialog_says_what_will_happen_before_it_does(sales: Client) -> None:
    order = a_submitted_order(items=2, quantity=10)

    page = words(sales.get(dialog(order), headers=FROM_SCRIPT))

    assert "An asset: BitTitan Mailbox License , 10 licenses" in page
    assert "2 lines, net €198.00, tax €37.62, total €235.62" in page
    assert f"BitTitan makes 2 coupons for {order.account.name} Synchronized" in page
    assert f"to {order.recipient_email} , each once its coupon is there" in page
    assert not Execution.objects.exists()


@pytest.mark.parametrize(
    ("option", "state", "charge"),
    [
        ("NONE", None, "PENDING"),
        ("DRAFT", "DRAFT", "INVOICED"),
        ("ISSUE", "ISSUED", "INVOICED"),
    ],
)
def test_an_execution_makes_assets_and_bills_by_the_option(
    sales: Client, option: str, state: str | None, charge: str
) -> None:
    order = a_submitted_order()

    answer = sales.post(
        dialog(order), answered(order, option=option), headers=FROM_SCRIPT
    )

    order.refresh_from_db()
    page = words(sales.get(answer["HX-Redirect"]))
    invoice = Invoice.objects.first()
    assert order.state == OrderState.EXECUTED
    assert (invoice.state if invoice else None) == state
    assert Charge.objects.get().state == charge
    assert f"Order {order.number} is executed: {Asset.objects.get().number}" in page


def test_a_start_date_in_the_past_is_refused_inside_the_dialog(sales: Client) -> None:
    order = a_submitted_order()
    yesterday = (TODAY - timedelta(days=1)).isoformat()

    answer = sales.post(
        dialog(order),
        answered(order, start_date=yesterday, option="DRAFT"),
        headers=FROM_SCRIPT,
    )

    page = answer.content.decode()
    assert "has passed. Choose today or a later day." in words(answer)
    assert f'value="{yesterday}"' in page
    assert page.index('value="DRAFT" checked') > 0
    assert not Execution.objects.exists()


def test_an_unsynchronized_account_is_refused_with_the_way_out(sales: Client) -> None:
    order = a_submitted_order(is_linked=False)

    asked = sales.get(dialog(order), headers=FROM_SCRIPT)
    answer = sales.post(dialog(order), answered(order), headers=FROM_SCRIPT)

    way_out = reverse("bss:synchronization", args=[order.account_id])
    assert "UnSynchronized" in words(asked)
    assert way_out in asked.content.decode()
    assert f"{order.account.name} is not synchronized with BitTitan." in words(answer)
    assert not Execution.objects.exists()


def test_a_second_click_executes_nothing_and_is_told_calmly(sales: Client) -> None:
    order = a_submitted_order()
    sent = answered(order)
    sales.post(dialog(order), sent, headers=FROM_SCRIPT)

    second = sales.post(dialog(order), sent, headers=FROM_SCRIPT)

    asset, invoice = Asset.objects.get(), Invoice.objects.get()
    assert "This was executed already. Nothing was done twice" in words(second)
    assert (
        reverse("bss:assets_asset_change", args=[asset.pk]) in second.content.decode()
    )
    assert str(invoice.number) in words(second)
    assert Execution.objects.count() == 1


def test_a_dialog_left_open_does_not_execute_more_than_it_showed(sales: Client) -> None:
    order = a_submitted_order(items=2)
    first, second = order.items.order_by("position")
    left_open = answered(order)
    sales.post(dialog(order, "deliver"), answered(order, items=[first.pk]))

    answer = sales.post(dialog(order), left_open, headers=FROM_SCRIPT)

    second.refresh_from_db()
    assert "This was executed already." in words(answer)
    assert second.state == "OPEN"
    assert Execution.objects.count() == 1


def test_an_executed_order_opens_a_dialog_that_only_shows(sales: Client) -> None:
    order = an_execution().order

    page = words(sales.get(dialog(order)))

    assert "This was executed already." in page
    assert "Start date 1" not in page
    assert "What will happen" not in page


def test_ticked_items_are_delivered_and_the_rest_stays_open(sales: Client) -> None:
    order = a_submitted_order(items=2)
    first, second = order.items.order_by("position")

    sent = answered(order, items=[first.pk])
    page = sales.post(dialog(order, "deliver"), sent, follow=True)

    order.refresh_from_db()
    second.refresh_from_db()
    assert f"A part of order {order.number} is executed:" in words(page)
    assert order.state == OrderState.EXECUTING
    assert second.state == "OPEN"
    assert Asset.objects.get().order_item == first


def test_a_delivery_without_a_ticked_item_says_so(sales: Client) -> None:
    order = a_submitted_order(items=2)

    answer = sales.post(dialog(order, "deliver"), answered(order, items=[]))

    assert "Tick at least one item that was not executed yet." in words(answer)
    assert not Execution.objects.exists()


def test_the_dialog_follows_what_is_ticked(sales: Client) -> None:
    order = a_submitted_order(items=2, quantity=10)
    _first, second = order.items.order_by("position")
    peek: dict[str, Any] = {
        "peek": 1,
        "items": [second.pk],
        "option": "DRAFT",
        "start_date": "2030-02-01",
    }

    page = sales.get(dialog(order, "deliver"), peek, headers=FROM_SCRIPT)

    assert "1 line, net €99.00" in words(page)
    assert 'value="2030-02-01"' in page.content.decode()
    assert 'value="DRAFT" checked' in page.content.decode()


def test_an_item_of_another_order_is_not_executed(sales: Client) -> None:
    order, other = a_submitted_order(), a_submitted_order()
    foreign = other.items.get().pk

    answer = sales.post(dialog(order), answered(order, items=[foreign]))

    assert "The order has no such item." in words(answer)
    assert not Execution.objects.exists()


def test_the_page_looks_for_the_delivery_by_itself_and_then_stops(
    sales: Client,
) -> None:
    order = a_pending_asset().order_item.order
    delivery = reverse("bss:orders_order_delivery", args=[order.pk])

    first = sales.get(reverse(CHANGE, args=[order.pk])).content.decode()
    fifteenth = sales.get(delivery, {"look": 15})

    assert f"{delivery}?look=1" in first
    assert "hx-get" not in fifteenth.content.decode()
    assert "Who must act Nobody: the system" in words(fifteenth)


@pytest.mark.parametrize("make", [a_synchronized_asset, a_failed_asset])
def test_the_page_does_not_look_again_once_all_is_said(
    sales: Client, make: Any
) -> None:
    order = make().order_item.order

    page = sales.get(reverse("bss:orders_order_delivery", args=[order.pk]), {"look": 2})

    assert "hx-get" not in page.content.decode()
