"""From the plan to what is done: four eyes, guards, interruptions, undoing."""

from collections.abc import Callable
from datetime import datetime

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import rename_asset
from purveyor.domain.invoices.models import Charge
from purveyor.domain.notifications.models import Message
from purveyor.domain.provisioning.models import AccountLink
from purveyor.flows.reconciliation.approval import (
    NothingToApply,
    NotOffered,
    NotPrepared,
    PlanClosed,
    SecondPersonNeeded,
    UnsafePlan,
    approve_plan,
    choose_remedy,
    discard_plan,
    exclude_line,
    plan_undo,
    propose_plan,
)
from purveyor.flows.reconciliation.lifecycle import (
    Drift,
    FindingState,
    Remedy,
    RunState,
)
from purveyor.flows.reconciliation.models import Finding, Known, ReconciliationRun
from purveyor.flows.reconciliation.starting import start_reconciliation
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.accounts import an_account
from tests.factories.assets import fresh
from tests.factories.catalogue import a_product, an_application
from tests.factories.moments import DAN
from tests.integration.reconciliation.planted import DAY, Works
from tests.support.stand_in import StandIn

EVE = "eve@distributor.example"


def reconciled(works: Works, at: datetime) -> ReconciliationRun:
    run = start_reconciliation(
        application=an_application(), account=None, actor=DAN, now=at
    )
    works(at)
    run.refresh_from_db()
    return run


def applied(run: ReconciliationRun, works: Works, at: datetime) -> ReconciliationRun:
    propose_plan(run=run, actor=DAN, now=at)
    approve_plan(run=run, is_forced=True, actor=EVE, now=at)
    works(at)
    run.refresh_from_db()
    return run


def chosen(line: Finding, remedy: Remedy, at: datetime, **more: object) -> None:
    facts = {"for_account": None, "because": "Asked the vendor.", **more}
    choose_remedy(line=line, remedy=remedy, actor=DAN, now=at, **facts)  # type: ignore[arg-type]


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
    asset, _other = with_other_quantity(buys, now, 2)
    first = reconciled(works, now)
    chosen(first.findings.get(asset=asset), Remedy.KNOW, now, because="A gift.")

    second = reconciled(works, now + DAY)

    line = second.findings.get(asset=asset)
    first.refresh_from_db()
    assert (line.remedy, line.because) == (Remedy.KNOW, "A gift.")
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


# ------------------------------------------------------------------ remedies


def test_a_lost_answer_is_adopted_and_the_customer_gets_one_mail(
    vendor: StandIn,
    account: Account,
    buys: Callable[..., Asset],
    works: Works,
    now: datetime,
) -> None:
    asset = buys(at=now, made=False)
    code = vendor.makes_a_stranger(
        reference=asset.key,
        account=account.links.get().external_id,
        product=asset.external_product_id,
        quantity=asset.quantity,
    )
    Asset.objects.filter(pk=asset.pk).update(
        sync_status=SyncStatus.FAILED, due_at=None, in_doubt_since=now
    )
    run = reconciled(works, now + DAY)

    applied(run, works, now + DAY)

    assert run.findings.get().drift == Drift.UNHEARD
    assert fresh(asset).coupon_code.reveal() == code
    assert fresh(asset).sync_status == SyncStatus.SYNCHRONIZED
    assert Message.objects.filter(asset=asset).count() == 1
    assert reconciled(works, now + 2 * DAY).state == RunState.CLEAN


def test_a_coupon_without_our_reference_is_known_by_its_label(
    vendor: StandIn,
    account: Account,
    buys: Callable[..., Asset],
    works: Works,
    now: datetime,
) -> None:
    asset = buys(at=now, made=False)
    vendor.makes_a_stranger(
        account=account.links.get().external_id,
        product=asset.external_product_id,
        quantity=asset.quantity,
        label=f"{asset.order_item.order.number} {account.name}",
    )
    Asset.objects.filter(pk=asset.pk).update(
        sync_status=SyncStatus.UNCLEAR, due_at=None, parked_at=now, in_doubt_since=now
    )

    run = reconciled(works, now + DAY)

    line = run.findings.get()
    assert (line.drift, line.asset, line.remedy) == (Drift.UNHEARD, asset, Remedy.ADOPT)


