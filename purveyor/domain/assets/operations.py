"""What is done with an asset. What needs the vendor is provisioning's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import ASSET, SYNC, AssetState, SyncStatus
from purveyor.domain.assets.models import Asset, number_for
from purveyor.domain.catalogue.models import DAYS_MAX
from purveyor.domain.orders.models import OrderItem
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import line, log, log_all
from purveyor.kernel.rows import insert_each
from purveyor.kernel.sealed import fingerprint, fingerprints, mask, seal
from purveyor.kernel.work.delays import give_up_at
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

NAME_MAX = 200
STARTS_LATER = "later"  # the cause of what waits for its start date
#: What is written once nobody doubts any more what the vendor made.
NO_DOUBT: dict[str, None] = {
    "in_doubt_since": None,
    "doubtful_call_ended_at": None,
    "absent_since": None,
}
#: What is written once there is nothing left to try.
NO_WORK: dict[str, Any] = {
    "leased_until": None,
    "lease_token": "",
    "tries_count": 0,
    "give_up_at": None,
    "parked_at": None,
    "waits_because": "",
    "cause": "",
}


class CouponTaken(Refused):
    """A coupon belongs to one asset only."""

    code = "assets.coupon_taken"


class NotMendable(Refused):
    """What was sent to the vendor is corrected only while nothing can be there."""

    code = "assets.not_mendable"


class NoCoupon(Refused):
    """There is no coupon code to be shown."""

    code = "assets.no_coupon"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon as the vendor described it. Its code is cash and not in the repr."""

    code: str
    made_at: datetime | None = None
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Coupon({mask(self.code)})"


@dataclass(frozen=True, slots=True)
class Connection:
    """An asset, the coupon it gets, and how it came by it: `make`, `adopt`, `enter`."""

    asset: Asset
    coupon: Coupon
    how: str


def create_assets(
    *, items: Sequence[OrderItem], linked_to: Mapping[int, Account], now: datetime
) -> list[Asset]:
    """
    Return one new asset per executed item, due for provisioning from its start date on.

    A part of executing orders, in the caller's transaction. Product type and
    application of each item's product are fetched, its execution and that one's order.

    Shape:  `linked_to` maps an item's id to the account that the vendor must know.
    Units:  the start date begins at midnight where the distributor works.
    """
    starts = {item.executed_by.start_date for item in items}
    work = {start_date: _work_from(start_date, now) for start_date in starts}
    coming = (
        _asset_for(item, linked_to[item.pk], work[item.executed_by.start_date])
        for item in items
    )
    made = insert_each(Asset, coming, count=len(items))
    wake()
    return made


def _work_from(start_date: date, now: datetime) -> dict[str, Any]:
    """Return what an asset has to do from its start date on, and why it waits."""
    today = clock.day_of(now)
    starts_at, waits_because, cause = now, _("It was just bought."), ""
    if start_date > today:
        starts_at = clock.beginning_of(start_date)
        day = date_format(start_date)
        waits_because, cause = _("It starts on %(date)s.") % {"date": day}, STARTS_LATER
    return {
        "purchase_date": today,
        "start_date": start_date,
        "due_at": starts_at,
        "give_up_at": give_up_at(now=starts_at),
        "lane": Lane.INTERACTIVE,
        "waits_because": waits_because,
        "cause": cause,
    }


def _asset_for(item: OrderItem, linked_to: Account, work: Mapping[str, Any]) -> Asset:
    product, execution = item.product, item.executed_by
    return Asset(
        number=number_for(item, execution.order),
        name=item.asset_name or item.product_name,
        account_id=execution.order.account_id,
        linked_account_id=linked_to.pk,
        order_item_id=item.pk,
        execution_id=execution.pk,
        product_id=product.pk,
        application_id=product.product_type.application_id,
        product_type_name=product.product_type.name,
        external_product_id=product.external_id,
        quantity=item.quantity,
        expire_days=product.expire_days,
        validity_days=product.validity_days,
        currency=item.currency,
        net_amount=item.net.amount,
        cost_amount=item.cost.amount,
        **work,
    )


@transaction.atomic
def rename_asset(*, asset: Asset, name: str, actor: str, now: datetime) -> None:
    """Call an asset what its buyer calls it."""
    name = name.strip()[:NAME_MAX]
    if not name:
        raise Refused(_("Give the asset a name."))
    if name == asset.name:
        return
    before, asset.name = asset.name, name
    Asset.objects.filter(pk=asset.pk).update(name=name)
    log(asset, "rename", actor=actor, at=now, before=before, after=name)


