"""What a reminder says, and that a coupon which is spent by then is not told of."""

from datetime import timedelta

import pytest

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.letter import Unsendable
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import (
    send_again,
)
from purveyor.flows.execution.street import STREET
from purveyor.kernel.work.engine import drain
from tests.factories.moments import DAN, NOON
from tests.factories.notifications import CODE, PORTAL
from tests.factories.reminders import (
    a_coupon,
    a_ladder,
    morning,
    reminded,
    rounds,
)

from .conftest import everything_stored, send, text_of

AFTER_THE_ROUND = morning(1) + timedelta(minutes=1)


def test_the_mail_shows_the_end_of_the_code_and_the_way_to_the_portal(
    profile, mailbox
) -> None:
    a_ladder()
    a_coupon(days=15, code=CODE)
    rounds(until=1)

    send(Message.objects.get(), AFTER_THE_ROUND)

    [mail] = mailbox.taken
    assert mail["Subject"].startswith("10 × BitTitan Mailbox License: redeem")
    assert "30 January 2030" in mail["Subject"]
    for kind in ("plain", "html"):
        text = text_of(mail, kind)
        assert CODE not in text
        assert "•••• 8ZPA" in text
        assert PORTAL in text
        assert "30 January 2030" in text
        assert "14 days" in text
    assert CODE not in everything_stored()


def test_workers_write_and_send_it_by_themselves(profile, mailbox) -> None:
    a_ladder()
    coupon = a_coupon(days=10)
    Asset.objects.update(welcome_due_at=None)

    drain(STREET, now=morning(1))

    assert reminded(coupon) == [("expires-14", 1)]
    assert Message.objects.get().state == MessageState.SENT
    assert len(mailbox.taken) == 1


@pytest.mark.parametrize(
    ("days", "told"), [(1, "(today)"), (2, "(tomorrow)"), (3, "(in 2 days)")]
)
def test_the_mail_says_how_long_there_is(profile, days, told) -> None:
    a_ladder()
    a_coupon(days=days)

    rounds(until=1)

    assert told in Message.objects.get().masked_text


def test_redeemed_between_writing_and_sending_it_is_not_sent(profile, mailbox) -> None:
    a_ladder()
    a_coupon(days=10)
    rounds(until=1)
    Asset.objects.update(state=AssetState.REDEEMED)

    message = send(Message.objects.get(), AFTER_THE_ROUND)

    assert mailbox.taken == []
    assert message.state == MessageState.FAILED
    assert message.waits_because.startswith("The coupon does not wait to be redeemed")


def test_expired_before_the_mail_server_is_reached_it_is_not_sent(
    profile, mailbox
) -> None:
    a_ladder()
    a_coupon(days=1)
    rounds(until=1)

    message = send(Message.objects.get(), NOON + timedelta(days=1))

    assert mailbox.taken == []
    assert message.state == MessageState.FAILED


def test_a_reminder_of_a_spent_coupon_is_not_sent_again(profile, mailbox) -> None:
    a_ladder()
    a_coupon(days=10)
    rounds(until=1)
    message = send(Message.objects.get(), AFTER_THE_ROUND)
    Asset.objects.update(state=AssetState.VANISHED)

    with pytest.raises(Unsendable, match="does not wait to be redeemed"):
        send_again(message=message, because="She asked", actor=DAN, now=morning(2))
