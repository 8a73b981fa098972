"""Lists of mails, one mail, and the preview of a template."""

from datetime import timedelta

import pytest

from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message, Template
from purveyor.domain.notifications.operations import establish_templates
from purveyor.domain.notifications.queries import (
    MessageNotFound,
    get_message,
    list_messages,
    messages_of,
    preview_template,
)
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.welcome import WELCOME
from tests.factories.notifications import CODE, a_delivered_asset, a_message


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

    assert row.asset_number == asset.number
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
    assert [row.pk for row in list_messages(search=mia.asset.number)] == [mia.pk]


def test_a_list_takes_one_query(profile, django_assert_num_queries) -> None:
    three_messages()

    with django_assert_num_queries(1):
        list_messages()


def test_the_mails_of_an_asset_are_its_own(profile) -> None:
    _mia, tom, _lea = three_messages()

    assert [row.pk for row in messages_of(tom.asset)] == [tom.pk]


def test_one_mail_is_found_or_said_to_be_missing(profile) -> None:
    message = a_message()

    assert get_message(pk=message.pk) == message
    with pytest.raises(MessageNotFound):
        get_message(pk=message.pk + 1)


def test_a_preview_without_an_asset_shows_examples(now) -> None:
    establish_templates()

    preview = preview_template(template=Template.objects.get(name=WELCOME), now=now)

    assert "EXAMPLE-7KQM-2F9X" in preview.html
    assert "Northwind GmbH" in preview.text


def test_a_preview_of_a_reminder_masks_the_example_too(now) -> None:
    establish_templates()

    preview = preview_template(template=Template.objects.get(name=REMINDER), now=now)

    assert "•••• 2F9X" in preview.html
    assert "EXAMPLE-7KQM" not in repr(preview)


def test_a_preview_of_an_asset_masks_its_code(profile, now) -> None:
    establish_templates()
    template = Template.objects.get(name=WELCOME)
    texts = Texts("{{ asset_number }}", "{{ coupon_code }}", "<b>{{ coupon_code }}</b>")
    asset = a_delivered_asset()

    preview = preview_template(template=template, texts=texts, asset=asset, now=now)

    assert preview == Texts(asset.number, "•••• 8ZPA", "<b>•••• 8ZPA</b>")
    assert CODE not in repr(preview)