@pytest.mark.parametrize(
    ("remedy", "charges"), [(Remedy.IMPORT, 1), (Remedy.IMPORT_FREE, 0)]
)
def test_a_stranger_is_imported_for_an_account_that_is_linked_by_it(
    vendor: StandIn, works: Works, now: datetime, remedy: Remedy, charges: int
) -> None:
    a_product()
    newcomer = an_account()
    code = vendor.makes_a_stranger(account="their-account-7", quantity=4)
    run = reconciled(works, now)
    chosen(run.findings.get(), remedy, now, for_account=newcomer)

    applied(run, works, now)

    asset = Asset.objects.get()
    link = AccountLink.objects.get(account=newcomer)
    assert run.findings.get().result == f"Imported as {asset.number}."
    assert asset.coupon_code.reveal() == code
    assert (asset.account, asset.quantity, asset.state) == (
        newcomer,
        4,
        AssetState.ACTIVE,
    )
    assert (link.external_id, link.status) == ("their-account-7", "SYNCHRONIZED")
    assert Charge.objects.count() == charges
    assert Message.objects.count() == 0


def test_a_coupon_of_another_vendors_account_is_not_imported(
    vendor: StandIn, account: Account, works: Works, now: datetime
) -> None:
    a_product()
    vendor.makes_a_stranger(account="somebody-else")
    run = reconciled(works, now)
    chosen(run.findings.get(), Remedy.IMPORT, now, for_account=account)

    applied(run, works, now)

    assert run.findings.get().state == FindingState.REFUSED
    assert "somebody-else" in run.findings.get().result
    assert Asset.objects.count() == 0


def test_what_was_done_is_put_back_where_that_can_be(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    mended, gone = with_other_quantity(buys, now, 2)
    reconciled(works, now + DAY)
    vendor.marks(gone.coupon_code.reveal(), "redeem")
    reconciled(works, now + 2 * DAY)
    run = applied(reconciled(works, now + 3 * DAY), works, now + 3 * DAY)
    done = (fresh(mended).quantity, fresh(gone).state)

    undo = plan_undo(run=run, actor=DAN, now=now + 3 * DAY)
    applied(undo, works, now + 3 * DAY)

    assert done == (10, AssetState.VANISHED)
    assert (fresh(mended).quantity, fresh(gone).state) == (12, AssetState.ACTIVE)
    assert undo.findings.filter(state=FindingState.DONE).count() == 2
    with pytest.raises(NothingToApply):
        plan_undo(run=undo, actor=DAN, now=now)


def test_a_plan_is_discarded_and_stays_to_be_read(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    with_other_quantity(buys, now, 1)
    run = reconciled(works, now)

    discard_plan(run=run, because="The vendor was told.", actor=DAN, now=now)

    assert (run.state, run.findings.count()) == (RunState.DISCARDED, 1)


def test_a_vendor_that_is_silent_makes_a_cancellation_wait(
    vendor: StandIn,
    account: Account,
    buys: Callable[..., Asset],
    works: Works,
    now: datetime,
) -> None:
    asset = buys(at=now)
    vendor.makes_a_stranger(
        reference=asset.key, account=account.links.get().external_id
    )
    run = reconciled(works, now + DAY)
    vendor.fails("refuse_connection", always=True)

    applied(run, works, now + DAY)
    waiting = (run.state, run.findings.get().state)
    vendor.works_again()
    works(now + DAY + DAY / 24)
    run.refresh_from_db()

    assert waiting == (RunState.APPLYING, FindingState.ASKING)
    assert (run.state, run.findings.get().result) == (
        RunState.APPLIED,
        "Cancelled at the vendor.",
    )
