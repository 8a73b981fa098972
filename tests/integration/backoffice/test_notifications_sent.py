"""Operations > Notifications sent: what became of each mail, and once more."""

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.notifications.events import Audience, EventName
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from tests.factories.notifications import (
    CODE,
    a_delivered_asset,
    a_message,
    a_rule,
    hears_news,
)
from tests.factories.orders import a_submitted_order
from tests.support.staff import queries_of, signed_in, words

MAIL = "bss:notifications_message_change"
AGAIN = "bss:notifications_message_again"
SENT = "bss:notifications_message_changelist"


@pytest.fixture
def operator() -> Client:
    return signed_in("notifications.view_message", "notifications.send_again")


def test_a_mail_about_an_order_leads_to_it_and_says_again_what_it_said(
    operator: Client,
) -> None:
    a_rule(EventName.ORDER_SUBMITTED, "ACCOUNT", audience=Audience.CUSTOMER)
    order = a_submitted_order()
    (mail,) = hears_news()
    Message.objects.update(state=MessageState.FAILED, due_at=None)

    page = words(operator.get(reverse(MAIL, args=[mail.pk])))
    operator.post(
        reverse(AGAIN, args=[mail.pk]),
        {"_form_submitted": "True", "because": "It was lost", "recipient": ""},
    )

    again = Message.objects.exclude(pk=mail.pk).get()
    assert order.number in page
    assert (again.recipient, again.masked_text) == (mail.recipient, mail.masked_text)
    assert (again.order, again.occasion) == (order, "again-1")


def test_a_mail_that_was_perhaps_sent_is_explained(operator: Client) -> None:
    message = a_message()
    Message.objects.update(state=MessageState.PERHAPS_SENT, due_at=None)

    answer = operator.get(reverse(MAIL, args=[message.pk]))

    page = words(answer)
    assert "It may have arrived, so it is not repeated by itself." in page
    assert "Send again" in page
    assert CODE not in answer.content.decode()


def test_a_mail_is_sent_again_with_a_reason_only(operator: Client) -> None:
    message = a_message()
    Message.objects.update(state=MessageState.PERHAPS_SENT, due_at=None)
    dialog = reverse(AGAIN, args=[message.pk])
    sent = {"_form_submitted": "True", "because": "", "recipient": "tom@north.example"}

    refused = operator.post(dialog, sent)
    operator.post(dialog, {**sent, "because": "It never came"})

    again = Message.objects.exclude(pk=message.pk).get()
    assert "Say why the mail is sent again." in words(refused)
    assert "tom@north.example" in refused.content.decode()
    assert (again.recipient, again.because) == ("tom@north.example", "It never came")


def test_sending_again_needs_its_permission() -> None:
    message = a_message()
    Message.objects.update(state=MessageState.PERHAPS_SENT, due_at=None)
    auditor = signed_in("notifications.view_message")

    answer = auditor.post(reverse(AGAIN, args=[message.pk]), {"because": "Please"})

    assert answer.status_code == 403
    assert "Send again" not in words(auditor.get(reverse(MAIL, args=[message.pk])))


def test_the_list_asks_as_much_for_many_mails_as_for_one(operator: Client) -> None:
    a_message()
    for_one = queries_of(operator, reverse(SENT))
    for n in range(3):
        a_message(asset=a_delivered_asset(code=f"BT-OTHER-{n}"))

    assert queries_of(operator, reverse(SENT)) == for_one
