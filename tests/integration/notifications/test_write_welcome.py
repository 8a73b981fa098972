"""The welcome mail is written once for a coupon, with the code masked."""

import pytest

from purveyor.domain.accounts.models import Contact
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message, Notification
from purveyor.domain.notifications.operations import write_welcome
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.models import Lane
from tests.factories.notifications import (
    CODE,
    PORTAL,
    a_delivered_asset,
    a_message,
    coupon_columns,
)

from .conftest import everything_stored


def test_it_waits_for_a_worker_with_the_address_frozen_on_the_order(
    now, profile, wake_ups
) -> None:
    asset = a_delivered_asset()

    with wake_ups() as calls:
        message = write_welcome(asset=asset, actor="worker", now=now)

    assert message is not None
    assert message.state == MessageState.QUEUED
    assert message.due_at == now
    assert message.recipient == asset.order_item.order.recipient_email
    assert message.subject == "Welcome BitTitan Integration customer"
    assert message.message_id.endswith("@localhost>")
    assert "Hello Mia Miller" in message.masked_text
    assert PORTAL in message.masked_html
    assert len(calls) == 1


def test_what_is_stored_never_holds_the_code(profile) -> None:
    message = a_message()

    assert CODE not in everything_stored()
    assert "•••• 8ZPA" in message.masked_text
    assert "•••• 8ZPA" in message.masked_html


def test_called_twice_it_is_written_once(now, profile, wake_ups) -> None:
    asset = a_delivered_asset()
    first = a_message(asset=asset)

    with wake_ups() as calls:
        second = write_welcome(asset=asset, actor="worker", now=now)

    assert second == first
    assert Message.objects.count() == 1
    assert calls == []


def test_another_coupon_is_told_too(now, profile) -> None:
    asset = a_delivered_asset()
    a_message(asset=asset)
    type(asset).objects.update(**coupon_columns("BT-OTHER-COUPON-9999"))

    a_message(asset=asset)

    assert Message.objects.count() == 2


def test_switched_off_it_leaves_a_journal_line_on_the_asset(now, profile) -> None:
    asset = a_delivered_asset()
    a_message(asset=a_delivered_asset(code="BT-ANOTHER-ONE-0001"))
    Notification.objects.update(is_enabled=False)

    message = write_welcome(asset=asset, actor="worker", now=now)

    line = Entry.objects.get(verb="skip_welcome")
    assert message is None
    assert line.record_id == asset.pk
    assert line.facts == {"because": "The notification is switched off."}


@pytest.mark.parametrize(
    ("columns", "because"),
    [
        ({"state": AssetState.CANCELLED}, "The asset is cancelled."),
        (
            {
                "sync_status": "FAILED",
                "coupon_hash": None,
                "coupon_sealed": "",
                "coupon_mask": "",
            },
            "The asset has no coupon.",
        ),
    ],
    ids=["cancelled", "no coupon"],
)
def test_without_a_live_coupon_nothing_is_written(now, columns, because) -> None:
    asset = a_delivered_asset()
    type(asset).objects.update(**columns)

    message = write_welcome(asset=asset, actor="worker", now=now)

    assert message is None
    assert Entry.objects.get(verb="skip_welcome").facts == {"because": because}


@pytest.mark.parametrize("lane", Lane.values)
def test_it_goes_in_the_lane_of_its_asset(now, profile, lane) -> None:
    asset = a_delivered_asset()
    type(asset).objects.update(lane=lane)

    assert a_message(asset=asset).lane == lane


def test_the_copy_is_frozen_from_the_template(now, profile) -> None:
    a_message()
    Notification.objects.update(cc=["sales@contoso.example"])

    message = a_message(asset=a_delivered_asset(code="BT-ANOTHER-ONE-0001"))

    assert message.copy_to == ["sales@contoso.example"]


def test_a_name_cannot_bring_markup_into_the_mail(profile) -> None:
    asset = a_delivered_asset(account_name="<script>alert(1)</script>")

    message = a_message(asset=asset)

    assert "<script>" not in message.masked_html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in message.masked_html
    assert "<script>alert(1)</script>" in message.masked_text


def test_it_greets_nobody_by_a_wrong_name(profile) -> None:
    asset = a_delivered_asset(recipient_email="accounts@north.example")

    assert a_message(asset=asset).masked_text.startswith("Hello,")


def test_it_greets_the_contact_behind_the_frozen_address(profile) -> None:
    asset = a_delivered_asset(recipient_email="tom@north.example")
    Contact.objects.create(
        account=asset.account,
        first_name="Tom",
        last_name="Young",
        email="Tom@north.example",
    )

    assert a_message(asset=asset).masked_text.startswith("Hello Tom Young,")


def test_without_settings_of_the_vendor_it_is_written_all_the_same(profile) -> None:
    asset = a_delivered_asset()
    ServiceManagerSetup.objects.all().delete()

    message = a_message(asset=asset)

    assert message.state == MessageState.QUEUED
    assert message.masked_text == ""
    assert message.subject == "Welcome BitTitan Integration customer"
