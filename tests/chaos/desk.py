"""
What a person does at the desk when the storm is over.

Only what no machine may decide: synchronize an account again that the vendor has
forgotten, cancel a wrong coupon at the vendor and say so, press Retry once for what was
refused, and send a mail again that no server wanted.
"""

from importlib import import_module

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.lifecycle import MessageState
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import send_again
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink
from purveyor.domain.provisioning.operations.asks import retry_asset
from purveyor.domain.provisioning.operations.link import ask_to_synchronize
from purveyor.kernel import clock
from tests.chaos.books import live_coupons
from tests.factories.moments import DAN
from tests.support.stand_in import StandIn


def synchronize_lost_accounts() -> int:
    """Have every account made known that the vendor does not know; return how many."""
    lost = AccountLink.objects.exclude(status=LinkStatus.SYNCHRONIZED)
    for link in lost.select_related("account", "application"):
        ask_to_synchronize(
            account=link.account,
            application=link.application,
            options={},
            actor=DAN,
            now=clock.now(),
        )
    return len(lost)


def decide_about_what_is_parked(vendor: StandIn) -> int:
    """
    Decide about every asset that was set aside in doubt; return how many.

    If the vendor has what was bought, the asset is looked at again. A coupon for
    something else is cancelled at the vendor first; then nothing good is there, and the
    asset may be made.
    """
    parked = list(Asset.objects.filter(parked_at__isnull=False, coupon_hash=None))
    live = live_coupons(vendor) if parked else {}
    for asset in parked:
        coupons = live.get(asset.key, [])
        if any(coupon["quantity"] == asset.quantity for coupon in coupons):
            retry_asset(asset=asset, actor=DAN, now=clock.now())
            continue
        for coupon in coupons:
            vendor.cancels(coupon["code"])
        by_hand = import_module("purveyor.domain.provisioning.operations.by_hand")
        by_hand.settle_by_hand(
            asset=asset,
            because="BitTitan cancelled the coupon with the wrong quantity.",
            actor=DAN,
            now=clock.now(),
        )
    return len(parked)


def retry_what_failed() -> int:
    """Press Retry for every asset that has failed; return how many."""
    failed = list(Asset.objects.filter(sync_status=SyncStatus.FAILED))
    for asset in failed:
        retry_asset(asset=asset, actor=DAN, now=clock.now())
    return len(failed)


def send_failed_mails_again() -> int:
    """Send every mail once more that was refused; return how many."""
    failed = list(Message.objects.filter(state=MessageState.FAILED))
    for message in failed:
        send_again(
            message=message,
            because="The mail server works again.",
            actor=DAN,
            now=clock.now(),
        )
    return len(failed)
