"""What each remedy does, and what can be put back."""

from collections.abc import Callable
from datetime import datetime

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Charge
from purveyor.domain.notifications.models import Message
from purveyor.domain.provisioning.models import AccountLink
from purveyor.flows.reconciliation.approval import (
    NothingToApply,
    discard_plan,
    plan_undo,
)
from purveyor.flows.reconciliation.lifecycle import (
    Drift,
    FindingState,
    Remedy,
    RunState,
)
from tests.factories.accounts import an_account
from tests.factories.assets import fresh
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN
from tests.integration.reconciliation.planted import DAY, Works
from tests.integration.reconciliation.steps import (
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
    with pytest.raises(NothingToApply, match="already"):
        plan_undo(run=run, actor=DAN, now=now + 3 * DAY)
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
