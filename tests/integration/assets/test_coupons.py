"""A coupon belongs to one asset, is connected once, and its code is cash."""

import json
from datetime import datetime, timedelta

import pytest
from django.core import serializers
from django.db import IntegrityError, transaction

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import (
    Coupon,
    CouponTaken,
    NoCoupon,
    connect_coupon,
    reveal_coupon,
    take_welcome,
)
from purveyor.domain.assets.queries import (
    newest_and_oldest_with_coupon,
    with_coupon,
)
from purveyor.domain.catalogue.models import Application
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.sealed import new_key
from tests.factories.assets import (
    a_failed_asset,
    a_pending_asset,
    a_synchronized_asset,
)
from tests.factories.moments import DAN

CODE = "BT-7KQM-2F9X-TR4D-8ZPA"
OTHER_CODE = "BT-1111-2222-3333-4444"
WORKER = "worker"


def connect(asset: Asset, now: datetime, code: str = CODE, **facts: datetime) -> Asset:
    coupon = Coupon(code, **facts)
    connect_coupon(asset=asset, coupon=coupon, how="make", actor=WORKER, now=now)
    return Asset.objects.get(pk=asset.pk)


# ------------------------------------------------------------------ connect


def test_a_coupon_ends_the_work_and_makes_the_welcome_due(now: datetime) -> None:
    asset = a_pending_asset()

    stored = connect(asset, now)

    assert stored.sync_status == SyncStatus.SYNCHRONIZED
    assert stored.coupon_code.reveal() == CODE
    assert (stored.coupon_mask, stored.has_coupon) == ("•••• 8ZPA", True)
    assert (stored.due_at, stored.give_up_at, stored.waits_because) == (None, None, "")
    assert stored.welcome_due_at == now


def test_a_coupon_ends_every_doubt(now: datetime) -> None:
    asset = a_pending_asset()
    Asset.objects.update(
        sync_status=SyncStatus.UNCLEAR,
        in_doubt_since=now,
        doubtful_call_ended_at=now,
        absent_since=now,
        parked_at=now,
    )

    stored = connect(asset, now)

    assert stored.in_doubt_since is stored.doubtful_call_ended_at is None
    assert stored.absent_since is stored.parked_at is None


def test_the_vendors_own_dates_are_kept(now: datetime) -> None:
    made, expires = now - timedelta(minutes=3), now + timedelta(days=99)

    stored = connect(a_pending_asset(), now, made_at=made, expires_at=expires)

    assert (stored.made_at, stored.expires_at) == (made, expires)


def test_without_the_vendors_dates_the_days_as_bought_count(now: datetime) -> None:
    stored = connect(a_pending_asset(), now)

    assert stored.made_at == now
    assert stored.expires_at == now + timedelta(days=stored.expire_days)


@pytest.mark.parametrize("status", ["PENDING", "FAILED", "UNCLEAR"])
def test_a_coupon_is_connected_wherever_it_is_missing(status, now: datetime) -> None:
    asset = a_pending_asset()
    Asset.objects.update(sync_status=status)

    assert connect(asset, now).sync_status == SyncStatus.SYNCHRONIZED


def test_an_asset_gets_no_second_coupon(now: datetime) -> None:
    asset = a_synchronized_asset(code=CODE)
    lines = Entry.objects.count()

    with pytest.raises(MoveRefused, match="is “Synchronized”"):
        connect(asset, now, OTHER_CODE)

    assert Asset.objects.get().coupon_code.reveal() == CODE
    assert Entry.objects.count() == lines


def test_of_two_answers_for_one_asset_the_first_is_connected(now: datetime) -> None:
    asset = a_pending_asset()
    seen_by_another_worker = Asset.objects.get()
    connect(asset, now)

    with pytest.raises(MoveRefused):
        connect(seen_by_another_worker, now, OTHER_CODE)

    assert Asset.objects.get().coupon_code.reveal() == CODE


@pytest.mark.parametrize("code", [CODE, f"  {CODE}\n"], ids=["as it is", "with blanks"])
def test_a_coupon_of_another_asset_is_refused_without_telling_it(
    code, now: datetime
) -> None:
    owner, asset = a_synchronized_asset(code=CODE), a_pending_asset()

    with pytest.raises(CouponTaken, match=f"belongs to {owner.number}") as refusal:
        connect(asset, now, code)

    assert refusal.value.facts == {"asset": owner.number}
    assert CODE not in refusal.value.message
    assert not Asset.objects.get(pk=asset.pk).has_coupon


