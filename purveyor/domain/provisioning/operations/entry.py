"""
Check a coupon code that was typed in with its vendor, then connect it or say why not.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon
from purveyor.domain.provisioning.causes import why_of
from purveyor.domain.provisioning.contract import (
    Capability,
    VendorAsset,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import ENTRY, EntryState
from purveyor.domain.provisioning.models import AccountLink, CouponEntry
from purveyor.domain.provisioning.operations.by_hand import (
    check_waits,
    connect_by_hand,
)
from purveyor.domain.provisioning.operations.gate import GateClosed, ask
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.delays import next_try_at
from purveyor.kernel.work.leases import Lease


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a vendor says of a code: the coupon it holds, and what does not fit."""

    seen: VendorAsset | None
    objection: str = ""


def check_entry(*, lease: Lease, now: datetime) -> None:
    """
    Ask the vendor about a code that was typed in, and connect it if it fits.

    A step of the street, run by a worker under a lease.
    """
    related = ("asset__application__setup", "asset__linked_account")
    entry = CouponEntry.objects.select_related(*related).get(pk=lease.pk)
    if entry.state != EntryState.CHECKING:
        lease.end(due_at=None)
        return
    watch = Stopwatch(now)
    try:
        opinion = _opinion_on(entry, watch)
    except GateClosed:
        lease.end()
    except VendorUnavailable as error:
        _wait(entry, error, lease, now=watch.now())
    else:
        _decide(entry, opinion, lease, now=watch.now())


def _opinion_on(entry: CouponEntry, watch: Stopwatch) -> Opinion:
    asset = entry.asset
    manager = manager_for(asset.application.setup)
    if Capability.FIND_BY_CODE not in manager.capabilities:
        return Opinion(None)  # nobody can be asked: the person's word stands
    seen = ask(
        question=lambda: manager.get(entry.code.reveal()),
        application_id=asset.application_id,
        lane=entry.lane,
        watch=watch,
    )
    return Opinion(seen, _objection(asset, seen))


def _objection(asset: Asset, seen: VendorAsset | None) -> str:
    """Return in which facts a coupon is not what was ordered; empty if in none."""
    if seen is None:
        return _("The vendor does not know this code: mistyped, redeemed, or expired.")
    link = AccountLink.objects.filter(
        account=asset.linked_account, application=asset.application
    ).first()
    pairs = {
        _("product"): (seen.external_product_id, asset.external_product_id),
        _("quantity"): (seen.quantity, asset.quantity),
        _("account"): (seen.external_account_id, link.external_id if link else ""),
        _("status"): (seen.status, "active"),
    }
    unequal = [name for name, (theirs, ours) in pairs.items() if theirs != ours]
    if not unequal:
        return ""
    message = _("The vendor's coupon differs from what was ordered in: %(names)s.")
    return message % {"names": ", ".join(unequal)}


def _wait(
    entry: CouponEntry, error: VendorUnavailable, lease: Lease, *, now: datetime
) -> None:
    if entry.give_up_at is not None and now >= entry.give_up_at:
        _refuse(entry, error.message, lease, now=now)
        return
    tries = entry.tries_count + 1
    lease.end(
        tries_count=tries,
        due_at=next_try_at(tries_count=tries, now=now),
        **why_of(error).columns,
    )


def _decide(
    entry: CouponEntry, opinion: Opinion, lease: Lease, *, now: datetime
) -> None:
    if opinion.objection and not entry.is_certain:
        _refuse(entry, opinion.objection, lease, now=now)
        return
    try:
        _connect(entry, opinion, lease, now=now)
    except Refused as refusal:  # the asset changed while the vendor was asked
        _refuse(entry, refusal.message, lease, now=now)


@transaction.atomic(durable=True)
def _connect(
    entry: CouponEntry, opinion: Opinion, lease: Lease, *, now: datetime
) -> None:
    lease.renew()
    related = Asset.objects.select_related("application__setup")
    asset = related.select_for_update(of=("self",)).get(pk=entry.asset_id)
    check_waits(asset)
    seen = opinion.seen
    coupon = Coupon(
        seen.code if seen else entry.code.reveal(),  # as the vendor spells it
        made_at=seen.made_at if seen else None,
        expires_at=seen.expires_at if seen else None,
    )
    because = f"{entry.because} {opinion.objection}".strip()
    connect_by_hand(
        asset=asset, coupon=coupon, because=because, actor=entry.asked_by, now=now
    )
    ENTRY.move(entry, "connect", ended_at=now, due_at=None, waits_because="", cause="")
    lease.end()


@transaction.atomic(durable=True)
def _refuse(entry: CouponEntry, reason: str, lease: Lease, *, now: datetime) -> None:
    lease.renew()
    said = {"waits_because": reason[:500], "cause": ""}
    ENTRY.move(entry, "refuse", ended_at=now, due_at=None, **said)
    lease.end()
    facts = {"coupon": entry.code_mask, "reason": reason}
    log(entry.asset, "refuse_entry", actor=entry.asked_by, at=now, **facts)
