"""A person says that nothing was made; what turns out otherwise is shown."""

import pytest

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import NotMendable
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.lifecycle import AttemptOutcome
from purveyor.domain.provisioning.operations.by_hand import NotInDoubt
from tests.factories.accounts import an_account
from tests.factories.assets import fresh, outcomes
from tests.factories.catalogue import BUNDLE
from tests.support.desk import Desk


@pytest.fixture
def refused(desk: Desk, bought: Asset) -> Asset:
    """Return an asset that the vendor has refused to make."""
    desk.vendor.fails("invalid_422", call="make_coupon")
    desk.works()
    assert fresh(bought).sync_status == SyncStatus.FAILED
    return fresh(bought)


def test_a_person_who_knows_that_nothing_was_made_has_it_made_now(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_before", call="make_coupon")
    desk.works()
    desk.says_never_made(bought)
    desk.works()

    assert fresh(bought).sync_status == SyncStatus.SYNCHRONIZED
    assert outcomes(bought) == [AttemptOutcome.ENTERED, AttemptOutcome.MADE]
    assert len(desk.live(bought)) == desk.mails(bought) == 1


def test_a_person_who_was_mistaken_is_shown_the_second_coupon(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    (first,) = desk.live(bought)
    desk.says_never_made(bought)
    desk.time_passes(times=3, minutes=5)

    assert len(desk.live(bought)) == 2
    assert [mask[-4:] for mask in desk.duplicates(bought)] == [first[-4:]]
    assert desk.mails(bought) == 1


def test_what_a_person_said_wrongly_is_shown_even_while_the_asset_cannot_be_made(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    (first,) = desk.live(bought)
    desk.vendor.fails("invalid_422", call="make_coupon", always=True)
    desk.says_never_made(bought)
    desk.time_passes(times=3, minutes=5)

    assert fresh(bought).sync_status == SyncStatus.FAILED
    assert [mask[-4:] for mask in desk.duplicates(bought)] == [first[-4:]]


@pytest.mark.parametrize("how", ["entered", "adopted"])
def test_a_duplicate_that_is_connected_after_all_is_none_any_more(
    desk: Desk, bought: Asset, how: str
) -> None:
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    (first,) = desk.live(bought)
    desk.vendor.fails("invalid_422", call="make_coupon")
    desk.says_never_made(bought)
    desk.time_passes(times=3, minutes=5)
    assert len(desk.duplicates(bought)) == 1

    if how == "entered":
        desk.enters(bought, first)
    else:
        desk.vendor.fails("hang_up_before", call="make_coupon")
        desk.retries(bought)
    desk.time_passes(times=3, hours=1)

    assert fresh(bought).coupon_code.reveal() == first
    assert desk.duplicates(bought) == []
    assert desk.mails(bought) == 1


def test_only_a_doubt_is_settled_by_hand(desk: Desk, refused: Asset) -> None:
    with pytest.raises(NotInDoubt):
        desk.says_never_made(refused)

    assert fresh(refused).cause.startswith(Cause.REJECTED)


# ------------------------------------------------------------------ mending


@pytest.mark.parametrize("fault", ["hang_up_after", "hang_up_before"])
def test_one_in_doubt_is_not_mended(desk: Desk, bought: Asset, fault: str) -> None:
    desk.vendor.fails(fault, call="make_coupon")
    desk.works()

    with pytest.raises(NotMendable):
        desk.saves(bought, external_product_id=BUNDLE)

    assert fresh(bought).external_product_id == bought.external_product_id


def test_one_with_a_coupon_is_not_mended(desk: Desk, bought: Asset) -> None:
    desk.works()

    with pytest.raises(NotMendable):
        desk.saves(bought, linked_account=an_account())


@pytest.mark.parametrize("name", ["quantity", "key", "coupon_hash", "start_date"])
def test_what_was_sold_is_never_mended(desk: Desk, refused: Asset, name: str) -> None:
    with pytest.raises(NotMendable):
        desk.saves(refused, **{name: 1})
