"""Lists of mails, one mail, and the preview of a template."""

from datetime import timedelta

import pytest

from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.queries import (
    MessageNotFound,
    get_message,
    list_messages,
    messages_about,
)
from tests.factories.notifications import a_delivered_asset, a_message


def three_messages() -> list[Message]:
    return [
        a_message(
            asset=a_delivered_asset(
                code=f"BT-COUPON-NUMBER-{n}", recipient_email=f"{name}@north.example"
            )
        )
        for n, name in enumerate(["mia", "tom", "lea"])
    ]


def test_the_newest_comes_first(now, profile) -> None:
    mia, tom, lea = three_messages()
    Message.objects.filter(pk=mia.pk).update(created_at=now + timedelta(seconds=1))

    assert [row.pk for row in list_messages()] == [mia.pk, lea.pk, tom.pk]


def test_pages_follow_each_other_without_a_gap(profile) -> None:
    messages = three_messages()

    first = list_messages(limit=2)
    second = list_messages(limit=2, before=first[-1])

    shown = [row.pk for row in (*first, *second)]
    assert shown == [message.pk for message in reversed(messages)]


def test_a_row_says_what_a_page_shows(now, profile) -> None:
    asset = a_delivered_asset()
    message = a_message(asset=asset)
    Message.objects.update(waits_because="The mail server was not reached")

    [row] = list_messages()

    assert row.about == asset.number
    assert row.account_name == "Northwind GmbH"
    assert row.recipient == message.recipient
    assert row.state_label == "Queued"
    assert row.waits_because == "The mail server was not reached"
    assert row.next_try_at == now
    assert not row.can_send_again


def test_what_has_settled_can_be_sent_again(now, profile) -> None:
    a_message()
    Message.objects.update(state=MessageState.PERHAPS_SENT, due_at=None)

    assert list_messages()[0].can_send_again


def test_mails_are_found_by_state_address_and_asset(profile) -> None:
    mia, tom, lea = three_messages()
    Message.objects.filter(pk=lea.pk).update(state=MessageState.FAILED)

    assert [row.pk for row in list_messages(state="FAILED")] == [lea.pk]
    assert [row.pk for row in list_messages(search=" TOM@north.example")] == [tom.pk]
    assert [row.pk for row in list_messages(search=mia.about_label)] == [mia.pk]


def test_a_list_takes_one_query(profile, django_assert_num_queries) -> None:
    three_messages()

    with django_assert_num_queries(1):
        list_messages()


def test_the_mails_of_an_asset_are_its_own(profile) -> None:
    _mia, tom, _lea = three_messages()

    assert tom.asset is not None
    assert [row.pk for row in messages_about(tom.asset)] == [tom.pk]


def test_one_mail_is_found_or_said_to_be_missing(profile) -> None:
    message = a_message()

    assert get_message(pk=message.pk) == message
    with pytest.raises(MessageNotFound):
        get_message(pk=message.pk + 1)
