"""Reports > Sold and never redeemed: by month, account and product, told honestly."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.unredeemed import (
    GroupedBy,
    Sales,
    months_of,
    unredeemed,
)
from purveyor.kernel.money import Money
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product
from tests.factories.moments import NOON, TODAY
from tests.factories.reminders import a_sold_coupon
from tests.support.staff import queries_of, signed_in, words

pytestmark = pytest.mark.both

REPORT = "bss:never_redeemed"
EXPORT = "bss:never_redeemed_export"
STATEMENTS_MAX = 9
MONTH, ACCOUNT, PRODUCT = GroupedBy


@pytest.fixture
def onlooker() -> Client:
    return signed_in("assets.view_asset")


def sold(
    *, days: int, on: date = TODAY, state: str = AssetState.ACTIVE, **fields: Any
) -> Asset:
    """Return a coupon that was sold on a day, with what became of it."""
    asset = a_sold_coupon(days=days, **fields)
    asset.purchase_date, asset.state = on, state
    asset.save(update_fields=["purchase_date", "state"])
    return asset


def show(client: Client, **query: str | int) -> str:
    """Return what a person reads in the report."""
    return words(client.get(reverse(REPORT), query))


def exported(client: Client, **query: str | int) -> list[list[str]]:
    """Return the rows of the export, its head first."""
    answer: Any = client.get(reverse(EXPORT), query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_what_became_of_each_coupon_is_counted() -> None:
    sold(days=-60, state=AssetState.EXPIRED, quantity=1)
    sold(days=-1, quantity=2)
    sold(days=30, quantity=4)
    sold(days=31, quantity=8)
    sold(days=40, state=AssetState.REDEEMED)
    sold(days=-5, state=AssetState.VANISHED)
    sold(days=5, state=AssetState.CANCELLED)

    [row] = unredeemed(sales=Sales(), by=MONTH, now=NOON)

    assert row.key == date(2030, 1, 1)
    assert row.sold_count == 6
    assert (row.expired_count, row.past_count) == (1, 1)
    assert (row.soon_count, row.open_count) == (1, 1)
    assert (row.lost_count, row.lost_percent, row.lost_licenses) == (2, 33, 3)
    assert (row.lost, row.at_risk) == (euros("29.70"), euros("39.60"))


def test_months_are_those_of_the_sale_the_newest_first() -> None:
    sold(days=-60, on=date(2029, 2, 28), state=AssetState.EXPIRED)
    sold(days=-60, on=date(2029, 3, 1), state=AssetState.EXPIRED)
    sold(days=-60, on=date(2029, 1, 31), state=AssetState.EXPIRED)

    year = unredeemed(sales=Sales(months=12), by=MONTH, now=NOON)
    half = unredeemed(sales=Sales(months=6), by=MONTH, now=NOON)

    assert [row.key for row in year] == [date(2029, 3, 1), date(2029, 2, 1)]
    assert half == ()
    months = months_of(sales=Sales(months=3), now=NOON)
    assert months == (date(2029, 11, 1), date(2029, 12, 1), date(2030, 1, 1))


def test_currencies_are_never_added() -> None:
    a_product(price="8.00", currency="USD")
    sold(days=-2, quantity=1)
    sold(days=-2, quantity=1, account=an_account(currency="USD"))

    rows = unredeemed(sales=Sales(), by=MONTH, now=NOON)

    assert [row.lost for row in rows] == [
        euros("9.90"),
        Money(Decimal("8.00"), "USD"),
    ]


def test_the_largest_loss_stands_first() -> None:
    contoso, fabrikam = an_account(name="Contoso"), an_account(name="Fabrikam")
    litware = an_account(name="Litware")
    sold(days=-2, account=contoso, quantity=1)
    sold(days=-2, account=fabrikam, quantity=5)
    sold(days=200, account=litware)

    by_account = unredeemed(sales=Sales(), by=ACCOUNT, now=NOON)
    [by_product] = unredeemed(sales=Sales(), by=PRODUCT, now=NOON)

    assert [row.name for row in by_account] == ["Fabrikam", "Contoso"]
    assert by_account[0].number == fabrikam.number
    assert by_product.name == "BitTitan Mailbox License"
    assert (by_product.sold_count, by_product.past_count) == (3, 2)


def test_the_page_tells_the_figures_and_what_nobody_can_know(onlooker: Client) -> None:
    contoso = an_account(name="Contoso")
    sold(days=-2, account=contoso, quantity=100)

    page = show(onlooker)
    by_account = show(onlooker, by="account")

    assert "Jan 2030" in page
    assert "€990.00" in page
    assert "a vendor that stops listing a coupon does not say" in page
    assert "Contoso" not in page
    assert "Contoso" in by_account
    assert "100 %" in by_account


def test_it_is_narrowed_by_service_manager(onlooker: Client) -> None:
    coupon = sold(days=-2)

    assert "Jan 2030" in show(onlooker, application=coupon.application_id)
    assert "Nothing was sold" in show(onlooker, application=coupon.application_id + 1)


def test_nothing_lost_is_said_kindly(onlooker: Client) -> None:
    assert "Nothing was sold in these months" in show(onlooker)

    sold(days=200)

    assert "Nothing is lost" in show(onlooker, by="account")


def test_what_cannot_be_read_in_an_address_breaks_nothing(onlooker: Client) -> None:
    sold(days=-2)

    page = show(onlooker, months="x", by="y", p="-7", application="z")

    assert "12 months" in page
    assert "Jan 2030" in page


def test_the_export_holds_what_is_shown(onlooker: Client) -> None:
    contoso = an_account(name="Contoso")
    coupon = sold(days=-2, account=contoso, quantity=3)

    head, month = exported(onlooker)
    _head, account = exported(onlooker, by="account")

    figures = ["EUR", "1", "0", "1", "0", "0", "3", "29.70", "0.00"]
    assert head[0] == "Month"
    assert month == ["2030-01", *figures]
    assert account == [contoso.number, "Contoso", *figures]
    assert coupon.coupon_code.reveal() not in repr((month, account))


def test_it_takes_few_statements_however_much_there_is(onlooker: Client) -> None:
    for by in GroupedBy:
        sold(days=-2)
        few = queries_of(onlooker, f"{reverse(REPORT)}?by={by}")
        for months in range(1, 6):
            sold(days=-2, on=TODAY - timedelta(days=30 * months))

        assert queries_of(onlooker, f"{reverse(REPORT)}?by={by}") == few
        assert few <= STATEMENTS_MAX


def test_without_the_permission_there_is_no_report() -> None:
    stranger = signed_in("orders.view_order")

    assert stranger.get(reverse(REPORT)).status_code == 403
    assert stranger.get(reverse(EXPORT)).status_code == 403
    assert "never redeemed" not in words(stranger.get(reverse("bss:index")))
