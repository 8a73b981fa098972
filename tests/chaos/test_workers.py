"""Real workers that die, double and come late: one coupon, connected, one mail."""

import pytest
from django.db import connection

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from tests.chaos.conftest import Buyer
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

PATIENCE = 40


def all_synchronized(assets: list[Asset]) -> bool:
    wanted = Asset.objects.filter(pk__in=[asset.pk for asset in assets])
    return not wanted.exclude(sync_status=SyncStatus.SYNCHRONIZED).exists()


def assert_one_coupon_and_one_mail_each(vendor: StandIn, assets: list[Asset]) -> None:
    assert eventually(lambda: len(vendor.inbox()) >= len(assets), seconds=PATIENCE)
    text = "".join(mail["text"] for mail in vendor.inbox())
    for asset in assets:
        (coupon,) = vendor.made(asset.key)
        held = Asset.objects.get(pk=asset.pk)
        assert held.coupon_code.reveal() == coupon["code"]
        assert text.count(coupon["code"]) == 1
    assert len(vendor.inbox()) == len(assets)
    assert Invoice.objects.count() == len(assets)


def test_a_worker_makes_coupons_and_ends_when_it_is_asked_to(
    vendor: StandIn, crew: Crew, buys: Buyer
) -> None:
    worker = crew.starts()
    assets = buys.licenses(5)

    assert eventually(lambda: all_synchronized(assets), seconds=PATIENCE)
    assert_one_coupon_and_one_mail_each(vendor, assets)
    assert worker.stops() == 0
    for asset in assets:
        assert vendor.made(asset.key)[0]["code"] not in crew.logs()


def test_a_worker_killed_in_the_middle_of_a_vendor_call(
    vendor: StandIn, crew: Crew, buys: Buyer
) -> None:
    vendor.fails("latency", call="make_coupon", seconds=0.8, next=1)
    first = crew.starts()
    (asset,) = buys.licenses(1)
    assert eventually(lambda: len(vendor.calls("make_coupon")) == 1, seconds=PATIENCE)

    first.is_killed()
    crew.starts()

    assert eventually(lambda: all_synchronized([asset]), seconds=PATIENCE)
    assert_one_coupon_and_one_mail_each(vendor, [asset])


@pytest.mark.parametrize("fault", ["hang_up_after", "error_500_after", "slow_drip"])
def test_an_answer_that_is_lost_after_making(
    vendor: StandIn, crew: Crew, buys: Buyer, fault: str
) -> None:
    vendor.fails(fault, call="make_coupon", next=2)
    crew.starts()
    assets = buys.licenses(3)

    assert eventually(lambda: all_synchronized(assets), seconds=PATIENCE)
    assert_one_coupon_and_one_mail_each(vendor, assets)


def test_a_coupon_made_seconds_after_the_vendor_hung_up(
    vendor: StandIn, crew: Crew, buys: Buyer
) -> None:
    vendor.fails("made_later", call="make_coupon", seconds=2)
    crew.starts()
    (asset,) = buys.licenses(1)

    assert eventually(lambda: all_synchronized([asset]), seconds=PATIENCE)
    assert_one_coupon_and_one_mail_each(vendor, [asset])


def test_two_workers_share_the_work_and_double_none_of_it(
    vendor: StandIn, crew: Crew, buys: Buyer
) -> None:
    if connection.vendor == "sqlite":
        crew.starts()  # SQLite takes one worker
    else:
        crew.starts()
        crew.starts()
    vendor.fails("hang_up_after", call="make_coupon", next=3)
    assets = buys.licenses(20)

    assert eventually(lambda: all_synchronized(assets), seconds=PATIENCE)
    assert_one_coupon_and_one_mail_each(vendor, assets)
