"""A listing that shifts while it is read, and breaks off: nothing is invented of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.models import CouponObservation
from purveyor.domain.provisioning.operations.observations import keep_observations
from purveyor.flows.reconciliation import listing
from purveyor.flows.reconciliation.lifecycle import RunState
from tests.integration.reconciliation.planted import DAY, Works, many_assets
from tests.integration.reconciliation.steps import reconciled
from tests.support.stand_in import StandIn

ASSETS = 1_100  # three pages


@pytest.fixture
def assets(vendor: StandIn, account: Account, now: datetime) -> list[Asset]:
    return many_assets(vendor, account, count=ASSETS, at=now)


def test_rows_that_come_twice_or_not_at_all_mean_nothing(
    vendor: StandIn, assets: list[Asset], works: Works, now: datetime
) -> None:
    vendor.fails("duplicated_row", call="list_coupons", next=3)
    doubled = reconciled(works, now + DAY)
    vendor.fails("missing_row", call="list_coupons", next=2)
    lacking = reconciled(works, now + 1.5 * DAY)
    whole = reconciled(works, now + 2 * DAY)

    assert (doubled.state, doubled.rows_count) == (RunState.CLEAN, ASSETS + 3)
    assert CouponObservation.objects.count() == ASSETS
    assert (lacking.state, lacking.waiting_count) == (RunState.CLEAN, 2)
    assert (whole.state, whole.waiting_count) == (RunState.CLEAN, 0)


def test_a_row_that_is_missing_twice_is_found_by_its_code(
    vendor: StandIn, assets: list[Asset], works: Works, now: datetime
) -> None:
    reconciled(works, now + DAY)
    vendor.fails("missing_row", call="list_coupons", always=True)

    runs = [reconciled(works, now + days * DAY) for days in (1.3, 1.6, 1.9)]

    assert [run.state for run in runs] == [RunState.CLEAN] * 3
    assert [run.waiting_count for run in runs] == [3, 0, 3]
    assert [run.looked_count for run in runs] == [0, 3, 0]


def test_pages_that_change_while_they_are_read_invent_nothing(
    vendor: StandIn,
    assets: list[Asset],
    works: Works,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the pages one coupon is redeemed, and others are bought elsewhere."""
    reconciled(works, now + DAY)
    redeemed = assets[5].coupon_code.reveal()
    kept = CouponObservation.objects.bulk_create

    def change(*rows: Any, **how: Any) -> Any:
        if not vendor.made("between"):
            vendor.marks(redeemed, "redeem")
            vendor.makes_a_stranger(reference="between")
        return kept(*rows, **how)

    monkeypatch.setattr(CouponObservation.objects, "bulk_create", change)
    changed = reconciled(works, now + 1.2 * DAY)
    again = reconciled(works, now + 1.4 * DAY)
    third = reconciled(works, now + 1.6 * DAY)

    assert [line.drift for line in changed.findings.all()] == ["STRANGER"]
    assert [line.drift for line in again.findings.all()] == ["STRANGER"]
    assert {line.drift for line in third.findings.all()} == {"STRANGER", "VANISHED"}


def test_a_listing_that_breaks_off_goes_on_where_it_stopped(
    vendor: StandIn,
    assets: list[Asset],
    works: Works,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = keep_observations

    def keep_the_first_page(**page: Any) -> None:
        kept(**page)
        vendor.fails("error_500_before", call="list_coupons", always=True)

    with monkeypatch.context() as patched:
        patched.setattr(listing, "keep_observations", keep_the_first_page)
        run = reconciled(works, now + DAY)
    broken = (run.state, run.pages_count, run.rows_count, bool(run.cursor))
    vendor.works_again()
    calls_before = len(vendor.calls("list_coupons"))

    works(now + DAY + timedelta(minutes=5))
    run.refresh_from_db()

    assert broken == (RunState.LOOKING, 1, 500, True)
    assert (run.state, run.pages_count, run.rows_count) == (RunState.CLEAN, 3, ASSETS)
    assert len(vendor.calls("list_coupons")) == calls_before + 2


def test_no_code_is_kept_in_clear(
    vendor: StandIn, account: Account, works: Works, now: datetime
) -> None:
    code = vendor.makes_a_stranger(label="from elsewhere")

    run = reconciled(works, now + DAY)

    (line,) = run.findings.all()
    row = CouponObservation.objects.values().get()
    assert code not in str(row) + str(line.theirs) + str(line.guard) + str(
        line.evidence
    )
