"""Office > Dashboard: the cards and figures of sales, billing and operations."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.invoices.models import Charge
from purveyor.domain.invoices.operations import drop_charge
from purveyor.domain.invoices.sales import Sold, best_buyers, sold_by_month
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.operations import (
    put_items,
)
from purveyor.faces.backoffice.frame.cards import (
    SECTIONS,
    amounts,
    amounts_as_figure,
)
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel import clock
from purveyor.kernel.money import Money
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.assets import a_failed_asset
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN, NOON
from tests.factories.orders import a_draft_order, a_submitted_order
from tests.factories.provisioning import a_link
from tests.factories.reminders import a_sold_coupon
from tests.support.staff import queries_of, words

pytestmark = pytest.mark.both

HOME = "bss:index"
#: So many statements a section takes at most, with its cards and figures.
STATEMENTS_MAX = {"sales": 20, "billing": 12, "operations": 14}
BERLIN_NEW_YEAR = datetime(2029, 12, 31, 23, 0, tzinfo=UTC)


def show(client: Client, section: str = "") -> str:
    """Return what a person reads on a section of the dashboard."""
    return words(client.get(reverse(HOME), {"view": section} if section else {}))


def a_sale(
    *,
    at: datetime = NOON,
    account: Account | None = None,
    quantity: int = 2,
) -> Charge:
    """Return the charge of something that was executed at a moment."""
    order = a_draft_order(account=account or an_account(), items=0)
    line = Line(a_product(), quantity)
    put_items(order=order, lines=[line], actor=DAN, now=NOON)
    a_link(account=order.account)
    submit_order(order=order, actor=DAN, now=NOON)
    plan = ExecutionPlan(clock.day_of(at), InvoiceOption.NONE, margin_because="A gift")
    execution = execute_order(order=order, plan=plan, actor=DAN, now=at)
    return Charge.objects.get(execution=execution)


# ------------------------------------------------------------------ sections


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("Sales", "Open orders"),
        ("Billing", "Draft invoices"),
        ("Operations", "Assets failed"),
    ],
)
def test_a_person_arrives_at_their_own_section(role: str, seen: str, staff) -> None:
    a_submitted_order()

    assert seen in show(staff(role))


def test_each_section_is_one_press_away(staff) -> None:
    client = staff("Sales")
    page = client.get(reverse(HOME)).content.decode()

    assert re.findall(r'href="\?view=(\w+)"', page) == [each.key for each in SECTIONS]
    assert "Draft invoices" in show(client, "billing")
    assert "Open orders" in show(client, "no such section")


def test_who_may_see_nothing_is_told_whom_to_ask(staff) -> None:
    a_submitted_order()

    page = show(staff("Nobody"))

    assert "You have no role yet" in page
    assert "Open orders" not in page


def test_every_card_leads_to_a_list_that_opens(admin_client: Client) -> None:
    a_failed_asset(account=an_account())
    a_sale()
    broken = {}
    for section in SECTIONS:
        page = admin_client.get(reverse(HOME), {"view": section.key}).content.decode()
        links = re.findall(r'class="bss-card" href="([^"]*)"', page)
        assert links
        for link in links:
            address = link.replace("&amp;", "&").partition("#")[0]
            answer = admin_client.get(address)
            if answer.status_code != 200:
                broken[link] = answer.status_code

    assert broken == {}


@pytest.mark.parametrize("section", [each.key for each in SECTIONS])
def test_a_section_takes_few_statements_whatever_was_sold(
    section: str, admin_client: Client
) -> None:
    a_sale()
    address = f"{reverse(HOME)}?view={section}"
    before = queries_of(admin_client, address)

    for _time in range(4):
        a_sale(account=a_reseller())

    assert queries_of(admin_client, address) == before
    assert before <= STATEMENTS_MAX[section]


# ------------------------------------------------------------------ cards and figures


def test_what_failed_and_what_runs_out_stands_under_operations(staff) -> None:
    a_failed_asset(account=an_account())
    a_sold_coupon(days=10, quantity=3)
    a_sold_coupon(days=60)

    page = show(staff("Operations"))

    assert re.search(r"Assets failed \w+ 1 and 0 waiting for a person", page)
    assert re.search(r"Coupons expire soon radar 1 within 30 days, sold for €", page)
    assert "4–14" in page


def test_what_can_be_billed_stands_under_billing(staff) -> None:
    charge = a_sale()

    page = show(staff("Billing"))

    assert f"Pending invoices hourglass_top {charge.net}" in page


def test_each_currency_of_a_figure_has_a_line_of_its_own() -> None:
    sums = [
        Money(Decimal(200), "EUR"),
        Money(Decimal(0), "USD"),
        Money(Decimal(30), "GBP"),
    ]

    assert amounts_as_figure(sums) == "€200.00\n£30.00"
    assert amounts(sums) == "€200.00 ·\N{NO-BREAK SPACE}£30.00"
    assert amounts_as_figure([]) == "0"


def test_a_chart_has_the_same_in_numbers(staff) -> None:
    charge = a_sale()

    page = show(staff("Sales"))

    assert "The same in numbers" in page
    assert f"Jan 2030 {charge.quantity} {charge.net}" in page


# ------------------------------------------------------------------ what was sold


def test_a_sale_belongs_to_the_month_in_which_it_was_executed() -> None:
    a_sale(at=BERLIN_NEW_YEAR - timedelta(seconds=1))
    a_sale(at=BERLIN_NEW_YEAR)
    a_sale(at=NOON - timedelta(days=400))

    rows = sold_by_month(now=NOON)

    assert [(row.month.isoformat(), row.sold.licenses) for row in rows] == [
        ("2029-12-01", 2),
        ("2030-01-01", 2),
    ]


def test_sold_is_net_and_margin_is_what_the_cost_leaves() -> None:
    charge = a_sale(quantity=10)
    item = charge.order_item

    (row,) = sold_by_month(now=NOON, months=1)

    assert row.sold.net == charge.net
    assert row.sold.cost == item.cost
    assert row.sold.margin == item.net - item.cost
    percent = 100 * row.sold.margin.amount / charge.net.amount
    assert row.sold.margin_percent == percent.quantize(Decimal("0.1"))
    assert row.vendor == item.product.product_type.application.name


def test_what_was_dropped_was_not_sold() -> None:
    drop_charge(charge=a_sale(), because="a test", actor=DAN, now=NOON)

    assert sold_by_month(now=NOON) == ()


def test_a_gift_has_no_margin_in_per_cent() -> None:
    gift = Sold(Money(Decimal(0), "EUR"), Money(Decimal(7), "EUR"), 1)

    assert gift.margin_percent is None


def test_end_customers_count_for_their_reseller_and_the_best_stands_first() -> None:
    north: Any = a_reseller(name="Northwind")
    lea = an_end_customer(reseller=north)
    direct = an_account(name="Direct Ltd")
    a_sale(account=lea, quantity=5)
    a_sale(account=north, quantity=2)
    a_sale(account=direct, quantity=6)

    best = best_buyers(now=NOON)

    assert [(buyer.account_name, buyer.sold.licenses) for buyer in best] == [
        ("Northwind", 7),
        ("Direct Ltd", 6),
    ]
    assert len(best_buyers(now=NOON, limit=1)) == 1
