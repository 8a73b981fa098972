"""
Make an asset's coupon at its vendor, once: write, do, write.

Whatever goes wrong between the first writing and the last, the asset is in doubt, and
an asset in doubt is only ever looked for.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.provisioning.causes import Cause, Why
from purveyor.domain.provisioning.contract import VendorError, VendorForgotAccount
from purveyor.domain.provisioning.lifecycle import LINK, AttemptKind, LinkStatus
from purveyor.domain.provisioning.models import AccountLink
from purveyor.domain.provisioning.operations.attempts import (
    close_abandoned,
    close_as_failed,
)
from purveyor.domain.provisioning.operations.calls import Deed, write_and_do
from purveyor.domain.provisioning.operations.cancel import cancel_at_vendor
from purveyor.domain.provisioning.operations.connect import close_as_made
from purveyor.domain.provisioning.operations.gate import GateClosed
from purveyor.domain.provisioning.operations.look import settle_doubt
from purveyor.domain.provisioning.operations.subject import WORKER
from purveyor.domain.provisioning.operations.visit import Visit, begin_visit
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.leases import Lease

SWITCHED_OFF_WAIT = timedelta(minutes=1)
LINK_WAIT = timedelta(seconds=5)
UNDER_WAY = (LinkStatus.SYNCHRONIZING, LinkStatus.UNCLEAR)


def provision_asset(*, lease: Lease, now: datetime) -> None:
    """
    Look at one asset and do what is still to do: look for its coupon, have it made, or
    have it cancelled.

    A step of the street, run by a worker under a lease. Running it twice does nothing
    twice.
    """
    visit = begin_visit(lease=lease, now=now)
    try:
        _do_what_is_due(visit)
    except GateClosed:
        visit.subject.stand_aside()


def _do_what_is_due(visit: Visit) -> None:
    if visit.has_open_attempt:
        close_abandoned(subject=visit.subject, now=visit.now())
    is_cancelling = visit.asset.state == AssetState.CANCELLING
    if not is_cancelling and not _is_wanted(visit):
        visit.subject.rest()
        return
    if visit.subject.is_in_doubt and not settle_doubt(visit):
        return
    if is_cancelling:
        cancel_at_vendor(visit)
    elif _may_be_made(visit):
        _make(visit)


def _is_wanted(visit: Visit) -> bool:
    asset = visit.asset
    return (
        asset.state == AssetState.ACTIVE
        and not asset.has_coupon
        and asset.sync_status in {SyncStatus.PENDING, SyncStatus.UNCLEAR}
    )


def _may_be_made(visit: Visit) -> bool:
    """Return whether the vendor may be asked now; if not, the asset waits or fails."""
    asset, link, now = visit.asset, visit.link, visit.now()
    application, subject = asset.application, visit.subject
    if not application.is_active:
        words = _("%(application)s is switched off under Setup > Applications.")
        why = Why(Cause.SWITCHED_OFF, words % {"application": application.name})
        subject.stand_still(why, until=now + SWITCHED_OFF_WAIT, now=now)
        return False
    if link is not None and link.status == LinkStatus.SYNCHRONIZED:
        return True
    names = {"account": asset.linked_account.name, "vendor": application.name}
    if link is not None and link.status in UNDER_WAY and link.parked_at is None:
        words = _("%(account)s is being synchronized with %(vendor)s.")
        why = Why(Cause.LINKING, words % names)
        subject.stand_still(why, until=now + LINK_WAIT, now=now)
        return False
    words = _(
        "%(account)s is not synchronized with %(vendor)s. Synchronize it on its "
        "account page, then press Retry, or edit and save the asset."
    )
    subject.give_up(Why(Cause.NOT_LINKED, words % names), now=now)
    return False


def _make(visit: Visit) -> None:
    """Write the attempt, call the vendor, write what it answered."""
    request = visit.request()
    deed = Deed(
        AttemptKind.MAKE,
        lambda: visit.manager.provision(request),
        asked={
            "account": request.external_account_id,
            "product": request.external_product_id,
            "quantity": request.quantity,
        },
    )
    called = write_and_do(
        subject=visit.subject, lane=visit.asset.lane, deed=deed, watch=visit.watch
    )
    attempt, made, error, now = called.attempt, called.made, called.error, visit.now()
    if made is not None:
        close_as_made(subject=visit.subject, attempt=attempt, made=made, now=now)
    if error is not None:
        close_as_failed(subject=visit.subject, attempt=attempt, error=error, now=now)
    visit.tell(error)
    if isinstance(error, VendorForgotAccount):
        _lose_link(visit, error)


@transaction.atomic(durable=True)
def _lose_link(visit: Visit, error: VendorError) -> None:
    """Take back the link that the vendor does not know, if it is still the same."""
    asset, now = visit.asset, visit.now()
    known = AccountLink.objects.select_for_update().filter(
        account=asset.linked_account,
        application=asset.application,
        external_id=visit.external_account_id,
    )
    link = known.first()  # of two that hear it at once the second finds none
    if link is not None and LINK.allows(link, "lose"):
        LINK.move(link, "lose", external_id="", reason=error.message[:500])
        log(link, "lose", actor=WORKER, at=now, reason=error.message)
