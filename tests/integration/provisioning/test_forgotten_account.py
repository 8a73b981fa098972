"""BitTitan forgets an account while a coupon of it is in doubt."""

from collections.abc import Callable
from datetime import timedelta

import time_machine

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink
from tests.factories.assets import fresh
from tests.factories.orders import an_execution
from tests.support.stand_in import StandIn

Visit = Callable[[], None]


def test_a_coupon_in_doubt_is_adopted_though_its_account_was_forgotten_since(
    vendor: StandIn,
    bought: Asset,
    visit: Visit,
    still_clock: time_machine.Traveller,
) -> None:
    vendor.fails("hang_up_after", call="make_coupon")
    visit()
    assert fresh(bought).sync_status == SyncStatus.UNCLEAR

    vendor.fails("unknown_account_404", call="make_coupon")
    an_execution(account=bought.account, is_linked=False)
    visit()
    assert AccountLink.objects.get().status == LinkStatus.UNSYNCHRONIZED
    still_clock.shift(timedelta(minutes=10))
    visit()

    asset = fresh(bought)
    assert asset.sync_status == SyncStatus.SYNCHRONIZED, asset.waits_because
    assert len(vendor.made(asset.key)) == 1
