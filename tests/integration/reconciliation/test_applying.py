"""From the plan to what is done: four eyes, guards, interruptions, undoing."""

from collections.abc import Callable
from datetime import datetime

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import rename_asset
from purveyor.flows.reconciliation.approval import (
    NothingToApply,
    NotOffered,
    NotPrepared,
    PlanClosed,
    SecondPersonNeeded,
    UnsafePlan,
    approve_plan,
    exclude_line,
    propose_plan,
)
from purveyor.flows.reconciliation.lifecycle import (
    Drift,
    FindingState,
    Remedy,
    RunState,
)
from purveyor.flows.reconciliation.models import Known, ReconciliationRun
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.assets import fresh
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN
from tests.integration.reconciliation.planted import DAY, Works
from tests.integration.reconciliation.steps import (
    EVE,
    applied,
    chosen,
    reconciled,
)
from tests.support.stand_in import StandIn


def with_other_quantity(
    buys: Callable[..., Asset], at: datetime, count: int
) -> list[Asset]:
    assets = [buys(at=at) for _n in range(count)]
    Asset.objects.update(quantity=12)
    return assets


# ------------------------------------------------------------------ who may


def test_a_second_person_approves(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    with_other_quantity(buys, now, 1)
    run = reconciled(works, now)

    with pytest.raises(SecondPersonNeeded, match="Propose the plan first"):
        approve_plan(run=run, is_forced=False, actor=EVE, now=now)
    propose_plan(run=run, actor=DAN, now=now)
    with pytest.raises(SecondPersonNeeded, match="another person"):
        approve_plan(run=run, is_forced=False, actor=DAN, now=now)
    approve_plan(run=run, is_forced=False, actor=EVE, now=now)
    with pytest.raises(MoveRefused):
        approve_plan(run=run, is_forced=False, actor="zoe@distributor.example", now=now)


def test_a_plan_that_changes_too_much_is_refused_unless_forced(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    with_other_quantity(buys, now, 10)
    run = reconciled(works, now)
    propose_plan(run=run, actor=DAN, now=now)

    with pytest.raises(UnsafePlan, match="10 of 10 assets would be changed; at most 3"):
        approve_plan(run=run, is_forced=False, actor=EVE, now=now)
    approve_plan(run=run, is_forced=True, actor=EVE, now=now)
    works(now)

    assert set(Asset.objects.values_list("quantity", flat=True)) == {10}


def test_marks_and_imports_do_not_count(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    with_other_quantity(buys, now, 10)
    run = reconciled(works, now)
    for line in run.findings.all():
        chosen(line, Remedy.KNOW, now)
    propose_plan(run=run, actor=DAN, now=now)

    approve_plan(run=run, is_forced=False, actor=EVE, now=now)
    works(now)

    assert Known.objects.count() == 10
    assert reconciled(works, now + DAY).state == RunState.CLEAN


# ------------------------------------------------------------------ lines


def test_a_line_needs_what_its_remedy_needs(
    vendor: StandIn, account: Account, works: Works, now: datetime
) -> None:
    a_product()
    vendor.makes_a_stranger()
    run = reconciled(works, now)
    line = run.findings.get()

    with pytest.raises(NotPrepared, match="Choose the account"):
        chosen(line, Remedy.IMPORT, now)
    with pytest.raises(NotPrepared, match="Say why"):
        chosen(line, Remedy.KNOW, now, because="  ")
    with pytest.raises(NotOffered):
        chosen(line, Remedy.ADOPT, now)
    with pytest.raises(NothingToApply):
        propose_plan(run=run, actor=DAN, now=now)


def test_a_line_that_is_left_out_stays_as_it_is(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    left, taken = with_other_quantity(buys, now, 2)
    run = reconciled(works, now)
    exclude_line(line=run.findings.get(asset=left), actor=DAN, now=now)

    applied(run, works, now)

    assert (fresh(left).quantity, fresh(taken).quantity) == (12, 10)
    assert run.findings.get(asset=left).state == FindingState.EXCLUDED


def test_lines_are_closed_once_the_plan_is_proposed(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    with_other_quantity(buys, now, 1)
    run = reconciled(works, now)
    propose_plan(run=run, actor=DAN, now=now)

    with pytest.raises(PlanClosed):
        exclude_line(line=run.findings.get(), actor=DAN, now=now)


def test_what_was_chosen_is_kept_in_the_plan_that_replaces_it(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    asset, left_alone = with_other_quantity(buys, now, 2)
    first = reconciled(works, now)
    chosen(first.findings.get(asset=left_alone), "", now, because="")
    chosen(first.findings.get(asset=asset), Remedy.KNOW, now, because="A gift.")

    second = reconciled(works, now + DAY)

    line = second.findings.get(asset=asset)
    first.refresh_from_db()
    assert (line.remedy, line.because) == (Remedy.KNOW, "A gift.")
    assert second.findings.get(asset=left_alone).remedy == ""
    assert (first.state, second.state) == (RunState.DISCARDED, RunState.PLANNED)
    assert (second.new_count, second.mended_count) == (0, 0)


# ------------------------------------------------------------------ guards


def test_a_line_whose_asset_changed_is_refused_and_the_others_are_applied(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    edited, other, renamed = with_other_quantity(buys, now, 3)
    run = reconciled(works, now)
    Asset.objects.filter(pk=edited.pk).update(quantity=11)
    rename_asset(asset=renamed, name="Called otherwise", actor=DAN, now=now)

    applied(run, works, now)

    line = run.findings.get(asset=edited)
    assert (line.state, line.result) == (
        FindingState.REFUSED,
        "Changed since the plan was made: quantity. Make a new plan.",
    )
    assert [fresh(each).quantity for each in (edited, other, renamed)] == [11, 10, 10]
    assert (run.state, run.done_count, run.refused_count) == (RunState.APPLIED, 2, 1)


class Killed(BaseException):
    """The worker's process is gone."""


def test_applying_that_was_killed_goes_on_and_does_nothing_twice(
    vendor: StandIn,
    account: Account,
    buys: Callable[..., Asset],
    works: Works,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed after a coupon was cancelled at the vendor, before that was written."""
    asset = buys(at=now)
    vendor.makes_a_stranger(
        reference=asset.key, account=account.links.get().external_id
    )
    for _n in range(3):
        vendor.makes_a_stranger(account=account.links.get().external_id)
    run = reconciled(works, now + DAY)
    for line in run.findings.filter(drift=Drift.STRANGER):
        chosen(line, Remedy.IMPORT, now, for_account=account)
    propose_plan(run=run, actor=DAN, now=now)
    approve_plan(run=run, is_forced=True, actor=EVE, now=now + DAY)
    run.findings.filter(drift=Drift.DUPLICATE).update(position=99)  # it comes last
    for point in ("remedies.import_coupon", "cancelling._end", "applying._close"):
        with monkeypatch.context() as patched:
            patched.setattr(f"purveyor.flows.reconciliation.{point}", _is_killed)
            with pytest.raises(Killed):
                works(now + DAY)
        ReconciliationRun.objects.update(leased_until=None, lease_token="")
    works(now + DAY)

    run.refresh_from_db()
    assert (run.state, run.done_count, run.refused_count) == (RunState.APPLIED, 3, 1)
    assert Asset.objects.count() == 4
    refused = run.findings.get(drift=Drift.DUPLICATE)
    assert "cancelled, or redeemed. Ask the vendor" in refused.result
    assert len([c for c in vendor.made(asset.key) if c["status"] == "active"]) == 1


def _is_killed(*_args: object, **_named: object) -> None:
    raise Killed
