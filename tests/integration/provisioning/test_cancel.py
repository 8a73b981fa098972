"""Cancelling: no live coupon is left unnoticed, and nothing is credited by itself."""

from datetime import timedelta

import pytest

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.lifecycle import (
    AttemptKind,
    AttemptOutcome,
    BreakerState,
)
from purveyor.domain.provisioning.operations.asks import NothingToRetry
from purveyor.domain.provisioning.operations.by_hand import NotInDoubt
from purveyor.domain.provisioning.operations.cancel import (
    NotCancellable,
    ReasonMissing,
    ask_to_cancel,
)
from purveyor.kernel import clock
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.accounts import an_account
from tests.factories.assets import fresh
from tests.factories.moments import DAN
from tests.support.desk import Desk


@pytest.fixture
def delivered(desk: Desk, bought: Asset) -> Asset:
    """Return an asset with its coupon, of which its buyer was told."""
    desk.works()
    assert fresh(bought).has_coupon
    return fresh(bought)


def cancellations(asset: Asset) -> list[str]:
    """Return how the attempts to cancel an asset ended."""
    attempts = asset.attempts.filter(kind=AttemptKind.CANCEL).order_by("pk")
    return list(attempts.values_list("outcome", flat=True))


def bills() -> list[object]:
    """Return all that is charged and billed."""
    charges = Charge.objects.order_by("pk").values_list("pk", "state")
    return [*charges, *Invoice.objects.order_by("pk").values_list("pk", "state")]


# ------------------------------------------------------------------ at the vendor


def test_a_coupon_is_cancelled_at_the_vendor_and_nobody_is_credited(
    desk: Desk, delivered: Asset
) -> None:
    before = bills()
    desk.cancels(delivered)
    desk.works()

    assert fresh(delivered).state == AssetState.CANCELLED
    assert desk.live(delivered) == []
    assert cancellations(delivered) == [AttemptOutcome.MADE]
    assert bills() == before != []


def test_a_redeemed_coupon_stays_with_its_buyer(desk: Desk, delivered: Asset) -> None:
    desk.vendor.marks(delivered.coupon_code.reveal(), "redeem")
    desk.cancels(delivered)
    desk.works()

    assert fresh(delivered).state == AssetState.REDEEMED
    assert cancellations(delivered) == [AttemptOutcome.REJECTED]
    assert "redeemed" in fresh(delivered).waits_because


def test_a_coupon_that_the_vendor_does_not_know_is_for_a_person(
    desk: Desk, delivered: Asset
) -> None:
    """404 may mean redeemed: it is looked for by its code, then a person finds out."""
    code, before = delivered.coupon_code.reveal(), bills()
    desk.vendor.marks(code, "lose")
    desk.cancels(delivered)
    desk.time_passes(times=3, minutes=5)

    asset = fresh(delivered)
    assert (asset.state, asset.cause) == (AssetState.CANCELLING, Cause.CANCEL_UNKNOWN)
    assert asset.parked_at is not None
    assert desk.calls("get_coupon") == desk.calls("cancel_coupon") == 1
    assert desk.explains(asset).who == "Operations"
    assert code not in desk.explains(asset).why
    assert bills() == before


@pytest.mark.parametrize(
    ("is_cancelled", "state"),
    [(True, AssetState.CANCELLED), (False, AssetState.REDEEMED)],
)
def test_a_person_says_what_became_of_it(
    desk: Desk, delivered: Asset, is_cancelled: bool, state: str
) -> None:
    desk.vendor.marks(delivered.coupon_code.reveal(), "lose")
    desk.cancels(delivered)
    desk.time_passes(times=2, minutes=5)

    desk.says_what_became(delivered, is_cancelled=is_cancelled)
    desk.time_passes(hours=1)

    assert fresh(delivered).state == state
    assert fresh(delivered).due_at is None
    assert cancellations(delivered) == [AttemptOutcome.ENTERED]
    assert desk.mails(delivered) == 1


def test_nobody_says_what_became_of_a_coupon_that_is_not_in_question(
    desk: Desk, delivered: Asset
) -> None:
    desk.cancels(delivered)

    with pytest.raises(NotInDoubt):
        desk.says_what_became(delivered, is_cancelled=True)

    assert fresh(delivered).state == AssetState.CANCELLING


def test_five_redeemed_coupons_in_a_row_are_no_bad_weather(
    desk: Desk, delivered: Asset
) -> None:
    """The vendor answers: that it does not know a coupon is an answer."""
    desk.sets(breaker_failures=2)
    others = [desk.buys(delivered.account) for _n in range(3)]
    desk.works()
    for asset in (delivered, *others):
        desk.vendor.marks(fresh(asset).coupon_code.reveal(), "lose")
        desk.cancels(asset)
    desk.works()

    assert desk.breaker().state == BreakerState.CLOSED


