"""A mail is sent once more only if a person says why, and while its coupon is there."""

import pytest

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.letter import Unsendable
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import (
    NoReason,
    StillOnItsWay,
    send_again,
)
from purveyor.domain.notifications.recipients import BadAddress
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.models import Lane
from tests.factories.notifications import (
    a_delivered_asset,
    a_message,
    coupon_columns,
)

DAN = "dan@contoso.example"
WHY = "Mia deleted it"


def a_sent_message() -> Message:
    message = a_message()
    settle(message)
    return message


def settle(message: Message, state: str = MessageState.SENT) -> None:
    Message.objects.filter(pk=message.pk).update(
        state=state, sent_at=message.created_at, due_at=None
    )
    message.refresh_from_db()


def test_it_is_a_new_mail_with_an_occasion_of_its_own(now, profile, wake_ups) -> None:
    first = a_sent_message()

    with wake_ups() as calls:
        again = send_again(message=first, because=f" {WHY} ", actor=DAN, now=now)

    assert again.occasion == "again-1"
    assert again.because == WHY
    assert again.recipient == first.recipient
    assert again.state == MessageState.QUEUED
    assert again.lane == Lane.INTERACTIVE
    assert again.message_id != first.message_id
    assert len(calls) == 1


def test_the_journal_says_who_and_why(now, profile) -> None:
    first = a_sent_message()

    send_again(message=first, because=WHY, actor=DAN, now=now)

    line = Entry.objects.get(verb="send_again")
    assert line.actor == DAN
    assert line.record_id == first.pk
    assert line.facts == {"because": WHY, "recipient": first.recipient}


def test_each_time_is_counted(now, profile) -> None:
    first = a_sent_message()
    settle(send_again(message=first, because=WHY, actor=DAN, now=now))

    again = send_again(message=first, because=WHY, actor=DAN, now=now)

    assert again.occasion == "again-2"


@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.PERHAPS_SENT])
def test_also_what_failed_or_was_perhaps_sent(now, profile, state) -> None:
    message = a_message()
    settle(message, state)

    again = send_again(message=message, because=WHY, actor=DAN, now=now)

    assert again.state == MessageState.QUEUED


def test_it_can_go_to_another_address(now, profile) -> None:
    again = send_again(
        message=a_sent_message(),
        because=WHY,
        recipient=" tom@north.example ",
        actor=DAN,
        now=now,
    )

    assert again.recipient == "tom@north.example"


def test_a_double_click_writes_one(now, profile) -> None:
    first = a_sent_message()
    send_again(message=first, because=WHY, actor=DAN, now=now)

    with pytest.raises(StillOnItsWay):
        send_again(message=first, because=WHY, actor=DAN, now=now)

    assert Message.objects.count() == 2


def test_of_two_people_the_second_is_refused(now, profile) -> None:
    """Both have counted, then both write: the table holds an occasion once."""
    first = a_sent_message()
    settle(send_again(message=first, because=WHY, actor=DAN, now=now))
    Message.objects.filter(occasion="again-1").update(occasion="again-2")

    with pytest.raises(StillOnItsWay, match="Reload the page"):
        send_again(message=first, because=WHY, actor=DAN, now=now)


@pytest.mark.parametrize("because", ["", "  \n ", "x" * 301])
def test_it_needs_a_reason_of_bounded_length(now, profile, because) -> None:
    with pytest.raises(NoReason):
        send_again(message=a_sent_message(), because=because, actor=DAN, now=now)


@pytest.mark.parametrize("recipient", ["tom", "tom@", "a@b.example, c@d.example"])
def test_it_needs_an_address(now, profile, recipient) -> None:
    message = a_sent_message()

    with pytest.raises(BadAddress):
        send_again(
            message=message, because=WHY, recipient=recipient, actor=DAN, now=now
        )


def test_an_order_that_named_nobody_needs_one_too(now, profile) -> None:
    message = a_message(asset=a_delivered_asset(recipient_email=""))
    settle(message, MessageState.FAILED)

    with pytest.raises(BadAddress, match="There is no address"):
        send_again(message=message, because=WHY, actor=DAN, now=now)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"state": AssetState.CANCELLED}, "The asset is cancelled."),
        (
            coupon_columns("BT-OTHER-COUPON-9999"),
            "The asset has another coupon by now.",
        ),
    ],
    ids=["cancelled", "another coupon"],
)
def test_a_coupon_that_is_gone_is_not_sent_again(now, profile, columns, reason) -> None:
    message = a_sent_message()
    Asset.objects.update(**columns)

    with pytest.raises(Unsendable, match=reason):
        send_again(message=message, because=WHY, actor=DAN, now=now)
