"""Workers that die or come late, in the middle of a visit: still one coupon."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.models import Message
from purveyor.domain.provisioning.contract import ProvisionRequest
from purveyor.domain.provisioning.lifecycle import AttemptKind, AttemptOutcome
from purveyor.domain.provisioning.models import Attempt, CouponObservation
from purveyor.domain.provisioning.operations import make
from purveyor.domain.provisioning.operations.attempts import open_attempt
from purveyor.domain.provisioning.operations.connect import close_as_made
from purveyor.domain.provisioning.operations.subject import Subject
from purveyor.domain.provisioning.operations.visit import begin_visit
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.work.leases import Lease, LeaseLost, claim
from tests.factories.assets import fresh, outcomes
from tests.support.stand_in import StandIn

Visit = Callable[[], None]


class WorkerDied(BaseException):
    """What a test does to a worker; no handler of ours may catch it."""


def forget_leases() -> None:
    """Let the leases of dead workers run out."""
    Asset.objects.update(leased_until=None)


@pytest.mark.parametrize(
    "dies_before", ["provision", "close_as_made"], ids=["the call", "the final commit"]
)
def test_a_worker_that_dies_leaves_a_doubt_that_ends_in_one_coupon(
    vendor: StandIn,
    bought: Asset,
    visit: Visit,
    still_clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    dies_before: str,
) -> None:
    def die(*_args: Any, **_facts: Any) -> None:
        raise WorkerDied

    with monkeypatch.context() as patch:
        if dies_before == "provision":
            manager = manager_for(bought.application.setup)
            patch.setattr(manager, "provision", die)
        else:
            patch.setattr(make, "close_as_made", die)
        with pytest.raises(WorkerDied):
            visit()
    asset = fresh(bought)
    assert outcomes(asset) == [AttemptOutcome.OPEN]
    assert asset.in_doubt_since is not None

    forget_leases()
    for _visit in range(12):
        visit()
        still_clock.shift(timedelta(minutes=1))

    asset = fresh(bought)
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    assert outcomes(asset)[0] in {AttemptOutcome.ADOPTED, AttemptOutcome.UNCLEAR}
    assert len(vendor.made(asset.key)) == 1
    assert Message.objects.filter(asset=asset).count() == 1


def request_for(asset: Asset, lease: Lease) -> ProvisionRequest:
    """Return what the vendor is asked to make for an asset."""
    visit = begin_visit(lease=lease, now=datetime.now(UTC))
    return visit.request()


def _at_the_vendor(vendor: StandIn, asset: Asset) -> tuple[Subject, Attempt, Any]:
    """Return a worker's attempt in the middle, with the answer it is about to get."""
    assert asset.due_at is not None
    (lease,) = claim(Asset, now=asset.due_at, limit=1)
    subject = Subject(Asset.objects.get(pk=asset.pk), lease)
    attempt = open_attempt(subject=subject, kind=AttemptKind.MAKE, now=asset.due_at)
    manager = manager_for(asset.application.setup)
    return subject, attempt, manager.provision(request_for(asset, lease))


def test_a_late_answer_is_connected_if_the_asset_has_no_coupon(
    vendor: StandIn, bought: Asset, visit: Visit, now: datetime
) -> None:
    subject, attempt, made = _at_the_vendor(vendor, bought)
    Attempt.objects.update(outcome=AttemptOutcome.UNCLEAR, ended_at=now)
    Asset.objects.update(sync_status=SyncStatus.UNCLEAR)

    close_as_made(subject=subject, attempt=attempt, made=made, now=now)

    asset = fresh(bought)
    assert asset.coupon_code.reveal() == made.code
    assert outcomes(asset) == [AttemptOutcome.ADOPTED]


def test_a_late_answer_of_a_second_coupon_is_kept_as_a_duplicate(
    vendor: StandIn, bought: Asset, visit: Visit, now: datetime
) -> None:
    subject, attempt, late = _at_the_vendor(vendor, bought)
    Attempt.objects.update(outcome=AttemptOutcome.REJECTED, ended_at=now)
    Asset.objects.update(in_doubt_since=None, leased_until=None)
    visit()
    assert fresh(bought).coupon_code.reveal() != late.code

    close_as_made(subject=subject, attempt=attempt, made=late, now=now)

    kept = CouponObservation.objects.get()
    assert kept.is_duplicate
    assert kept.asset == bought
    assert fresh(bought).coupon_code.reveal() != late.code


def test_two_found_with_our_reference_adopt_the_older_and_keep_the_other(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    subject, _attempt, first = _at_the_vendor(vendor, bought)
    manager = manager_for(bought.application.setup)
    second = manager.provision(request_for(bought, subject.lease))
    forget_leases()

    visit()

    assert fresh(bought).coupon_code.reveal() == first.code
    duplicate = CouponObservation.objects.get()
    assert duplicate.is_duplicate
    assert duplicate.coupon_mask.endswith(second.code[-4:])


def test_an_asset_that_was_cancelled_meanwhile_is_not_made(
    vendor: StandIn, bought: Asset, now: datetime
) -> None:
    (lease,) = claim(Asset, now=now, limit=1)
    subject = Subject(fresh(bought), lease)
    Asset.objects.update(state=AssetState.CANCELLED)

    with pytest.raises(LeaseLost):
        open_attempt(subject=subject, kind=AttemptKind.MAKE, now=now)

    assert Attempt.objects.filter(asset=bought).count() == 0
    assert fresh(bought).in_doubt_since is None


def test_a_worker_whose_lease_was_taken_over_calls_nobody(
    vendor: StandIn, bought: Asset, now: datetime
) -> None:
    (lease,) = claim(Asset, now=now, limit=1)
    forget_leases()
    claim(Asset, now=now, limit=1)

    with pytest.raises(LeaseLost):
        open_attempt(
            subject=Subject(fresh(bought), lease), kind=AttemptKind.MAKE, now=now
        )


def test_the_database_holds_one_open_attempt_per_asset(
    vendor: StandIn, bought: Asset, now: datetime
) -> None:
    facts = {
        "application": bought.application,
        "asset": bought,
        "kind": AttemptKind.MAKE,
        "started_at": now,
    }
    Attempt.objects.create(**facts, lease_token="a")

    with pytest.raises(IntegrityError):
        Attempt.objects.create(**facts, lease_token="b")


def test_an_expired_lease_of_the_database_is_what_lets_another_in(
    vendor: StandIn, bought: Asset, now: datetime, settings: Any
) -> None:
    settings.PURVEYOR_LEASE_SECONDS = -1
    (lost,) = claim(Asset, now=now, limit=1)
    (held,) = claim(Asset, now=now, limit=1)

    assert held.token != lost.token
    with pytest.raises(LeaseLost):
        lost.renew()