@transaction.atomic
def mend_asset(
    *, asset: Asset, changes: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """
    Correct what is sent to the vendor for a failed asset: SKU, days, linked account.

    Never its quantity or price. The order item keeps what was agreed.

    :raises NotMendable: if a coupon exists or may exist.
    """
    allowed = {"external_product_id", "expire_days", "validity_days", "linked_account"}
    before = {name: str(getattr(asset, name)) for name in changes}
    if not set(changes) <= allowed:
        raise NotMendable(_("Quantity and price of what was sold cannot be changed."))
    _check_days(changes)
    failed = Asset.objects.filter(
        pk=asset.pk,
        state=AssetState.ACTIVE,
        sync_status=SyncStatus.FAILED,
        coupon_hash__isnull=True,
        in_doubt_since__isnull=True,
    )
    if failed.update(**changes) != 1:
        message = _(
            "%(asset)s cannot be corrected now: only a failed asset can, while no "
            "coupon exists and none is in doubt."
        )
        raise NotMendable(message % {"asset": asset.number})
    for name, value in changes.items():
        setattr(asset, name, value)
    after = {name: str(value) for name, value in changes.items()}
    log(asset, "mend", actor=actor, at=now, **{"from": before, "to": after})


def _check_days(changes: Mapping[str, Any]) -> None:
    for name in ("expire_days", "validity_days"):
        if name in changes and not 1 <= int(changes[name]) <= DAYS_MAX:
            message = _("Days are a whole number from 1 to %(most)s.")
            raise Refused(message % {"most": DAYS_MAX})


def connect_coupon(
    *, asset: Asset, coupon: Coupon, how: str, actor: str, now: datetime
) -> None:
    """
    Connect a coupon with its asset: see `connect_coupons`.

    :raises CouponTaken: if another asset has this coupon.
    :raises MoveRefused: if the asset has a coupon already.
    """
    connection = Connection(asset, coupon, how)
    connect_coupons(connections=[connection], actor=actor, now=now)


@transaction.atomic
def connect_coupons(
    *, connections: Sequence[Connection], actor: str, now: datetime
) -> None:
    """
    Connect coupons with their assets, in the caller's transaction.

    The one way in which an asset gets its coupon, whether made, adopted or entered by
    hand: it ends the doubt, stops the work (whoever holds a lease has lost it), and
    makes the welcome mail due. A coupon of an asset that is being cancelled is only
    connected so that it can be cancelled: nobody is told of it.

    :raises CouponTaken: if another asset has one of these coupons.
    :raises MoveRefused: if one of the assets has a coupon already.
    """
    check_are_free(connections)
    SYNC.move_all(
        "connect", [(each.asset, _connected(each, now=now)) for each in connections]
    )
    log_all(
        line(
            each.asset,
            each.how,
            actor=actor,
            at=now,
            after=SyncStatus.SYNCHRONIZED,
            coupon=mask(each.coupon.code.strip()),
        )
        for each in connections
    )
    wake()


def check_are_free(connections: Sequence[Connection]) -> None:
    """
    Check that no coupon belongs to an asset already.

    :raises CouponTaken: with that asset's number.
    """
    hashes: set[str] = set()
    for each in connections:
        hashes.update(fingerprints(each.coupon.code.strip()))
    applications = {each.asset.application_id for each in connections}
    held = Asset.objects.filter(coupon_hash__in=hashes, application__in=applications)
    other = held.first()
    if other is not None:
        message = _("This coupon code belongs to %(asset)s already.")
        raise CouponTaken(message % {"asset": other.number}, asset=other.number)


def _connected(connection: Connection, *, now: datetime) -> dict[str, Any]:
    """Return the columns of an asset that has its coupon."""
    asset, coupon = connection.asset, connection.coupon
    code, made_at = coupon.code.strip(), coupon.made_at or now
    is_cancelling = asset.state == AssetState.CANCELLING
    return {
        "coupon_sealed": seal(code),
        "coupon_hash": fingerprint(code),
        "coupon_mask": mask(code),
        "made_at": made_at,
        "expires_at": coupon.expires_at or made_at + timedelta(days=asset.expire_days),
        "welcome_due_at": None if is_cancelling else now,
        "due_at": now if is_cancelling else None,
        **NO_DOUBT,
        **NO_WORK,
    }


def reveal_coupon(*, asset: Asset, because: str, actor: str, now: datetime) -> str:
    """
    Return the coupon code in clear, and write who saw it.

    :raises NoCoupon: if there is none.
    """
    if not asset.has_coupon:
        message = _("%(asset)s has no coupon code yet.")
        raise NoCoupon(message % {"asset": asset.number})
    log(asset, "reveal_coupon", actor=actor, at=now, reason=because[:200])
    return asset.coupon_code.reveal()


@transaction.atomic
def note_fate(
    *, asset: Asset, verb: str, evidence: str, actor: str, now: datetime
) -> None:
    """
    Write what became of a coupon, with the evidence.

    The verbs: `redeem`, `expire`, `vanish`, and `reappear` (it is there after all).

    :raises MoveRefused: if the asset's state does not allow it.
    """
    before = asset.state
    ASSET.move(asset, verb)
    log(
        asset,
        verb,
        actor=actor,
        at=now,
        before=before,
        after=asset.state,
        evidence=evidence,
    )


@transaction.atomic
def take_facts(
    *,
    asset: Asset,
    facts: Mapping[str, Any],
    evidence: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Write what the vendor says of a coupon that we hold otherwise: SKU, quantity, date.

    What was agreed stays on the order item, and nothing is charged or credited by this.

    :raises NotMendable: if other facts are named, or the asset changed meanwhile.
    """
    allowed = {"external_product_id", "quantity", "expires_at"}
    before = {name: getattr(asset, name) for name in facts}
    as_read = Asset.objects.filter(pk=asset.pk, state=asset.state, **before)
    if not set(facts) <= allowed or as_read.update(**facts) != 1:
        message = _("%(asset)s cannot take these facts. Reload the page.")
        raise NotMendable(message % {"asset": asset.number})
    for name, value in facts.items():
        setattr(asset, name, value)
    log(
        asset,
        "take_facts",
        actor=actor,
        at=now,
        evidence=evidence,
        **{
            "from": {name: str(value) for name, value in before.items()},
            "to": {name: str(value) for name, value in facts.items()},
        },
    )


def take_welcome(*, pk: int) -> Asset | None:
    """Return the asset whose word is due, and mark it as said; None if it was said."""
    due = Asset.objects.filter(pk=pk, welcome_due_at__isnull=False)
    if due.update(welcome_due_at=None) != 1:
        return None
    return Asset.objects.select_related(
        "account", "application", "product", "order_item__order__account"
    ).get(pk=pk)