def test_a_coupon_of_another_vendor_may_look_the_same(now: datetime) -> None:
    a_synchronized_asset(code=CODE)
    asset = a_pending_asset()
    asset.application = Application.objects.create(name="Other", connector="manual")
    asset.save(update_fields=["application"])

    assert connect(asset, now).has_coupon


def test_the_database_holds_a_coupon_once_per_vendor() -> None:
    taken = a_synchronized_asset(code=CODE)
    asset = a_pending_asset()

    with pytest.raises(IntegrityError), transaction.atomic():
        Asset.objects.filter(pk=asset.pk).update(coupon_hash=taken.coupon_hash)


@pytest.mark.parametrize(
    "wrong",
    [{"sync_status": "SYNCHRONIZED"}, {"sync_status": "FINE"}, {"state": "LOST"}],
    ids=str,
)
def test_the_database_refuses_a_state_that_cannot_be(wrong) -> None:
    a_pending_asset()

    with pytest.raises(IntegrityError), transaction.atomic():
        Asset.objects.update(**wrong)


def test_the_database_refuses_a_doubt_about_a_coupon_that_is_there(
    now: datetime,
) -> None:
    a_synchronized_asset()

    with pytest.raises(IntegrityError), transaction.atomic():
        Asset.objects.update(in_doubt_since=now)


# ------------------------------------------------------------------ reveal


def test_revealing_a_code_leaves_a_line_with_the_reason(now: datetime) -> None:
    asset = a_synchronized_asset(code=CODE)

    code = reveal_coupon(asset=asset, because="asked by phone", actor=DAN, now=now)

    entry = Entry.objects.latest("pk")
    assert code == CODE
    assert (entry.verb, entry.actor, entry.at) == ("reveal_coupon", DAN, now)
    assert (entry.record_id, entry.facts) == (asset.pk, {"reason": "asked by phone"})


def test_there_is_no_code_to_reveal_yet(now: datetime) -> None:
    asset = a_pending_asset()
    lines = Entry.objects.count()

    with pytest.raises(NoCoupon, match=f"{asset.number} has no coupon code yet"):
        reveal_coupon(asset=asset, because="asked", actor=DAN, now=now)

    assert Entry.objects.count() == lines


# ------------------------------------------------------------------ never told


def test_a_code_stands_nowhere_in_clear(now: datetime) -> None:
    asset = a_pending_asset()
    connect(asset, now)
    reveal_coupon(asset=asset, because="asked", actor=DAN, now=now)

    told = [str(asset), repr(asset), str(asset.__dict__), repr(asset.coupon_code)]
    stored = Asset.objects.get()
    told += [str(stored.__dict__), serializers.serialize("json", [stored])]
    told += [json.dumps(list(Entry.objects.values()), default=str)]

    assert [text for text in told if CODE in text or "7KQM" in text] == []


def test_a_coupon_hides_its_code() -> None:
    coupon = Coupon(CODE)

    assert [str(coupon), repr(coupon), f"{[coupon]}"] == [
        "Coupon(•••• 8ZPA)",
        "Coupon(•••• 8ZPA)",
        "[Coupon(•••• 8ZPA)]",
    ]


# ------------------------------------------------------------------ find


def test_an_asset_is_found_by_its_code_also_while_keys_are_rotated(settings) -> None:
    asset = a_synchronized_asset(code=CODE)
    settings.PURVEYOR_SEAL_KEYS = (new_key(), *settings.PURVEYOR_SEAL_KEYS)

    assert with_coupon(f" {CODE} ").get() == asset
    assert not with_coupon(OTHER_CODE).exists()


def test_a_coupon_sealed_with_an_old_key_is_still_taken(
    settings, now: datetime
) -> None:
    a_synchronized_asset(code=CODE)
    settings.PURVEYOR_SEAL_KEYS = (new_key(), *settings.PURVEYOR_SEAL_KEYS)

    with pytest.raises(CouponTaken):
        connect(a_pending_asset(), now)


def test_the_newest_and_the_oldest_coupon_show_whether_the_keys_fit() -> None:
    assert newest_and_oldest_with_coupon() == []
    oldest, _middle, newest = (
        a_synchronized_asset(code=f"{OTHER_CODE}-{n}") for n in range(3)
    )
    a_failed_asset()

    assert newest_and_oldest_with_coupon() == [newest, oldest]


# ------------------------------------------------------------------ welcome


def test_the_word_is_taken_once(now: datetime) -> None:
    asset = a_synchronized_asset()

    assert take_welcome(pk=asset.pk) == asset
    assert take_welcome(pk=asset.pk) is None


def test_there_is_no_word_about_an_asset_without_a_coupon() -> None:
    assert take_welcome(pk=a_pending_asset().pk) is None
