"""A vendor that lists but cannot look up: a person says which coupon is the one."""

from datetime import timedelta

import pytest

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import CouponTaken
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.lifecycle import AttemptOutcome
from purveyor.domain.provisioning.models import Candidate
from purveyor.domain.provisioning.operations.by_hand import (
    NotWaiting,
    confirm_candidate,
)
from purveyor.domain.provisioning.operations.cancel import (
    ReasonMissing,
)
from purveyor.kernel import clock
from tests.factories.accounts import an_account
from tests.factories.assets import fresh, outcomes
from tests.factories.moments import DAN
from tests.support.desk import Desk

Facts = dict[str, object]


@pytest.fixture
def lost(desk: Desk) -> Asset:
    """Return an asset whose answer was lost; the vendor can only list."""
    desk.begins_now()
    desk.vendor.turns(lookup_by_reference=False)
    desk.sets(finds_by_key=False)
    asset = desk.buys(desk.knows(an_account(name="Contoso")))
    desk.vendor.fails("hang_up_before", call="make_coupon")
    desk.works()
    assert fresh(asset).sync_status == SyncStatus.UNCLEAR
    return fresh(asset)


def wanted(desk: Desk, asset: Asset) -> Facts:
    """Return the facts of the coupon that was asked for."""
    order = asset.order_item.order
    return {
        "product": asset.external_product_id,
        "quantity": asset.quantity,
        "account": desk.vendor.accounts(asset.account.number)[0]["id"],
        "label": f"{order.number} {asset.account.name}",
    }


def candidates(asset: Asset) -> list[Candidate]:
    """Return what a person may choose from."""
    return list(Candidate.objects.filter(asset=asset).order_by("pk"))


def test_none_that_is_listed_can_be_it(desk: Desk, lost: Asset) -> None:
    """It is looked for until that proves something, then a person asks the vendor."""
    desk.time_passes(minutes=1)
    assert fresh(lost).cause == Cause.NOT_SEEN

    desk.time_passes(times=8, minutes=1)
    asset = fresh(lost)
    assert (asset.cause, asset.parked_at is None) == (Cause.NONE_LISTED, False)
    assert "Did you make a coupon of 10 × BT-MAILBOX" in asset.waits_because
    assert desk.calls("make_coupon") == 1


def test_one_is_proposed_and_connected_by_one_click(desk: Desk, lost: Asset) -> None:
    code = desk.vendor.makes_a_stranger(**wanted(desk, lost))
    desk.time_passes(minutes=1)
    asset = fresh(lost)
    assert (asset.cause, asset.has_coupon) == (Cause.PROPOSAL, False)
    assert desk.mails(asset) == 0
    assert desk.explains(asset).who == "Operations"

    (candidate,) = candidates(asset)
    assert code not in str(vars(candidate.observation))
    desk.confirms(candidate)
    desk.works()

    asset = fresh(lost)
    assert asset.coupon_code.reveal() == code
    assert outcomes(asset) == [AttemptOutcome.ADOPTED]
    assert asset.made_at is not None
    assert asset.made_at < clock.now() + timedelta(days=1)
    assert desk.mails(asset) == 1
    assert candidates(asset) == []
    assert desk.calls("make_coupon") == 1


def test_what_the_vendor_made_for_it_is_proposed(desk: Desk, lost: Asset) -> None:
    desk.says_never_made(lost)
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    desk.time_passes(minutes=1)

    (candidate,) = candidates(lost)
    desk.confirms(candidate)
    desk.works()

    assert [fresh(lost).coupon_code.reveal()] == desk.live(lost)
    assert desk.mails(lost) == 1


def test_several_are_shown_and_a_person_chooses(desk: Desk, lost: Asset) -> None:
    for _twice in range(2):
        desk.vendor.makes_a_stranger(**wanted(desk, lost))
    desk.time_passes(minutes=1)
    assert fresh(lost).cause == Cause.SEVERAL
    assert "2 coupons" in fresh(lost).waits_because

    _first, second = candidates(lost)
    desk.confirms(second)
    desk.works()
    mask = fresh(lost).coupon_mask
    assert mask == second.observation.coupon_mask
    assert desk.mails(lost) == 1


@pytest.mark.parametrize(
    "facts",
    [{"label": "O-999999 Fabrikam"}, {"quantity": 9}, {"product": "BT-UMB"}],
    ids=["label", "quantity", "product"],
)
def test_one_with_other_facts_is_not_proposed(
    desk: Desk, lost: Asset, facts: Facts
) -> None:
    desk.vendor.makes_a_stranger(**{**wanted(desk, lost), **facts})
    desk.time_passes(minutes=1)

    assert candidates(lost) == []
    assert fresh(lost).parked_at is None


def test_one_with_another_reference_is_not_proposed(desk: Desk, lost: Asset) -> None:
    facts = {**wanted(desk, lost), "reference": "of-somebody-else"}
    desk.vendor.makes_a_stranger(**facts)
    desk.time_passes(minutes=1)

    assert candidates(lost) == []


