"""What the vendor answers is told to whom it concerns."""

import pytest

from purveyor.domain.notifications.events import EventName
from purveyor.domain.notifications.models import Message
from tests.factories.accounts import an_account
from tests.factories.notifications import a_rule
from tests.support.desk import Desk


def told() -> list[tuple[str, str]]:
    mails = Message.objects.filter(coupon_hash="").order_by("pk")
    return [(mail.notification.event, mail.about_label) for mail in mails]


@pytest.fixture
def rules(db: None) -> None:
    for event in (
        EventName.ACCOUNT_SYNCHRONIZED,
        EventName.ACCOUNT_FAILED,
        EventName.ASSET_SYNCHRONIZED,
        EventName.ASSET_FAILED,
    ):
        a_rule(event)


def test_an_account_and_an_asset_that_are_made(desk: Desk, rules: None) -> None:
    account = an_account()
    desk.synchronizes(account)
    asset = desk.buys(account)
    desk.works()

    assert told() == [
        ("ACCOUNT_SYNCHRONIZED", account.number),
        ("ASSET_SYNCHRONIZED", asset.number),
    ]


def test_an_account_that_is_refused(desk: Desk, rules: None) -> None:
    account = an_account()
    desk.vendor.fails("invalid_422")

    desk.synchronizes(account)

    assert told() == [("ACCOUNT_FAILED", account.number)]


def test_an_asset_that_is_refused_each_time_anew(desk: Desk, rules: None) -> None:
    account = an_account()
    desk.synchronizes(account)
    desk.vendor.fails("invalid_422", call="make_coupon", next=2)
    asset = desk.buys(account)
    desk.works()
    desk.retries(asset)
    desk.works()

    assert told()[1:] == [("ASSET_FAILED", asset.number)] * 2
    mail = Message.objects.filter(notification__event="ASSET_FAILED").first()
    assert mail is not None
    assert mail.order == asset.order_item.order
    assert asset.number in mail.masked_text
