"""Reports > Expiry radar: what runs out, what it is worth, and whose it is."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.radar import Sight, radar_by_account, radar_by_days
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.operations import (
    put_items,
)
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel.money import Money
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN, NOON
from tests.factories.orders import a_draft_order
from tests.factories.provisioning import a_link
from tests.factories.reminders import a_sold_coupon
from tests.support.staff import queries_of, signed_in, words

pytestmark = pytest.mark.both

RADAR = "bss:expiry_radar"
EXPORT = "bss:expiry_radar_export"
STATEMENTS_MAX = 9


@pytest.fixture
def onlooker() -> Client:
    return signed_in("assets.view_asset")


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def show(client: Client, **query: str | int) -> str:
    """Return what a person reads on the radar."""
    return words(client.get(reverse(RADAR), query))


def exported(client: Client, **query: str | int) -> list[list[str]]:
    """Return the rows of the export, its head first."""
    answer: Any = client.get(reverse(EXPORT), query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_coupons_stand_in_the_span_of_their_last_day() -> None:
    for days in (0, 3, 4, 14, 15, 30, 31, 90, 91):
        soon = a_sold_coupon(days=days)
        if days == 0:
            soon.expires_at = NOON + timedelta(hours=1)
            soon.save(update_fields=["expires_at"])

    rows = radar_by_days(sight=Sight(), now=NOON)

    counts = [(row.bucket, row.coupons_count) for row in rows]
    assert counts == [("3", 2), ("14", 2), ("30", 2), ("90", 2), ("later", 1)]


def test_a_day_ends_at_midnight_where_the_distributor_works() -> None:
    late = a_sold_coupon(days=3)
    late.expires_at = NOON.replace(day=18, hour=22, minute=59)  # 23:59 in Berlin
    late.save(update_fields=["expires_at"])
    assert [row.bucket for row in radar_by_days(sight=Sight(), now=NOON)] == ["3"]

    late.expires_at += timedelta(minutes=1)
    late.save(update_fields=["expires_at"])

    assert [row.bucket for row in radar_by_days(sight=Sight(), now=NOON)] == ["14"]


def test_they_are_worth_what_they_were_sold_for_by_currency() -> None:
    a_sold_coupon(days=2, account=an_account(currency="EUR"), quantity=1)
    product = a_product(price="10.01", currency="USD")
    line = Line(product, quantity=3, discount_percent=Decimal("12.50"))
    order = a_draft_order(account=an_account(currency="USD"), items=0)
    put_items(order=order, lines=[line], actor=DAN, now=NOON)
    a_link(account=order.account)
    submit_order(order=order, actor=DAN, now=NOON)
    a_sold_coupon(days=2, order=order)

    euro, dollar = radar_by_days(sight=Sight(), now=NOON)

    assert (euro.price, euro.cost) == (money("9.90"), money("7.00"))
    assert (dollar.price, dollar.cost) == (money("26.28", "USD"), money("21.00", "USD"))
    assert (dollar.coupons_count, dollar.licenses) == (1, 3)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": AssetState.REDEEMED},
        {"state": AssetState.EXPIRED},
        {"state": AssetState.VANISHED},
        {"state": AssetState.CANCELLED},
        {"expires_at": NOON},
    ],
    ids=lambda columns: "-".join(str(value) for value in columns.values()),
)
def test_what_is_spent_or_over_is_not_on_it(columns) -> None:
    coupon = a_sold_coupon(days=2)
    assert radar_by_days(sight=Sight(), now=NOON)

    Asset.objects.filter(pk=coupon.pk).update(**columns)

    assert radar_by_days(sight=Sight(), now=NOON) == ()
    assert radar_by_account(sight=Sight(), now=NOON) == ()


def test_accounts_stand_with_the_soonest_first(onlooker: Client) -> None:
    contoso = an_account(name="Contoso")
    fabrikam = an_account(name="Fabrikam")
    a_sold_coupon(days=20, account=contoso)
    a_sold_coupon(days=5, account=fabrikam)
    a_sold_coupon(days=50, account=fabrikam)

    rows = radar_by_account(sight=Sight(), now=NOON)

    told = [(row.account_name, row.coupons_count, row.days_left) for row in rows]
    assert told == [("Fabrikam", 2, 5), ("Contoso", 1, 20)]
    page = show(onlooker)
    assert page.index("Fabrikam") < page.index("Contoso")
    assert "€198.00" in page


def test_it_is_narrowed_by_span_account_and_service_manager(onlooker: Client) -> None:
    contoso = an_account(name="Contoso")
    coupon = a_sold_coupon(days=20, account=contoso)
    a_sold_coupon(days=5, account=an_account(name="Fabrikam"))

    by_span = show(onlooker, days="30")
    by_name = show(onlooker, account="conto")
    by_number = show(onlooker, account=contoso.number.lower())
    by_manager = show(onlooker, application=coupon.application_id)
    by_another = show(onlooker, application=coupon.application_id + 1)

    for page in (by_span, by_name, by_number):
        assert "Contoso" in page
        assert "Fabrikam" not in page
    assert "Fabrikam" in by_manager
    assert "No coupon fits" in by_another


def test_coupon_by_coupon_each_leads_to_its_asset(onlooker: Client) -> None:
    coupon = a_sold_coupon(days=1)

    answer = onlooker.get(reverse(RADAR), {"by": "coupon"})

    assert coupon.number in words(answer)
    assert "1 day" in words(answer)
    address = reverse("bss:assets_asset_change", args=[coupon.pk])
    assert f'href="{address}"' in answer.content.decode()


def test_the_list_is_read_in_pages(onlooker: Client, monkeypatch) -> None:
    monkeypatch.setattr("purveyor.faces.backoffice.frame.report_pages.ROWS_A_PAGE", 1)
    monkeypatch.setattr("purveyor.faces.backoffice.reports.expiry_radar.ROWS_A_PAGE", 1)
    for days, name in enumerate(("Contoso", "Fabrikam", "Litware"), start=1):
        a_sold_coupon(days=days, account=an_account(name=name))

    first, second = onlooker.get(reverse(RADAR)), onlooker.get(reverse(RADAR), {"p": 2})
    last = words(onlooker.get(reverse(RADAR), {"p": 3}))

    assert "Contoso" in words(first)
    assert "Fabrikam" not in words(first)
    assert "Fabrikam" in words(second)
    assert 'rel="next" href="?p=3"' in second.content.decode()
    assert 'rel="prev" href="?p=1"' in second.content.decode()
    assert "Litware" in last
    assert "Next expiry" in last
    assert "Next " not in last.replace("Next expiry", "")


@pytest.mark.parametrize(
    "query",
    [
        {"days": "x", "application": "y", "by": "z", "p": "-1"},
        {"p": "999999999", "application": "9" * 40, "account": "%' or 1=1"},
    ],
)
def test_what_cannot_be_read_in_an_address_breaks_nothing(
    onlooker: Client, query: dict[str, str]
) -> None:
    a_sold_coupon(days=2)

    assert "Expiry radar" in show(onlooker, **query)


def test_nothing_to_show_is_said_kindly(onlooker: Client) -> None:
    assert "Nothing is about to expire" in show(onlooker)


def test_the_export_holds_what_is_shown(onlooker: Client) -> None:
    contoso = an_account(name="=Contoso")
    coupon = a_sold_coupon(days=20, account=contoso)
    a_sold_coupon(days=5)

    head, account = exported(onlooker, days="30")
    _head, asset = exported(onlooker, days="30", by="coupon")

    assert head[:3] == ["Account number", "Account", "Next expiry"]
    assert account[0] == contoso.number
    assert account[1] == "'=Contoso"  # no formula
    assert account[2:] == ["2030-02-04", "20", "1", "10", "EUR", "99.00", "70.00"]
    assert asset[0] == coupon.number
    assert coupon.coupon_code.reveal() not in repr(asset)


def test_it_takes_few_statements_however_much_there_is(onlooker: Client) -> None:
    for by in ("account", "coupon"):
        a_sold_coupon(days=2)
        few = queries_of(onlooker, f"{reverse(RADAR)}?by={by}")
        for days in (3, 8, 20, 50, 100):
            a_sold_coupon(days=days)

        assert queries_of(onlooker, f"{reverse(RADAR)}?by={by}") == few
        assert few <= STATEMENTS_MAX


def test_without_the_permission_there_is_no_radar() -> None:
    stranger = signed_in("orders.view_order")

    assert stranger.get(reverse(RADAR)).status_code == 403
    assert stranger.get(reverse(EXPORT)).status_code == 403
    assert "Expiry radar" not in words(stranger.get(reverse("bss:index")))