@pytest.mark.parametrize("lists_spent", [True, False])
def test_a_lost_answer_to_a_cancellation_cancels_once(
    desk: Desk, delivered: Asset, lists_spent: bool
) -> None:
    desk.vendor.turns(lists_spent=lists_spent)
    desk.vendor.fails("hang_up_after", call="cancel_coupon")
    desk.cancels(delivered)
    desk.time_passes(times=3, minutes=5)

    asset = fresh(delivered)
    assert desk.calls("cancel_coupon") == 1
    assert cancellations(asset) == [AttemptOutcome.UNCLEAR]
    if lists_spent:
        assert asset.state == AssetState.CANCELLED
    else:  # no longer shown, so perhaps redeemed
        assert asset.cause == Cause.CANCEL_UNKNOWN


def test_an_error_before_the_cancellation_is_looked_into_and_asked_again(
    desk: Desk, delivered: Asset
) -> None:
    desk.vendor.fails("error_500_before", call="cancel_coupon")
    desk.cancels(delivered)
    desk.time_passes(times=2, minutes=1)

    assert fresh(delivered).state == AssetState.CANCELLED
    assert cancellations(delivered) == [AttemptOutcome.UNCLEAR, AttemptOutcome.MADE]
    assert desk.calls("get_coupon") == 1


def test_a_cancellation_that_never_succeeds_is_for_a_person_after_the_due_time(
    desk: Desk, delivered: Asset
) -> None:
    desk.sets(breaker_failures=1_000)
    desk.vendor.fails("error_500_before", call="cancel_coupon", always=True)
    desk.cancels(delivered)
    desk.time_passes(times=10, hours=5)

    asset = fresh(delivered)
    assert asset.state == AssetState.CANCELLING
    assert asset.parked_at is not None
    assert desk.explains(asset).who == "Operations"
    assert "enter the code by hand" not in desk.explains(asset).then

    desk.vendor.works_again()
    desk.retries(asset)
    desk.works()
    assert fresh(asset).state == AssetState.CANCELLED


def test_a_vendor_that_was_away_is_asked_to_cancel_afterwards(
    desk: Desk, delivered: Asset
) -> None:
    desk.vendor.fails("refuse_connection")
    desk.cancels(delivered)
    desk.time_passes(times=4, minutes=10)
    assert fresh(delivered).state == AssetState.CANCELLING

    desk.vendor.works_again()
    desk.time_passes(times=2, hours=1)
    assert fresh(delivered).state == AssetState.CANCELLED


# ------------------------------------------------------------------ what cannot be


def test_a_vendor_that_takes_nothing_back_is_not_asked_to(
    desk: Desk, delivered: Asset
) -> None:
    desk.sets(is_cancel_allowed=False)

    with pytest.raises(NotCancellable, match="does not take back"):
        desk.cancels(delivered)

    assert fresh(delivered).state == AssetState.ACTIVE


def test_a_coupon_that_cannot_be_taken_back_is_kept_and_its_buyer_is_told(
    desk: Desk, bought: Asset
) -> None:
    """In doubt when it was cancelled, then found, and the vendor takes nothing back."""
    desk.sets(is_cancel_allowed=False)
    desk.vendor.fails("hang_up_after", call="make_coupon")
    desk.works()
    desk.cancels(bought)
    desk.time_passes(times=2, minutes=1)

    asset = fresh(bought)
    assert (asset.state, asset.cause) == (AssetState.ACTIVE, Cause.CANCEL_REFUSED)
    assert len(desk.live(bought)) == 1
    assert desk.mails(bought) == 1


def test_a_refused_cancellation_tells_nobody_a_second_time(
    desk: Desk, delivered: Asset
) -> None:
    desk.vendor.fails("invalid_422", call="cancel_coupon")
    desk.cancels(delivered)
    desk.time_passes(times=2, minutes=1)

    assert fresh(delivered).state == AssetState.ACTIVE
    assert desk.mails(delivered) == 1


def test_a_cancelled_asset_is_never_made_by_saving_or_retry_or_the_sweep(
    desk: Desk, bought: Asset
) -> None:
    desk.vendor.fails("invalid_422")
    desk.works()
    desk.cancels(bought)
    desk.works()
    made_count = desk.calls("make_coupon")

    desk.saves(bought)
    with pytest.raises(NothingToRetry):
        desk.retries(bought)
    Asset.objects.update(due_at=clock.now(), sync_status=SyncStatus.PENDING)
    desk.time_passes(times=3, hours=1)

    assert fresh(bought).state == AssetState.CANCELLED
    assert fresh(bought).due_at is None
    assert desk.calls("make_coupon") == made_count


def test_cancelling_needs_a_reason_and_an_active_asset(
    desk: Desk, delivered: Asset
) -> None:
    with pytest.raises(ReasonMissing):
        ask_to_cancel(asset=delivered, because="  ", actor=DAN, now=clock.now())
    desk.cancels(delivered)
    with pytest.raises(MoveRefused):
        desk.cancels(delivered)

    desk.works()
    assert desk.calls("cancel_coupon") == 1


def test_an_asset_that_starts_later_is_cancelled_now(desk: Desk) -> None:
    asset = desk.buys(desk.knows(an_account()))
    start = clock.now() + timedelta(days=7)
    Asset.objects.update(start_date=start.date(), due_at=start, cause=Cause.LATER)

    desk.cancels(asset)
    desk.works()

    assert fresh(asset).state == AssetState.CANCELLED
    assert desk.calls("make_coupon") == 0
