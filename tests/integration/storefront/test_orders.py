"""Billing > Orders: what was ordered, how its delivery goes, and taking it back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from purveyor.domain.accounts.models import MemberRole
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.labels import label_order
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.operations import annotate_order, cancel_order
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.assets import a_failed_asset, a_pending_asset, a_synchronized_asset
from tests.factories.members import a_member, a_visit, a_visitor
from tests.factories.moments import DAN, NOON
from tests.factories.orders import (
    a_draft_order,
    a_label,
    a_submitted_order,
    an_execution,
    copies_of,
)
from tests.factories.purchases import an_order_placed_by
from tests.support.shopping import page

pytestmark = pytest.mark.django_db


def numbers_on(text: str) -> list[str]:
    """Return the orders of a list, in its order."""
    return re.findall(r'href="/orders/(O-[^/"]+)/"', text)


# ------------------------------------------------------------------ the list


def test_the_list_tells_what_was_ordered_and_how_far_it_is() -> None:
    asset = a_synchronized_asset(po_code="PO-7")
    order = asset.order_item.order

    shown = page(a_visitor(account=asset.account), "/orders/")

    assert numbers_on(shown) == [order.number]
    for told in ("10 × ", "Executed", ">Delivered</span>", "PO-7", "15 Jan 2030"):
        assert told in shown


def test_the_day_is_the_one_it_was_where_the_distributor_works() -> None:
    order = a_submitted_order()
    just_before_midnight_in_utc = NOON.replace(hour=23, minute=30)
    Order.objects.update(submitted_at=just_before_midnight_in_utc)
    client = a_visitor(account=order.account)

    for address in ("/orders/", "/billing/", f"/orders/{order.number}/"):
        assert "16 Jan 2030" in page(client, address), address


def test_an_empty_list_says_what_to_do() -> None:
    client = a_visitor(account=an_account())

    assert "You have ordered nothing yet" in page(client, "/orders/")
    assert "Nothing fits this search" in page(client, "/orders/?q=zebra")


def test_drafts_of_staff_are_not_shown() -> None:
    draft = a_draft_order()
    cancel_order(order=draft, because="Never mind", actor=DAN, now=NOON)
    a_draft_order(account=draft.account)

    assert numbers_on(page(a_visitor(account=draft.account), "/orders/")) == []


def test_a_list_goes_on_where_the_page_before_ended(
    django_assert_num_queries: Any,
) -> None:
    order = a_submitted_order()
    expected = [order.number, *(each.number for each in copies_of(order, count=27))]
    client = a_visitor(account=order.account)
    page(client, "/orders/")

    with django_assert_num_queries(8):
        first = page(client, "/orders/?q=")
    following = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert following is not None
    second = page(client, "/orders/" + following[1])

    assert numbers_on(first) + numbers_on(second) == sorted(expected, reverse=True)
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q={number}", True),
        ("q=%20po-7", True),
        ("q=po", False),
        ("status=open", True),
        ("status=approval", False),
        ("status=executed", False),
        ("status=cancelled", False),
        ("status=nonsense", True),
        ("q=%00po-7&status=open", True),
    ],
)
def test_orders_are_found(query: str, *, is_found: bool) -> None:
    order = a_submitted_order(po_code="PO-7")
    client = a_visitor(account=order.account)

    shown = page(client, "/orders/?" + query.format(number=order.number.lower()))

    assert bool(numbers_on(shown)) is is_found


def test_a_reseller_chooses_for_whom() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    own = a_submitted_order(account=reseller)
    hers = a_submitted_order(account=lea)
    client = a_visitor(account=reseller)

    assert numbers_on(page(client, "/orders/")) == [hers.number, own.number]
    assert numbers_on(page(client, f"/orders/?for={lea.number}")) == [hers.number]
    stranger = an_account()
    assert client.get(f"/orders/?for={stranger.number}").status_code == 404


def test_a_list_of_many_accounts_goes_on_in_one_order() -> None:
    reseller, stranger = a_reseller(), an_account()
    lea, noa = (an_end_customer(reseller=reseller, name=each) for each in "LN")
    client = a_visitor(account=reseller)
    buyers = (lea, stranger, noa, reseller, lea, noa, stranger) * 6
    placed = [a_submitted_order(account=buyer) for buyer in buyers]
    mine = [each for each in placed if each.account != stranger]
    expected = [each.number for each in reversed(mine)]

    first = page(client, "/orders/?status=open")
    following = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert following is not None
    second = page(client, "/orders/" + following[1].replace("&amp;", "&"))

    assert numbers_on(first) + numbers_on(second) == expected


def test_a_place_in_the_list_of_others_tells_nothing() -> None:
    own, others = a_submitted_order(), a_submitted_order(account=an_account())
    client = a_visitor(account=own.account)

    assert numbers_on(page(client, f"/orders/?after={others.number}")) == []


def test_the_list_is_a_file_without_formulas() -> None:
    order = a_submitted_order(po_code="=1+1")
    client = a_visitor(account=order.account)

    answer = client.get("/orders/export/")
    text = b"".join(answer).decode()

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    line = text.splitlines()[1]
    assert line.startswith(f"{order.number},2030-01-15,Submitted,Not started yet,")
    assert ",'=1+1," in line
    assert line.endswith(",10,EUR,99.00,18.81,117.81")


def test_who_does_not_pay_sees_no_amounts() -> None:
    lea = an_end_customer(reseller=a_reseller(), name="Lea")
    order = a_submitted_order(account=lea)
    client = a_visitor(account=lea)

    assert "€" not in page(client, "/orders/")
    assert "€" not in page(client, f"/orders/{order.number}/")
    line = b"".join(client.get("/orders/export/")).decode().splitlines()[1]
    assert line.endswith(",10,,,,")


# ------------------------------------------------------------------ delivery status


def delivery_of(order: Order) -> str:
    """Return the Delivery Status of the only order on the list."""
    client = a_visitor(account=order.account)
    found = re.findall(r'class="badge \w+">([^<]+)<', page(client, "/orders/"))
    assert len(found) == 1
    return str(found[0])


def test_a_delivery_is_told_in_plain_words(now: Any) -> None:
    assert delivery_of(a_submitted_order()) == "Not started yet"
    pending = a_pending_asset(account=an_account())
    client = a_visitor(account=pending.account, email="tom@north.example")
    assert "BitTitan is making the coupon" in page(client, "/orders/")
    later = pending.start_date + timedelta(days=7)
    Asset.objects.filter(pk=pending.pk).update(start_date=later)
    assert "Starts on 22 Jan 2030" in page(client, "/orders/")


def test_what_failed_needs_nothing_of_its_buyer() -> None:
    asset = a_failed_asset()

    shown = delivery_of(asset.order_item.order)

    assert shown == "BitTitan has not made it yet. Our staff look after it"


def test_a_part_is_delivered() -> None:
    execution = an_execution(items=3)
    first = execution.assets.order_by("pk").first()
    assert first is not None
    made = a_synchronized_asset(account=an_account())
    Asset.objects.filter(pk=first.pk).update(
        sync_status=made.sync_status,
        coupon_hash="other",
        coupon_sealed=made.coupon_sealed,
    )

    assert delivery_of(execution.order) == "1 of 3 delivered"


def test_buyers_read_the_labels_that_are_for_them() -> None:
    order = a_submitted_order()
    client = a_visitor(account=order.account)
    ours = a_label("Checked by Dan", is_storefront_visible=False)
    theirs = a_label("We are on it")

    label_order(order=order, label=ours, actor=DAN, now=NOON)
    assert "Checked by Dan" not in page(client, f"/orders/{order.number}/")
    assert ">Submitted</td>" in page(client, "/orders/")
    label_order(order=order, label=theirs, actor=DAN, now=NOON)
    assert "We are on it" in page(client, f"/orders/{order.number}/")
    assert ">We are on it</td>" in page(client, "/orders/")


# ------------------------------------------------------------------ its page


def test_the_page_tells_all_that_is_kept(django_assert_num_queries: Any) -> None:
    asset = a_synchronized_asset(po_code="PO-7")
    order = asset.order_item.order
    annotate_order(order=order, notes="Slow payer", po_code="PO-7", actor=DAN, now=NOON)
    OrderItem.objects.filter(order=order).update(discount_percent="10")
    client = a_visitor(account=asset.account)
    address = f"/orders/{order.number}/"
    page(client, address)

    with django_assert_num_queries(8):
        shown = page(client, address)

    for fact in (
        f"Order {order.number}",
        "Delivered",
        f'href="/assets/{asset.number}/"',
        "10 × €9.90",
        "10\N{NO-BREAK SPACE}%",
        "€89.10",
        "PO-7",
        "15 Jan 2030, 13:00",
        "INV-",
    ):
        assert fact in shown
    assert "Slow payer" not in shown
    assert "Thank you" not in shown
    assert "Cancel" not in shown.partition("<main")[2]


def test_a_cancelled_order_says_why() -> None:
    order = a_submitted_order()
    cancel_order(order=order, because="Wrong product", actor=DAN, now=NOON)

    shown = page(a_visitor(account=order.account), f"/orders/{order.number}/")

    assert "This order is cancelled." in shown
    assert "Wrong product" in shown


def test_the_page_says_who_ordered() -> None:
    member = a_member()
    order = an_order_placed_by(member)
    keyed_in = a_submitted_order(account=member.account)
    client = a_visit(member)

    assert "<dd>Mia</dd>" in page(client, f"/orders/{order.number}/")
    assert "<dd>Aurora" in page(client, f"/orders/{keyed_in.number}/")


def test_a_buyer_is_thanked_once() -> None:
    member = a_member()
    client = a_visit(member)
    order = an_order_placed_by(member)
    session = client.session
    session["storefront_just_placed"] = order.number
    session.save()
    address = f"/orders/{order.number}/"

    client.get(address, headers={"X-Part": "progress"})

    assert "Thank you for your order" in page(client, address)
    assert "Thank you for your order" not in page(client, address)


# ------------------------------------------------------------------ taking it back


def takes_back(client: Client, order: Order, because: str = "Wrong product") -> Any:
    return client.post(f"/orders/{order.number}/cancel/", {"because": because})


def test_an_order_is_taken_back_with_a_reason() -> None:
    member = a_member()
    order = an_order_placed_by(member)
    client = a_visit(member)
    address = f"/orders/{order.number}/"
    assert "Cancel this order" in page(client, address)

    refused = takes_back(client, order, " ")
    answer = takes_back(client, order)

    assert refused.status_code == 422
    assert "<details" in refused.content.decode().partition("<main")[2]
    assert " open>" in refused.content.decode()
    assert answer["Location"] == address
    order.refresh_from_db()
    assert (order.state, order.cancelled_because) == ("CANCELLED", "Wrong product")
    line = Entry.objects.get(verb="cancel", record_id=order.pk)
    assert line.actor == "mia@north.example"
    shown = page(client, address)
    assert "Wrong product" in shown
    assert "Cancel this order" not in shown


def test_what_was_executed_cannot_be_taken_back() -> None:
    asset = a_pending_asset()
    order = asset.order_item.order
    client = a_visitor(account=asset.account)

    answer = takes_back(client, order)

    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    order.refresh_from_db()
    assert order.state == OrderState.EXECUTED


@pytest.mark.parametrize("role", [MemberRole.READ_ONLY, MemberRole.BILLING_AGENT])
def test_some_roles_take_nothing_back(role: MemberRole) -> None:
    order = a_submitted_order()
    client = a_visitor(account=order.account, role=role)

    assert "Cancel this order" not in page(client, f"/orders/{order.number}/")
    assert takes_back(client, order).status_code == 403


def test_a_reseller_takes_back_what_its_end_customer_ordered() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    order = an_order_placed_by(a_member(account=lea, email="lea@x.example"))

    answer = takes_back(a_visitor(account=reseller), order)

    order.refresh_from_db()
    assert answer.status_code == 302
    assert order.state == OrderState.CANCELLED


def test_an_end_customer_does_not_take_back_what_its_reseller_ordered() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    order = an_order_placed_by(a_member(account=reseller), receiver=lea)
    client = a_visitor(account=lea, email="lea@x.example")

    assert "Cancel this order" not in page(client, f"/orders/{order.number}/")
    answer = takes_back(client, order)

    order.refresh_from_db()
    assert answer.status_code == 409
    assert f"{reseller.name} placed this order" in answer.content.decode()
    assert order.state == OrderState.SUBMITTED
