"""Billing > Dashboard: where an account stands, and the way to each list."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from purveyor.domain.accounts.models import Account, MemberRole
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.flows.checkout.overview import bought_by_month
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.assets import a_pending_asset, a_synchronized_asset
from tests.factories.invoices import an_issued_invoice
from tests.factories.members import a_member, a_visit
from tests.factories.moments import NOON, TODAY
from tests.factories.orders import a_submitted_order, copies_of

pytestmark = pytest.mark.both


def a_visitor(role: MemberRole = MemberRole.READ_ONLY, **fields: Any) -> Client:
    return a_visit(a_member(role=role, **fields))


def page(client: Client, address: str = "/billing/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def cards_on(text: str) -> dict[str, list[str]]:
    """Return the figures and the note of each card, by its address."""
    found = {}
    for card in re.findall(r'<li class="card[^"]*">(.+?)</li>', text, re.DOTALL):
        (address,) = re.findall(r'href="([^"]+)"', card)
        told = re.findall(r'<span class="(?:figure|card-note)">([^<]+)<', card)
        found[address] = told
    return found


def has_a_limit(account: Account, limit: str) -> None:
    Account.objects.filter(pk=account.pk).update(credit_limit=Decimal(limit))


def test_each_figure_leads_to_what_it_counts() -> None:
    ready = a_synchronized_asset()
    account = ready.account
    soon = NOON + timedelta(days=3)
    Asset.objects.filter(pk=ready.pk).update(expires_at=soon)
    a_pending_asset(account=account)
    copies_of(a_submitted_order(account=account), count=2)
    client = a_visitor(account=account)

    cards = cards_on(page(client))

    assert cards == {
        "/orders/?status=open": ["3"],
        "/assets/?status=ready": ["1"],
        "/assets/?status=coming": ["1"],
        "/assets/?status=expiring": ["1", "Redeem them in time"],
        "/invoices/?status=unpaid": ["€235.62", "2 invoices"],
    }
    for address in cards:
        assert client.get(address).status_code == 200


def test_what_is_overdue_is_named(still_clock: Any) -> None:
    account = an_issued_invoice().bill_to
    an_issued_invoice(account=account, currency="USD")
    still_clock.shift(timedelta(days=60))

    card = cards_on(page(a_visitor(account=account)))["/invoices/?status=unpaid"]

    assert card == ["€117.81", "$117.81", "2 invoices, overdue: 2"]


def test_the_latest_orders_are_shown_with_the_way_to_all() -> None:
    order = a_submitted_order()
    made = copies_of(order, count=6)

    shown = page(a_visitor(account=order.account))

    numbers = re.findall(r'href="/orders/(O-[^/"]+)/"', shown)
    assert numbers == [each.number for each in reversed(made)][:5]
    assert "View all orders" in shown


def test_an_account_that_has_nothing_is_told_so() -> None:
    shown = page(a_visitor(account=an_account()))

    assert "Nothing has been ordered yet" in shown
    assert 'class="card' not in shown


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("1000.00", ["€882.19", "€117.81 of €1,000.00 used", 'rect width="11"']),
        ("100.00", ["-€17.81", "The limit is exceeded", 'rect width="100"']),
        ("0.00", ["-€117.81", "The limit is exceeded", 'rect width="100"']),
    ],
)
def test_credit_is_shown_where_a_limit_is_set(limit: str, told: list[str]) -> None:
    order = a_submitted_order()
    has_a_limit(order.account, limit)

    shown = page(a_visitor(account=order.account))

    for fact in ("Available credit", *told):
        assert fact in shown


def test_without_a_limit_there_is_no_credit_to_tell_of() -> None:
    order = a_submitted_order()

    assert "Available credit" not in page(a_visitor(account=order.account))


def test_who_does_not_pay_sees_no_money() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    has_a_limit(lea, "1000.00")
    a_synchronized_asset(account=lea)

    shown = page(a_visitor(account=lea))

    assert "€" not in shown
    assert "/invoices/" not in shown
    assert "/assets/?status=ready" in shown


def test_the_page_asks_the_same_however_much_there_is(
    django_assert_num_queries: Any,
) -> None:
    asset = a_synchronized_asset()
    has_a_limit(asset.account, "1000.00")
    copies_of(a_submitted_order(account=asset.account), count=20)
    client = a_visitor(account=asset.account)
    page(client)

    with django_assert_num_queries(15):
        page(client)


# ------------------------------------------------------------------ month by month


def test_what_was_bought_is_told_month_by_month() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    bought_on(date(2029, 12, 31), a_pending_asset(account=reseller, quantity=5))
    bought_on(date(2029, 2, 1), a_pending_asset(account=lea, quantity=10))
    bought_on(date(2029, 1, 31), a_pending_asset(account=lea, quantity=40))
    gone = a_pending_asset(account=lea, quantity=80)
    Asset.objects.filter(pk=gone.pk).update(state=AssetState.CANCELLED)
    a_pending_asset(account=an_account())

    months = bought_by_month(seen_by=reseller, today=TODAY)

    assert [month.day for month in months] == [
        *(date(2029, number, 1) for number in range(2, 13)),
        date(2030, 1, 1),
    ]
    assert [month.licenses for month in months] == [10, *[0] * 9, 5, 0]
    assert [month.percent for month in months] == [100, *[0] * 9, 50, 0]


def bought_on(day: date, asset: Asset) -> None:
    Asset.objects.filter(pk=asset.pk).update(purchase_date=day)
