"""What a line was made from: it is applied only while that is still so."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.models import (
    AccountLink,
    AccountObservation,
    CouponObservation,
)
from purveyor.flows.reconciliation.lifecycle import Drift
from purveyor.flows.reconciliation.models import Finding
from purveyor.kernel.errors import Refused

Guard = dict[str, Any]
#: A second coupon is one whatever becomes of the asset, while that has its own.
DEPENDS_ON: Mapping[str, tuple[str, ...]] = {Drift.DUPLICATE: ("coupon_hash",)}


class Changed(Refused):
    """A line's records are no longer what they were when the plan was made."""

    code = "reconciliation.changed"


def guard_of(
    drift: str,
    *,
    asset: Asset | None = None,
    coupon: CouponObservation | None = None,
    link: AccountLink | None = None,
    seen_account: AccountObservation | None = None,
) -> Guard:
    """Return what a line depends on. It holds no secret: the hash is a keyed one."""
    guard: Guard = {}
    if asset is not None:
        columns = {
            "state": str(asset.state),
            "sync_status": str(asset.sync_status),
            "coupon_hash": asset.coupon_hash,
            "external_product_id": asset.external_product_id,
            "quantity": asset.quantity,
            "expires_at": asset.expires_at.isoformat() if asset.expires_at else None,
            "linked_account": asset.linked_account_id,
        }
        wanted = DEPENDS_ON.get(drift, tuple(columns))
        guard["asset"] = {name: columns[name] for name in wanted}
    if coupon is not None:
        guard["coupon"] = {"facts": coupon.facts, "key": coupon.key}
    if link is not None:
        guard["link"] = {"status": str(link.status), "external_id": link.external_id}
    if seen_account is not None:
        guard["account"] = {"key": seen_account.key, "email": seen_account.email}
    return guard


def locked_and_checked(line: Finding) -> Finding:
    """
    Return a line with its records locked, in the caller's transaction.

    :raises Changed: if one of them changed since the plan was made.
    """
    locked = Finding.objects.select_for_update(of=("self",)).get(pk=line.pk)
    now = guard_of(
        locked.drift,
        asset=_locked(Asset, locked.asset_id),
        coupon=_locked(CouponObservation, locked.observation_id),
        link=_locked(AccountLink, locked.link_id),
        seen_account=_locked(AccountObservation, locked.seen_account_id),
    )
    if now != locked.guard:
        names = sorted(_changed(locked.guard, now))
        message = _("Changed since the plan was made: %(names)s. Make a new plan.")
        raise Changed(message % {"names": ", ".join(names)})
    return locked


def _locked[M: (Asset, CouponObservation, AccountLink, AccountObservation)](
    model: type[M], pk: int | None
) -> M | None:
    if pk is None:
        return None
    return model._default_manager.select_for_update().get(pk=pk)


def _changed(before: Guard, now: Guard) -> set[str]:
    """Return in words for people which facts changed."""
    return {
        name.replace("_", " ")
        for part in before.keys() | now.keys()
        for name in before.get(part, {}).keys() | now.get(part, {}).keys()
        if before.get(part, {}).get(name) != now.get(part, {}).get(name)
    }
