"""
A worker is killed at one exact point, and another one starts.

Wherever it was, the asset gets its one coupon and its one mail. Only a mail that was
perhaps handed over is left alone, and shown as perhaps sent.
"""

import signal

import pytest

from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from tests.chaos.books import is_quiet, what_is_wrong
from tests.chaos.conftest import Buyer
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

PATIENCE = 40
LEASE_SECONDS = 2


def a_worker_is_killed_and_another_goes_on(crew: Crew, buys: Buyer, point: str) -> None:
    """Buy one license; the first worker dies at a point, the second ends the work."""
    doomed = crew.starts_doomed(point, LEASE_SECONDS=LEASE_SECONDS)
    buys.licenses(1)
    assert doomed.process.wait(PATIENCE) == -signal.SIGKILL, crew.logs()

    crew.starts(LEASE_SECONDS=LEASE_SECONDS)
    assert eventually(is_quiet, seconds=PATIENCE, pause_seconds=0.1), crew.logs()


@pytest.mark.parametrize(
    "point",
    [
        "before_the_attempt_is_committed",
        "after_the_attempt_is_committed",
        "after_the_answer",
        "before_the_result_is_committed",
        "after_the_result_is_committed",
        "before_the_message_is_committed",
        "after_the_message_is_committed",
    ],
)
def test_whoever_dies_while_a_coupon_is_made_it_is_made_once(
    hasty_vendor: StandIn, crew: Crew, buys: Buyer, point: str
) -> None:
    a_worker_is_killed_and_another_goes_on(crew, buys, point)

    assert what_is_wrong(hasty_vendor) == []
    assert Message.objects.get().state == MessageState.SENT
    assert len(hasty_vendor.inbox()) == 1


@pytest.mark.parametrize(
    "fault", ["latency", "slow_drip"], ids=["before it is made", "after it was made"]
)
def test_whoever_dies_during_the_call_the_coupon_is_made_once(
    hasty_vendor: StandIn, crew: Crew, buys: Buyer, fault: str
) -> None:
    hasty_vendor.fails(fault, call="make_coupon", seconds=0.9)

    a_worker_is_killed_and_another_goes_on(crew, buys, "during_the_call")

    assert what_is_wrong(hasty_vendor) == []
    assert len(hasty_vendor.inbox()) == 1


@pytest.mark.parametrize(
    ("point", "state", "mails"),
    [
        ("before_sending_is_committed", MessageState.SENT, 1),
        ("before_the_hand_over", MessageState.PERHAPS_SENT, 0),
        ("after_the_hand_over", MessageState.PERHAPS_SENT, 1),
        ("after_sent_is_committed", MessageState.SENT, 1),
    ],
)
def test_whoever_dies_while_a_mail_is_sent_it_is_never_sent_twice(
    hasty_vendor: StandIn,
    crew: Crew,
    buys: Buyer,
    point: str,
    state: MessageState,
    mails: int,
) -> None:
    a_worker_is_killed_and_another_goes_on(crew, buys, point)

    assert what_is_wrong(hasty_vendor) == []
    assert Message.objects.get().state == state
    assert len(hasty_vendor.inbox()) == mails
