"""A code that a person enters: checked with the vendor, connected once, watched."""

import pytest

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import CouponTaken
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, EntryState
from purveyor.domain.provisioning.models import CouponEntry
from purveyor.domain.provisioning.operations.by_hand import (
    EntryUnderWay,
    NoSuchCode,
    NotWaiting,
    enter_coupon,
)
from purveyor.domain.provisioning.operations.cancel import ReasonMissing
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel import clock
from purveyor.kernel.journal.models import Entry
from tests.factories.assets import fresh, outcomes
from tests.factories.catalogue import BUNDLE
from tests.factories.moments import DAN
from tests.support.desk import WHY, Desk, in_the_middle_of
from tests.support.stand_in import eventually


@pytest.fixture
def refused(desk: Desk, bought: Asset) -> Asset:
    """Return an asset that the vendor has refused to make."""
    desk.vendor.fails("invalid_422", call="make_coupon")
    desk.works()
    assert fresh(bought).sync_status == SyncStatus.FAILED
    return fresh(bought)


def a_strangers_coupon(desk: Desk, asset: Asset, **facts: object) -> str:
    """Have the vendor make what was ordered, without our reference."""
    account = desk.vendor.accounts(asset.account.number)[0]["id"]
    wanted = {
        "product": asset.external_product_id,
        "quantity": asset.quantity,
        "account": account,
    }
    return desk.vendor.makes_a_stranger(**{**wanted, **facts})


def state_of(entry: CouponEntry) -> tuple[str, str]:
    """Return where an entry stands, and why."""
    entry.refresh_from_db()
    return entry.state, entry.waits_because


def test_a_code_that_fits_is_connected_with_one_mail(
    desk: Desk, refused: Asset
) -> None:
    code = a_strangers_coupon(desk, refused)
    entry = desk.enters(refused, f"  {code} ")
    assert code not in str(vars(entry))
    desk.works()

    asset = fresh(refused)
    assert state_of(entry) == (EntryState.CONNECTED, "")
    assert asset.coupon_code.reveal() == code
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    assert desk.mails(asset) == 1
    told = Entry.objects.filter(record_id=asset.pk, verb="decide", actor=DAN)
    assert [line.facts["reason"] for line in told] == [WHY]
    assert code not in str(list(Entry.objects.values()))


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"quantity": 11}, "quantity"),
        ({"product": BUNDLE}, "product"),
        ({"account": ""}, "account"),
        ({"quantity": 3, "product": BUNDLE}, "product, quantity"),
    ],
)
def test_a_coupon_with_other_facts_needs_the_second_permission(
    desk: Desk, refused: Asset, facts: dict[str, object], named: str
) -> None:
    if "account" in facts:
        other = desk.vendor.knows(reference="ELSEWHERE", email="x@elsewhere.example")
        facts = {"account": other["id"]}
    code = a_strangers_coupon(desk, refused, **facts)

    entry = desk.enters(refused, code)
    desk.works()
    assert entry.pk is not None
    state, reason = state_of(entry)
    assert state == EntryState.REFUSED
    assert f"differs from what was ordered in: {named}." in reason
    assert not fresh(refused).has_coupon
    assert desk.mails(refused) == 0

    entry = desk.enters(refused, code, is_certain=True)
    desk.works()
    assert state_of(entry) == (EntryState.CONNECTED, "")
    assert fresh(refused).coupon_code.reveal() == code
    assert desk.mails(refused) == 1


@pytest.mark.parametrize("marking", ["", "redeem", "lose"])
def test_a_code_that_the_vendor_does_not_know_needs_the_second_permission(
    desk: Desk, refused: Asset, marking: str
) -> None:
    code = a_strangers_coupon(desk, refused) if marking else "BT-NOBODY-KNOWS-THIS"
    if marking:
        desk.vendor.marks(code, marking)

    entry = desk.enters(refused, code)
    desk.works()
    assert state_of(entry)[0] == EntryState.REFUSED
    assert "does not know this code" in state_of(entry)[1]
    assert code not in state_of(entry)[1]

    entry = desk.enters(refused, code, is_certain=True)
    desk.works()
    assert state_of(entry) == (EntryState.CONNECTED, "")


def test_a_code_of_another_asset_is_refused_at_once_whoever_asks(
    desk: Desk, refused: Asset
) -> None:
    other = desk.buys(refused.account)
    desk.works()
    code = fresh(other).coupon_code.reveal()

    with pytest.raises(CouponTaken, match=other.number):
        desk.enters(refused, code, is_certain=True)

    assert not CouponEntry.objects.exists()


def test_a_code_that_another_asset_gets_meanwhile_is_refused(
    desk: Desk, refused: Asset
) -> None:
    other = desk.buys(refused.account)
    code = a_strangers_coupon(desk, refused)
    Asset.objects.filter(pk=other.pk).update(due_at=None)
    first = desk.enters(refused, code, is_certain=True)
    second = desk.enters(other, code, is_certain=True)
    desk.works()

    assert state_of(first)[0] == EntryState.CONNECTED
    assert state_of(second)[0] == EntryState.REFUSED
    assert refused.number in state_of(second)[1]
    assert not fresh(other).has_coupon