def test_one_of_another_account_is_not_proposed(desk: Desk, lost: Asset) -> None:
    other = desk.vendor.knows(reference="ELSEWHERE", email="x@elsewhere.example")
    desk.vendor.makes_a_stranger(**{**wanted(desk, lost), "account": other["id"]})
    desk.time_passes(minutes=1)

    assert candidates(lost) == []


def test_one_that_is_older_than_our_first_try_is_not_proposed(
    desk: Desk, lost: Asset
) -> None:
    desk.vendor.makes_a_stranger(**wanted(desk, lost))
    lost.attempts.update(started_at=clock.now() + timedelta(hours=1))
    desk.time_passes(minutes=1)

    assert candidates(lost) == []


def test_one_that_belongs_to_another_asset_is_not_proposed(
    desk: Desk, lost: Asset
) -> None:
    other = desk.buys(lost.account)
    facts = {**wanted(desk, lost), "label": ""}
    desk.vendor.makes_a_stranger(**facts)
    desk.enters(other, desk.vendor.codes()[-1])
    Asset.objects.filter(pk=other.pk).update(due_at=None)
    desk.works()
    assert fresh(other).has_coupon

    desk.time_passes(minutes=1)
    assert candidates(lost) == []


def test_one_that_another_asset_gets_before_the_click_is_refused(
    desk: Desk, lost: Asset
) -> None:
    desk.vendor.makes_a_stranger(**{**wanted(desk, lost), "label": ""})
    desk.time_passes(minutes=1)
    (candidate,) = candidates(lost)
    other = desk.buys(lost.account)
    Asset.objects.filter(pk=other.pk).update(due_at=None)
    desk.enters(other, desk.vendor.codes()[-1])
    desk.works()

    with pytest.raises(CouponTaken, match=other.number):
        desk.confirms(candidate)

    assert fresh(lost).in_doubt_since is not None
    assert not fresh(lost).has_coupon


def test_of_two_clicks_on_two_candidates_the_first_counts(
    desk: Desk, lost: Asset
) -> None:
    for _twice in range(2):
        desk.vendor.makes_a_stranger(**wanted(desk, lost))
    desk.time_passes(minutes=1)
    first, second = candidates(lost)
    desk.confirms(first)

    with pytest.raises(NotWaiting):
        desk.confirms(second)

    assert fresh(lost).coupon_mask == first.observation.coupon_mask


def test_a_click_needs_a_reason(desk: Desk, lost: Asset) -> None:
    desk.vendor.makes_a_stranger(**wanted(desk, lost))
    desk.time_passes(minutes=1)
    (candidate,) = candidates(lost)

    with pytest.raises(ReasonMissing):
        confirm_candidate(candidate=candidate, because="", actor=DAN, now=clock.now())

    assert not fresh(lost).has_coupon


def test_one_that_is_to_be_cancelled_is_confirmed_quietly_and_cancelled(
    desk: Desk, lost: Asset
) -> None:
    desk.vendor.makes_a_stranger(**wanted(desk, lost))
    desk.time_passes(minutes=1)
    desk.cancels(lost)
    desk.works()
    (candidate,) = candidates(lost)
    desk.confirms(candidate)
    desk.works()

    assert fresh(lost).state == AssetState.CANCELLED
    assert desk.mails(lost) == 0


def test_a_listing_of_several_pages_with_a_doubled_row_proposes_one(
    desk: Desk, lost: Asset
) -> None:
    desk.vendor.makes_strangers(700)
    desk.vendor.makes_a_stranger(**wanted(desk, lost))
    desk.vendor.fails("duplicated_row", always=True)
    desk.time_passes(minutes=1)

    assert fresh(lost).cause == Cause.PROPOSAL
    assert len(candidates(lost)) == 1


def test_a_listing_that_breaks_off_proves_nothing(desk: Desk, lost: Asset) -> None:
    desk.vendor.fails("error_500_before", call="list_coupons", always=True)
    desk.time_passes(times=9, minutes=1)

    asset = fresh(lost)
    assert (asset.parked_at, asset.sync_status) == (None, SyncStatus.UNCLEAR)
    assert asset.in_doubt_since is not None
    assert desk.calls("make_coupon") == 1


def test_a_vendor_that_lists_nothing_leaves_the_exact_question(
    desk: Desk, lost: Asset
) -> None:
    desk.sets(lists=False)
    desk.time_passes(minutes=1)

    asset, number = fresh(lost), lost.order_item.order.number
    external = desk.vendor.accounts(asset.account.number)[0]["id"]
    attempt = asset.attempts.get()
    assert asset.cause == Cause.CANNOT_ASK
    assert (
        f"Did you make a coupon of 10 × BT-MAILBOX for account {external} (Contoso, "
        f"order {number}, our reference {asset.key}), between "
        f"{attempt.started_at:%Y-%m-%d %H:%M:%S} and "
    ) in asset.waits_because
    assert "UTC? If so, which?" in asset.waits_because
