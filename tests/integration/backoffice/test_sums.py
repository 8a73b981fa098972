"""What the dashboard and the radar add up is what the order items say, to the cent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon, connect_coupon, take_facts
from purveyor.domain.assets.radar import (
    Sight,
    radar_by_account,
    radar_by_coupon,
    radar_by_days,
)
from purveyor.domain.catalogue.models import Product
from purveyor.domain.invoices.models import Charge
from purveyor.domain.invoices.operations import drop_charge
from purveyor.domain.invoices.sales import best_buyers, sold_by_month
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.operations import (
    create_order,
    put_items,
)
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel import clock
from purveyor.kernel.money import Money
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import BUNDLE, MAILBOX, a_product
from tests.factories.moments import DAN, NOON
from tests.factories.provisioning import a_link, a_setup

pytestmark = pytest.mark.both

CURRENCIES = ("EUR", "USD", "JPY")  # the last one has no cents


@dataclass(frozen=True)
class Sale:
    """One order of a random shop, and what happened to it afterwards."""

    buyer: str
    items: tuple[tuple[str, int, str], ...]  # SKU, quantity, discount
    days_ago: int
    days_left: int
    is_dropped: bool
    vendor_says: int | None  # another quantity than ours


SALE = st.builds(
    Sale,
    buyer=st.sampled_from((*CURRENCIES, "end customer")),
    items=st.lists(
        st.tuples(
            st.sampled_from((MAILBOX, BUNDLE)),
            st.integers(1, 99),
            st.sampled_from(("0", "2.50", "12", "33.33", "100")),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    days_ago=st.integers(0, 300),
    days_left=st.integers(1, 200),
    is_dropped=st.sampled_from((False, False, True)),
    vendor_says=st.sampled_from((None, None, 5)),
)


def buyers() -> dict[str, Account]:
    """Return direct customers in each currency, a reseller's end customer, linked."""
    known = {each: an_account(currency=each) for each in CURRENCIES}
    known["end customer"] = an_end_customer(reseller=a_reseller())
    for account in known.values():
        a_link(account=account)
    return known


def sell(sale: Sale, buyer: Account) -> None:
    """Have an order executed some days ago, and its coupons made."""
    at = NOON - timedelta(days=sale.days_ago)
    order = Order(account=buyer, currency="")
    create_order(order=order, actor=DAN, now=at)
    lines = [
        Line(licenses(sku, buyer), quantity, Decimal(discount))
        for sku, quantity, discount in sale.items
    ]
    put_items(order=order, lines=lines, actor=DAN, now=at)
    submit_order(order=order, actor=DAN, now=at)
    plan = ExecutionPlan(clock.day_of(at), InvoiceOption.NONE, margin_because="A gift")
    execution = execute_order(order=order, plan=plan, actor=DAN, now=at)
    for asset in execution.assets.order_by("pk"):
        deliver(asset, sale)
    if sale.is_dropped:
        charge = execution.charges.earliest("pk")
        drop_charge(charge=charge, because="A gift", actor=DAN, now=NOON)


def licenses(sku: str, buyer: Account) -> Product:
    """Return a product with a price in the buyer's currency."""
    return a_product(external_id=sku, price="10.03", currency=buyer.currency)


def deliver(asset: Asset, sale: Sale) -> None:
    """Connect a coupon; later the vendor says that it holds another quantity."""
    coupon = Coupon(f"BT-SUMS-{asset.pk:08}-CASH")
    connect_coupon(asset=asset, coupon=coupon, how="make", actor="worker", now=NOON)
    expires_at = NOON + timedelta(days=sale.days_left)
    facts = {"expires_at": expires_at, "quantity": sale.vendor_says or asset.quantity}
    take_facts(asset=asset, facts=facts, evidence="listed", actor=DAN, now=NOON)


# ------------------------------------------------------------------ by the records


def month_of(moment: datetime) -> date:
    return clock.day_of(moment).replace(day=1)


def charged_items() -> list[tuple[Charge, OrderItem]]:
    """Return what was charged and not dropped, with the items it was agreed on."""
    charges = Charge.objects.exclude(state="DROPPED")
    charges = charges.select_related("order_item", "account__parent")
    return [(charge, charge.order_item) for charge in charges]


def added_up[Key](
    rows: list[tuple[Key, Money, Money]],
) -> dict[tuple[Key, str], tuple[Money, Money]]:
    """Return price and cost by key and currency."""
    sums: dict[tuple[Key, str], tuple[Money, Money]] = {}
    for key, price, cost in rows:
        place = (key, price.currency)
        nought = Money(Decimal(0), price.currency)
        before = sums.get(place, (nought, nought))
        sums[place] = (before[0] + price, before[1] + cost)
    return sums


def sales_are_what_was_agreed() -> None:
    charged = charged_items()
    by_month = [(month_of(c.created_at), i.net, i.cost) for c, i in charged]
    by_buyer = [
        (c.account.parent_id or c.account_id, i.net, i.cost) for c, i in charged
    ]

    months = sold_by_month(now=NOON)
    best = best_buyers(now=NOON, limit=100)

    told = [(row.month, row.sold.net, row.sold.cost) for row in months]
    assert added_up(told) == added_up(by_month)
    told_buyers = [(row.account_id, row.sold.net, row.sold.cost) for row in best]
    assert added_up(told_buyers) == added_up(by_buyer)
    assert len(best) == len(added_up(by_buyer))


def the_radar_tells_what_was_agreed() -> None:
    assets = Asset.objects.select_related("order_item").order_by("expires_at", "pk")
    by_coupon = [(a.pk, a.order_item.net, a.order_item.cost) for a in assets]
    by_account = [(a.account_id, a.order_item.net, a.order_item.cost) for a in assets]
    all_of_it = [("", a.order_item.net, a.order_item.cost) for a in assets]
    seen = Sight()

    coupons = radar_by_coupon(sight=seen, now=NOON)
    accounts = radar_by_account(sight=seen, now=NOON)
    spans = radar_by_days(sight=seen, now=NOON)

    assert [(row.asset_id, row.price, row.cost) for row in coupons] == by_coupon
    told = [(row.account_id, row.price, row.cost) for row in accounts]
    assert added_up(told) == added_up(by_account)
    assert added_up([("", row.price, row.cost) for row in spans]) == added_up(all_of_it)
    assert sum(row.licenses for row in spans) == sum(a.quantity for a in assets)


@given(sales=st.lists(SALE, min_size=1, max_size=6))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_sums_are_what_was_agreed_whatever_happened_since(sales: list[Sale]) -> None:
    with transaction.atomic():
        a_setup()
        known = buyers()
        for sale in sales:
            sell(sale, known[sale.buyer])

        sales_are_what_was_agreed()
        the_radar_tells_what_was_agreed()
        transaction.set_rollback(True)
