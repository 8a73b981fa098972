"""Billing > Orders: taking back what is not executed yet of an order."""

from typing import Any

import pytest
from django.test import Client

from purveyor.domain.accounts.models import MemberRole
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon, connect_coupon
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import cancel_rest
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_end_customer
from tests.factories.members import a_member, a_visitor
from tests.factories.moments import DAN, NOON
from tests.factories.orders import (
    a_part_executed_order,
    a_submitted_order,
    an_execution,
)
from tests.factories.purchases import an_order_placed_by
from tests.support.shopping import page

pytestmark = pytest.mark.django_db


def takes_back_the_rest(client: Client, order: Order, because: str = "Too dear") -> Any:
    return client.post(f"/orders/{order.number}/cancel-rest/", {"because": because})


def test_the_rest_is_taken_back_with_a_reason() -> None:
    order = a_part_executed_order()
    client = a_visitor(account=order.account)
    address = f"/orders/{order.number}/"
    offered = page(client, address)

    refused = takes_back_the_rest(client, order, " ")
    answer = takes_back_the_rest(client, order)

    assert "Cancel the rest of this order" in offered
    assert "<li>10 × BitTitan User Migration Bundle</li>" in offered
    assert "Cancel this order" not in offered
    assert refused.status_code == 422
    assert " open>" in refused.content.decode()
    assert answer["Location"] == address
    order.refresh_from_db()
    assert (order.state, order.cancelled_because) == ("EXECUTED", "Too dear")
    assert Entry.objects.get(verb="cancel_rest").actor == "mia@north.example"


def test_each_item_that_will_not_come_says_so_and_why() -> None:
    order = a_part_executed_order()
    cancel_rest(order=order, because="Too dear", actor=DAN, now=NOON)

    shown = page(a_visitor(account=order.account), f"/orders/{order.number}/")

    assert shown.count('<span class="badge stopped">Cancelled</span>') == 2
    assert shown.count("Reason: Too dear") == 2
    assert "€117.81" in shown.partition("Total payable")[2]
    assert "Cancel the rest" not in shown
    assert "This order is cancelled" not in shown


def test_what_is_left_of_it_is_delivered() -> None:
    order = a_part_executed_order()
    cancel_rest(order=order, because="Too dear", actor=DAN, now=NOON)
    coupon = Coupon("BT-7KQM-2F9X-TR4D-8ZPA")
    asset = Asset.objects.get()
    connect_coupon(asset=asset, coupon=coupon, how="make", actor="worker", now=NOON)
    client = a_visitor(account=order.account)

    shown = page(client, f"/orders/{order.number}/")
    listed = page(client, "/orders/")

    assert "Some of it was cancelled; everything else is delivered." in shown
    assert "Delivered" in listed
    assert "10 × BitTitan Mailbox License" in listed
    assert "Bundle" not in listed


def test_what_is_left_of_cancelled_assets_is_delivered_as_well() -> None:
    order = an_execution(items=2).order
    gone, kept = Asset.objects.order_by("pk")
    Asset.objects.filter(pk=gone.pk).update(state="CANCELLED")
    coupon = Coupon("BT-7KQM-2F9X-TR4D-8ZPA")
    connect_coupon(asset=kept, coupon=coupon, how="make", actor="worker", now=NOON)

    shown = page(a_visitor(account=order.account), f"/orders/{order.number}/")

    assert "Some of it was cancelled; everything else is delivered." in shown
    assert "Reason:" not in shown


def test_the_export_adds_up_what_is_not_cancelled() -> None:
    order = a_part_executed_order()
    cancel_rest(order=order, because="Too dear", actor=DAN, now=NOON)

    answer = a_visitor(account=order.account).get("/orders/export/")

    line = b"".join(answer).decode().splitlines()[1]
    assert line.endswith(",10 × BitTitan Mailbox License,10,EUR,99.00,18.81,117.81")


def test_of_what_was_not_executed_yet_there_is_no_rest() -> None:
    order = a_submitted_order()
    client = a_visitor(account=order.account)

    answer = takes_back_the_rest(client, order)

    order.refresh_from_db()
    assert answer.status_code == 409
    assert order.state == OrderState.SUBMITTED
    assert "Cancel this order" in answer.content.decode()


@pytest.mark.parametrize("role", [MemberRole.READ_ONLY, MemberRole.BILLING_AGENT])
def test_some_roles_take_no_rest_back(role: MemberRole) -> None:
    order = a_part_executed_order()
    client = a_visitor(account=order.account, role=role)

    assert "Cancel the rest" not in page(client, f"/orders/{order.number}/")
    assert takes_back_the_rest(client, order).status_code == 403


def test_the_rest_is_taken_back_by_whom_the_order_was_placed_by() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    order = an_order_placed_by(a_member(account=reseller), receiver=lea)
    Order.objects.update(state=OrderState.EXECUTING)
    client = a_visitor(account=lea, email="lea@x.example")

    answer = takes_back_the_rest(client, order)

    assert "Cancel the rest" not in page(client, f"/orders/{order.number}/")
    assert answer.status_code == 409
    assert f"{reseller.name} placed this order" in answer.content.decode()
