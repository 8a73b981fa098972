"""Interleavings and impatience: nothing bought twice, nothing lost, nothing stuck."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Q

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon, connect_coupon
from purveyor.domain.provisioning.contract import ProvisionRequest, VendorRejected
from purveyor.domain.provisioning.lifecycle import (
    AttemptKind,
    AttemptOutcome,
    LinkStatus,
)
from purveyor.domain.provisioning.models import AccountLink, Attempt, CouponObservation
from purveyor.domain.provisioning.operations.asks import NothingToRetry, retry_asset
from purveyor.domain.provisioning.operations.attempts import (
    close_as_failed,
    open_attempt,
)
from purveyor.domain.provisioning.operations.connect import close_as_made
from purveyor.domain.provisioning.operations.link import ask_to_synchronize
from purveyor.domain.provisioning.operations.setup import save_setup
from purveyor.domain.provisioning.operations.subject import Subject
from purveyor.domain.provisioning.queries import LeaseTooShort
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.work.leases import LeaseLost, claim
from tests.factories.assets import a_synchronized_asset, fresh, outcomes
from tests.factories.moments import DAN
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn

Visit = Callable[[], None]


def an_attempt(asset: Asset, now: datetime) -> tuple[Subject, Attempt]:
    """Return a worker's attempt to make an asset, just before the vendor is called."""
    (lease,) = claim(Asset, now=now, limit=1, only=Q(pk=asset.pk))
    subject = Subject(fresh(asset), lease)
    return subject, open_attempt(subject=subject, kind=AttemptKind.MAKE, now=now)


def what_the_vendor_makes(asset: Asset, **facts: Any) -> Any:
    """Have the vendor make a coupon for an asset, behind the back of all workers."""
    link = AccountLink.objects.get(account=asset.linked_account)
    asked = {
        "key": asset.key,
        "external_account_id": link.external_id,
        "external_product_id": asset.external_product_id,
        "quantity": asset.quantity,
        "expire_days": asset.expire_days,
        "validity_days": asset.validity_days,
        **facts,
    }
    manager = manager_for(asset.application.setup)
    return manager.provision(ProvisionRequest(**asked))


def test_a_coupon_that_was_named_is_never_bought_again(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("hang_up_before", call="make_coupon")
    visit()
    Attempt.objects.filter(asset=bought).update(candidate_mask="•••• CASH")

    for _minute in range(30):
        still_clock.shift(timedelta(minutes=1))
        visit()

    asset = fresh(bought)
    assert asset.parked_at is not None
    assert asset.in_doubt_since is not None
    assert "•••• CASH" in asset.waits_because
    assert len(vendor.calls("make_coupon")) == 1


def test_of_two_coupons_made_for_one_asset_the_second_is_kept(
    vendor: StandIn, bought: Asset, now: datetime
) -> None:
    subject, attempt = an_attempt(bought, now)
    second = what_the_vendor_makes(bought)
    late = Coupon("BT-LATE-FROM-ANOTHER-ONE")
    asset = fresh(bought)
    connect_coupon(asset=asset, coupon=late, how="adopt", actor="worker", now=now)

    close_as_made(subject=subject, attempt=attempt, made=second, now=now)

    assert outcomes(bought) == [AttemptOutcome.MADE]
    assert fresh(bought).coupon_code.reveal() == late.code
    kept = CouponObservation.objects.get()
    assert kept.is_duplicate
    assert kept.coupon_mask.endswith(second.code[-4:])


def test_a_worker_that_lost_its_lease_judges_nothing(
    vendor: StandIn, bought: Asset, now: datetime
) -> None:
    subject, attempt = an_attempt(bought, now)
    Asset.objects.update(lease_token="of-another")

    with pytest.raises(LeaseLost):
        close_as_failed(
            subject=subject, attempt=attempt, error=VendorRejected("no"), now=now
        )

    asset = fresh(bought)
    assert outcomes(bought) == [AttemptOutcome.OPEN]
    assert asset.sync_status == SyncStatus.PENDING
    assert asset.in_doubt_since is not None


def test_the_coupon_of_another_asset_is_not_taken(
    vendor: StandIn, bought: Asset, visit: Visit, now: datetime
) -> None:
    subject, attempt = an_attempt(bought, now)
    made = what_the_vendor_makes(bought)
    a_synchronized_asset(code=made.code)

    close_as_made(subject=subject, attempt=attempt, made=made, now=now)

    asset = fresh(bought)
    assert asset.parked_at is not None
    assert "belongs to another asset" in asset.waits_because
    assert not asset.has_coupon


def test_a_cancelled_coupon_is_not_adopted(
    vendor: StandIn, bought: Asset, visit: Visit, still_clock: time_machine.Traveller
) -> None:
    vendor.fails("hang_up_after", call="make_coupon")
    visit()
    (coupon,) = vendor.made(bought.key)
    manager_for(bought.application.setup).cancel(coupon["code"])

    still_clock.shift(timedelta(minutes=1))
    visit()

    asset = fresh(bought)
    assert not asset.has_coupon
    assert asset.parked_at is not None
    assert "cancelled" in asset.waits_because


def test_nothing_is_tried_before_its_start_date(
    vendor: StandIn, bought: Asset, now: datetime
) -> None:
    tomorrow = now.date() + timedelta(days=1)
    Asset.objects.update(start_date=tomorrow, due_at=now + timedelta(days=1))

    with pytest.raises(NothingToRetry, match=str(tomorrow)):
        retry_asset(asset=fresh(bought), actor=DAN, now=now)

    assert fresh(bought).due_at == now + timedelta(days=1)


def test_a_retry_of_what_has_changed_meanwhile_is_refused(
    vendor: StandIn, bought: Asset, now: datetime
) -> None:
    as_read = fresh(bought)
    Asset.objects.update(sync_status=SyncStatus.FAILED, due_at=None, waits_because="no")

    with pytest.raises(NothingToRetry, match="Reload"):
        retry_asset(asset=as_read, actor=DAN, now=now)

    assert fresh(bought).waits_because == "no"


def test_an_asset_without_a_link_fails_with_what_to_do(
    vendor: StandIn, bought: Asset, visit: Visit
) -> None:
    Attempt.objects.all().delete()
    AccountLink.objects.all().delete()

    visit()

    asset = fresh(bought)
    assert asset.sync_status == SyncStatus.FAILED
    assert "Synchronize it on its account page" in asset.waits_because


def test_a_parked_link_can_be_looked_for_again(
    vendor: StandIn, bought: Asset, visit: Visit, now: datetime
) -> None:
    parked = {"status": LinkStatus.UNCLEAR, "external_id": "", "in_doubt_since": now}
    AccountLink.objects.update(**parked, due_at=None, parked_at=now)

    ask_to_synchronize(
        account=bought.account,
        application=bought.application,
        options={},
        actor=DAN,
        now=now,
    )
    visit()

    assert AccountLink.objects.get().status == LinkStatus.SYNCHRONIZED
    assert len(vendor.accounts(bought.account.number)) == 1


def test_a_deadline_that_no_lease_outlasts_is_not_saved(
    vendor: StandIn, bought: Asset, now: datetime
) -> None:
    setup = bought.application.setup
    setup.deadline_seconds = 100
    values = {"address": vendor.api_url, "api_key": API_KEY, "workgroup": WORKGROUP}

    with pytest.raises(LeaseTooShort, match="PURVEYOR_LEASE_SECONDS"):
        save_setup(setup=setup, values=values, changed=(), actor=DAN, now=now)

    setup.refresh_from_db()
    assert setup.deadline_seconds == 1