def test_a_code_is_connected_as_the_vendor_spells_it(
    desk: Desk, refused: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vendor may know a code in small letters too; it is one coupon all the same."""
    manager = manager_for(refused.application.setup)
    real = manager.get
    monkeypatch.setattr(manager, "get", lambda code: real(code.upper()))
    code = a_strangers_coupon(desk, refused)
    desk.enters(refused, code.lower())
    desk.works()
    assert fresh(refused).coupon_code.reveal() == code

    other = desk.buys(refused.account)
    Asset.objects.filter(pk=other.pk).update(due_at=None)
    entry = desk.enters(other, code.lower(), is_certain=True)
    desk.works()
    assert state_of(entry)[0] == EntryState.REFUSED
    assert not fresh(other).has_coupon


def test_a_vendor_that_is_away_is_asked_about_the_code_when_it_answers(
    desk: Desk, refused: Asset
) -> None:
    code = a_strangers_coupon(desk, refused)
    desk.vendor.fails("refuse_connection")
    entry = desk.enters(refused, code)
    desk.time_passes(times=3, minutes=1)
    assert state_of(entry)[0] == EntryState.CHECKING
    assert "not reached" in state_of(entry)[1]

    with pytest.raises(EntryUnderWay):
        desk.enters(refused, code)
    desk.vendor.works_again()
    desk.time_passes(times=2, hours=1)
    assert state_of(entry) == (EntryState.CONNECTED, "")
    assert desk.mails(refused) == 1


def test_a_code_waits_no_longer_than_the_vendor_is_silent(
    desk: Desk, refused: Asset
) -> None:
    """Thirty hours of silence are no reason to refuse, and the answer is used."""
    desk.sets(breaker_failures=1)
    code = a_strangers_coupon(desk, refused)
    desk.vendor.fails("refuse_connection")
    entry = desk.enters(refused, code)
    desk.time_passes(times=30, hours=1)

    desk.vendor.works_again()
    desk.vendor.fails("error_500_before", call="get_coupon", next=3)
    desk.time_passes(minutes=10)  # the probe closes the breaker, and it is asked
    assert state_of(entry)[0] == EntryState.CHECKING

    desk.time_passes(times=2, minutes=10)
    assert state_of(entry) == (EntryState.CONNECTED, "")


def test_the_breaker_closes_and_a_waiting_code_is_asked_about_at_once(
    desk: Desk, refused: Asset
) -> None:
    code = a_strangers_coupon(desk, refused)
    desk.vendor.fails("refuse_connection")
    entry = desk.enters(refused, code)
    desk.time_passes(times=6, minutes=11)
    assert desk.breaker().state == "OPEN"
    desk.vendor.works_again()

    desk.time_passes(minutes=10)
    assert state_of(entry) == (EntryState.CONNECTED, "")


def test_entered_in_doubt_and_the_vendors_own_coupon_turns_up_later(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("made_later", call="make_coupon", seconds=0.5)
    desk.works()
    code = a_strangers_coupon(desk, bought)
    desk.enters(bought, code)
    desk.works()
    asset = fresh(bought)
    assert asset.coupon_code.reveal() == code
    assert asset.in_doubt_since is None
    assert outcomes(asset) == [AttemptOutcome.ENTERED]

    assert eventually(lambda: bool(desk.live(asset)))
    desk.time_passes(seconds=299)
    assert desk.duplicates(asset) == []
    desk.time_passes(times=3, hours=1)

    (own,) = desk.live(asset)  # nothing is cancelled by itself
    assert [mask[-4:] for mask in desk.duplicates(asset)] == [own[-4:]]
    assert fresh(asset).coupon_code.reveal() == code
    assert desk.mails(asset) == 1
    assert desk.calls("cancel_coupon") == 0


def test_a_watch_ends_by_itself(desk: Desk, bought: Asset) -> None:
    desk.vendor.fails("hang_up_before", call="make_coupon")
    desk.works()
    desk.enters(bought, a_strangers_coupon(desk, bought))
    desk.time_passes(times=8, hours=12)

    bought.watch.refresh_from_db()
    assert (bought.watch.looks_count, bought.watch.due_at) == (3, None)
    assert desk.duplicates(bought) == []


def test_a_code_that_comes_in_the_middle_of_a_look_is_kept(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    (own,) = desk.live(bought)
    manager = manager_for(bought.application.setup)

    def meanwhile() -> None:
        desk.enters(bought, "BT-HAND-MADE-0001", is_certain=True)
        desk.works()

    with in_the_middle_of(manager, "find", meanwhile):
        desk.time_passes(seconds=6)
    desk.time_passes(times=3, minutes=10)

    assert fresh(bought).coupon_code.reveal() == "BT-HAND-MADE-0001"
    assert [mask[-4:] for mask in desk.duplicates(bought)] == [own[-4:]]
    assert desk.mails(bought) == 1


@pytest.mark.parametrize("code", ["", "   ", "BT 1234 5678", "X" * 101])
def test_what_is_no_code_is_not_entered(desk: Desk, refused: Asset, code: str) -> None:
    with pytest.raises(NoSuchCode):
        desk.enters(refused, code)

    assert not CouponEntry.objects.exists()


def test_a_code_without_a_reason_or_for_an_asset_with_one_is_not_entered(
    desk: Desk, bought: Asset
) -> None:
    with pytest.raises(ReasonMissing):
        enter_coupon(
            asset=bought,
            code="BT-HAND-MADE-0001",
            because=" ",
            is_certain=True,
            actor=DAN,
            now=clock.now(),
        )
    desk.works()

    with pytest.raises(NotWaiting):
        desk.enters(bought, "BT-HAND-MADE-0001", is_certain=True)
