"""A coupon that expires is told of on each rung, once, and never after it is spent."""

from datetime import timedelta

import pytest

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import note_fate
from purveyor.domain.notifications import rounds as walking
from purveyor.domain.notifications.ladder import (
    edit_ladder,
)
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message, Notification, ReminderRound
from purveyor.domain.notifications.operations import (
    write_welcome,
)
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.rounds import walk_round
from purveyor.flows.execution.street import STREET
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import drain
from purveyor.kernel.work.leases import claim
from tests.factories.moments import DAN, NOON
from tests.factories.reminders import (
    ROUNDS,
    a_coupon,
    a_ladder,
    morning,
    reminded,
    rounds,
)

# ------------------------------------------------------------------ the whole ladder


def test_each_rung_is_said_once_on_its_day(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=40)

    rounds(until=45)

    assert reminded(coupon) == [
        ("expires-30", 10),
        ("expires-14", 26),
        ("expires-3", 37),
    ]


def test_nothing_is_said_after_it_is_redeemed(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=40)
    rounds(until=20)
    told = {"verb": "redeem", "evidence": "The portal says so.", "actor": DAN}

    note_fate(asset=coupon, **told, now=morning(20))
    rounds(since=21, until=45)

    assert reminded(coupon) == [("expires-30", 10)]


@pytest.mark.parametrize(
    "columns",
    [
        {"state": AssetState.REDEEMED},
        {"state": AssetState.EXPIRED},
        {"state": AssetState.VANISHED},
        {"state": AssetState.CANCELLING},
        {"state": AssetState.CANCELLED},
        {
            "sync_status": SyncStatus.FAILED,
            "coupon_hash": None,
            "coupon_sealed": "",
        },
        {"expires_at": None},
        {"expires_at": NOON},
    ],
    ids=lambda columns: "-".join(str(value) for value in columns.values()),
)
def test_only_a_coupon_that_waits_is_told_of(profile, columns) -> None:
    a_ladder()
    waits, other = a_coupon(days=10), a_coupon(days=10)
    Asset.objects.filter(pk=other.pk).update(**columns)

    rounds(until=1)

    assert reminded(waits) == [("expires-14", 1)]
    assert reminded(other) == []


def test_on_the_last_day_it_is_told_only_before_its_hour(profile) -> None:
    a_ladder(3)
    at_noon, at_dawn = a_coupon(days=1), a_coupon(days=1)
    at_dawn.expires_at = morning(1) - timedelta(hours=2)
    at_dawn.save(update_fields=["expires_at"])

    rounds(until=1)

    assert reminded(at_noon) == [("expires-3", 1)]
    assert reminded(at_dawn) == []


# ------------------------------------------------------------------ late, and edited


def test_a_late_start_says_only_the_nearest_rung(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=3)

    rounds(until=4)

    line = Entry.objects.get(verb="write_reminder")
    assert reminded(coupon) == [("expires-3", 1)]
    assert line.record_id == coupon.pk
    assert line.facts["overtaken"] == ["30", "14"]


def test_rounds_that_were_missed_are_not_made_up_for(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=40)
    rounds(until=10)

    rounds(since=30, until=45)  # no worker from day 11 to day 29

    assert reminded(coupon) == [
        ("expires-30", 10),
        ("expires-14", 30),
        ("expires-3", 37),
    ]


def test_an_edited_ladder_holds_from_the_next_round_on(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=40)
    rounds(until=12)

    edit_ladder(rungs=(20, 5), actor=DAN, now=morning(12))
    rounds(since=13, until=45)

    assert reminded(coupon) == [
        ("expires-30", 10),
        ("expires-20", 20),
        ("expires-5", 35),
    ]


def test_a_new_rung_does_not_repeat_what_was_just_said(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=10)
    rounds(until=1)  # nine days left: the rung of 14, late

    edit_ladder(rungs=(30, 12, 3), actor=DAN, now=morning(1))
    rounds(since=2, until=3)

    assert reminded(coupon) == [("expires-14", 1)]


def test_the_welcome_mail_is_not_followed_by_a_rung_passed_before_it(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=10, made_days_ago=0)
    write_welcome(asset=coupon, actor="worker", now=NOON)

    rounds(until=9)

    assert reminded(coupon) == [("expires-3", 7)]


def test_a_welcome_mail_that_failed_counts_for_nothing(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=10, made_days_ago=0)
    write_welcome(asset=coupon, actor="worker", now=NOON)
    Message.objects.update(state=MessageState.FAILED, due_at=None)

    rounds(until=1)

    assert reminded(coupon) == [("expires-14", 1)]


def test_an_empty_ladder_reminds_nobody(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=10)
    edit_ladder(rungs=(), actor=DAN, now=NOON)

    rounds(until=9)

    assert reminded(coupon) == []


def test_switched_off_nobody_is_reminded_and_later_once(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=20)
    reminders = Notification.objects.filter(name=REMINDER)
    reminders.update(is_enabled=False)
    rounds(until=8)
    assert reminded(coupon) == []

    reminders.update(is_enabled=True)
    rounds(since=9, until=10)

    assert reminded(coupon) == [("expires-14", 9)]


# ------------------------------------------------------------------ the round


def test_a_round_is_gone_in_steps_and_looks_at_every_coupon(
    profile, monkeypatch
) -> None:
    monkeypatch.setattr(walking, "COUPONS_A_STEP", 2)
    a_ladder()
    coupons = [a_coupon(days=10) for _n in range(3)] + [a_coupon(days=12)]

    steps = drain(ROUNDS, now=morning(1))

    assert steps == 3  # two, two, and none left
    assert [reminded(each) for each in coupons] == [[("expires-14", 1)]] * 4


def test_a_worker_that_dies_in_a_round_leaves_the_rest_to_the_next(
    profile, monkeypatch
) -> None:
    monkeypatch.setattr(walking, "COUPONS_A_STEP", 2)
    a_ladder()
    coupons = [a_coupon(days=10) for _n in range(3)]
    [lease] = claim(ReminderRound, now=morning(1), limit=1)
    walk_round(lease=lease, now=morning(1))
    assert sum(bool(reminded(each)) for each in coupons) == 2

    drain(ROUNDS, now=morning(1))

    assert [reminded(each) for each in coupons] == [[("expires-14", 1)]] * 3


def test_it_waits_in_the_records_until_the_next_morning(profile) -> None:
    a_ladder()
    place = ReminderRound.objects.get()
    assert place.due_at == morning(1)

    drain(STREET, now=morning(1))

    place.refresh_from_db()
    assert place.due_at == morning(2)
    assert place.leased_until is None
    assert place.seen_until is None


def test_a_second_look_on_the_same_day_says_nothing(profile) -> None:
    a_ladder()
    coupon = a_coupon(days=10)
    rounds(until=1)

    ReminderRound.objects.update(due_at=morning(1))
    rounds(until=1)

    assert reminded(coupon) == [("expires-14", 1)]


def test_the_round_of_many_takes_few_statements_for_those_told_before(
    profile, django_assert_max_num_queries
) -> None:
    a_ladder()
    for _n in range(12):
        a_coupon(days=10)
    rounds(until=1)
    [lease] = claim(ReminderRound, now=morning(2), limit=1)

    with django_assert_max_num_queries(9):
        walk_round(lease=lease, now=morning(2))
