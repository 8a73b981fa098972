"""A worker that was thought dead answers late, in the middle of everything else."""

from typing import Any

import pytest
from django.db.models import Q

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.contract import (
    VendorAsset,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.domain.provisioning.lifecycle import AttemptKind, AttemptOutcome
from purveyor.domain.provisioning.models import Attempt
from purveyor.domain.provisioning.operations import make
from purveyor.domain.provisioning.operations.attempts import (
    close_as_failed,
    open_attempt,
)
from purveyor.domain.provisioning.operations.by_hand import BeingAsked
from purveyor.domain.provisioning.operations.cancel import cancel_at_vendor
from purveyor.domain.provisioning.operations.connect import close_as_made
from purveyor.domain.provisioning.operations.subject import Subject
from purveyor.domain.provisioning.operations.visit import begin_visit
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel import clock
from purveyor.kernel.work.leases import claim
from tests.factories.assets import fresh, outcomes
from tests.support.desk import Desk, in_the_middle_of


class Ann:
    """A worker that has asked the vendor, and whose answer is a long time coming."""

    def __init__(self, asset: Asset) -> None:
        (lease,) = claim(Asset, now=clock.now(), limit=1, only=Q(pk=asset.pk))
        visit = begin_visit(lease=lease, now=clock.now())
        self.subject = Subject(visit.asset, lease)
        self.request = visit.request()
        self.manager = manager_for(asset.application.setup)
        self.attempt: Attempt = open_attempt(
            subject=self.subject, kind=AttemptKind.MAKE, now=clock.now()
        )

    def has_it_made(self) -> VendorAsset:
        return self.manager.provision(self.request)

    def answers(self, made: VendorAsset) -> None:
        close_as_made(
            subject=self.subject, attempt=self.attempt, made=made, now=clock.now()
        )

    def fails(self, error: Any) -> None:
        close_as_failed(
            subject=self.subject, attempt=self.attempt, error=error, now=clock.now()
        )


def has_one_coupon_and_one_mail(desk: Desk, asset: Asset) -> bool:
    """Return whether an asset has its one coupon, and one mail says so."""
    known = fresh(asset)
    return (
        known.has_coupon
        and [known.coupon_code.reveal()] == desk.live(asset)
        and desk.mails(asset) == 1
    )


def test_it_comes_while_the_successor_is_still_looking(
    desk: Desk, bought: Asset
) -> None:
    ann = Ann(bought)
    desk.leases_run_out()
    made: list[VendorAsset] = []

    def meanwhile() -> None:
        made.append(ann.has_it_made())
        ann.answers(made[0])

    with in_the_middle_of(ann.manager, "find", meanwhile):
        desk.works()  # the successor's look found nothing, and is outdated by now
    desk.leases_run_out()
    desk.time_passes(times=9, minutes=1)

    assert has_one_coupon_and_one_mail(desk, bought)
    assert outcomes(bought) == [AttemptOutcome.ADOPTED]
    assert desk.duplicates(bought) == []


def test_it_comes_after_the_successor_has_adopted_the_coupon(
    desk: Desk, bought: Asset
) -> None:
    ann = Ann(bought)
    made = ann.has_it_made()
    desk.leases_run_out()
    desk.works()
    assert outcomes(bought) == [AttemptOutcome.ADOPTED]

    ann.answers(made)
    desk.time_passes(minutes=1)

    assert has_one_coupon_and_one_mail(desk, bought)
    assert desk.duplicates(bought) == []


@pytest.mark.parametrize(
    "error",
    [VendorRejected("no"), VendorUnavailable("away"), VendorUnclear("lost")],
    ids=["a no", "not reached", "nobody knows"],
)
def test_a_late_failure_changes_nothing_about_what_the_successor_found(
    desk: Desk, bought: Asset, error: Exception
) -> None:
    ann = Ann(bought)
    ann.has_it_made()
    desk.leases_run_out()
    desk.works()

    ann.fails(error)
    desk.time_passes(minutes=1)

    assert has_one_coupon_and_one_mail(desk, bought)
    assert outcomes(bought) == [AttemptOutcome.ADOPTED]


@pytest.mark.parametrize(
    "error",
    [VendorRejected("no"), VendorUnavailable("away"), VendorUnclear("lost")],
    ids=["a no", "not reached", "nobody knows"],
)
def test_a_late_failure_does_not_end_the_doubt_of_the_successor(
    desk: Desk, bought: Asset, error: Exception
) -> None:
    ann = Ann(bought)
    desk.leases_run_out()
    desk.works()
    assert outcomes(bought) == [AttemptOutcome.UNCLEAR]

    ann.fails(error)
    desk.retries(bought)
    desk.works()

    assert fresh(bought).in_doubt_since is not None
    assert fresh(bought).sync_status == SyncStatus.UNCLEAR
    assert desk.calls("make_coupon") == 0


def test_it_comes_while_the_successor_is_making_another(
    desk: Desk, bought: Asset
) -> None:
    """Two coupons then exist: one is connected, and the other is shown."""
    ann = Ann(bought)
    desk.leases_run_out()
    desk.works()
    desk.says_never_made(bought)

    def meanwhile() -> None:
        ann.answers(real(ann.request))

    real = ann.manager.provision
    with in_the_middle_of(ann.manager, "provision", meanwhile):
        desk.works()
    desk.time_passes(times=3, minutes=5)

    assert len(desk.live(bought)) == 2
    assert len(desk.duplicates(bought)) == 1
    assert desk.mails(bought) == 1
    assert fresh(bought).due_at is None
    assert AttemptOutcome.OPEN not in outcomes(bought)


def test_it_comes_while_the_asset_is_being_cancelled(desk: Desk, bought: Asset) -> None:
    ann = Ann(bought)
    made = ann.has_it_made()
    desk.cancels(bought)

    ann.answers(made)
    desk.works()

    assert fresh(bought).state == AssetState.CANCELLED
    assert desk.live(bought) == []
    assert desk.mails(bought) == 0


def test_it_comes_after_the_asset_was_cancelled(desk: Desk, bought: Asset) -> None:
    """What nobody may take any more is shown."""
    ann = Ann(bought)
    desk.leases_run_out()
    desk.cancels(bought)
    desk.time_passes(times=9, minutes=1)
    assert fresh(bought).state == AssetState.CANCELLED

    ann.answers(ann.has_it_made())
    desk.time_passes(minutes=1)

    assert fresh(bought).state == AssetState.CANCELLED
    assert len(desk.live(bought)) == len(desk.duplicates(bought)) == 1
    assert desk.mails(bought) == 0


def test_it_comes_just_before_the_asset_is_written_down_as_cancelled(
    desk: Desk, bought: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Ann(bought)
    desk.leases_run_out()
    desk.cancels(bought)
    desk.time_passes(times=4, seconds=80)
    real = cancel_at_vendor

    def meanwhile(visit: Any) -> None:
        monkeypatch.undo()
        ann.answers(ann.has_it_made())
        real(visit)

    monkeypatch.setattr(make, "cancel_at_vendor", meanwhile)
    desk.time_passes(times=5, minutes=1)
    desk.leases_run_out()
    desk.time_passes(times=5, minutes=1)

    assert fresh(bought).state == AssetState.CANCELLED
    assert desk.live(bought) == []


def test_a_late_no_to_an_asset_that_is_being_cancelled_ends_the_cancelling(
    desk: Desk, bought: Asset
) -> None:
    ann = Ann(bought)
    desk.cancels(bought)

    ann.fails(VendorRejected("no such product"))
    desk.works()

    assert fresh(bought).state == AssetState.CANCELLED


def test_it_comes_after_a_code_was_entered_by_hand(desk: Desk, bought: Asset) -> None:
    ann = Ann(bought)
    desk.leases_run_out()
    desk.works()
    desk.enters(bought, "BT-HAND-MADE-0001", is_certain=True)
    desk.works()
    by_hand = fresh(bought).coupon_code.reveal()

    ann.answers(ann.has_it_made())
    desk.time_passes(times=3, minutes=5)

    assert fresh(bought).coupon_code.reveal() == by_hand == "BT-HAND-MADE-0001"
    assert len(desk.live(bought)) == len(desk.duplicates(bought)) == 1
    assert desk.mails(bought) == 1


def test_no_code_is_entered_while_the_answer_is_awaited(
    desk: Desk, bought: Asset
) -> None:
    ann = Ann(bought)

    with pytest.raises(BeingAsked, match="right now"):
        desk.enters(bought, "BT-HAND-MADE-0001", is_certain=True)

    ann.answers(ann.has_it_made())
    desk.works()
    assert has_one_coupon_and_one_mail(desk, bought)


def test_a_code_that_is_being_checked_gives_way_to_the_answer(
    desk: Desk, bought: Asset
) -> None:
    """The code was typed in before the vendor was asked; its answer comes first."""
    entry = desk.enters(bought, "BT-HAND-MADE-0001", is_certain=True)
    ann = Ann(bought)
    desk.works()
    entry.refresh_from_db()
    assert entry.state == "REFUSED"
    assert "right now" in entry.waits_because

    ann.answers(ann.has_it_made())
    desk.works()
    assert has_one_coupon_and_one_mail(desk, bought)
