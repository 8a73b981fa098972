"""Plans, made of real differences by the product's own hands."""

from collections.abc import Sequence
from datetime import datetime

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.contract import Capability, VendorAsset
from purveyor.domain.provisioning.models import CouponObservation
from purveyor.domain.provisioning.operations.observations import keep_observation
from purveyor.flows.reconciliation.compare import Difference, Listings, Ours, Theirs
from purveyor.flows.reconciliation.lifecycle import Drift, RunState
from purveyor.flows.reconciliation.lines import Lines
from purveyor.flows.reconciliation.models import Finding, Policy, ReconciliationRun
from tests.factories.assets import a_pending_asset, a_synchronized_asset, fresh
from tests.factories.catalogue import a_product, an_application
from tests.factories.moments import DAN, NOON
from tests.factories.provisioning import a_setup
from tests.factories.troubles import a_doubtful_asset

STRANGE = "BT-STRANGE-0000-CASH"
THEIR_ACCOUNT = "bt-elsewhere"


def a_policy(**fields: object) -> Policy:
    """Return how BitTitan is reconciled."""
    policy, _made = Policy.objects.update_or_create(
        application=an_application(), defaults=fields
    )
    return policy


def a_run(*, state: RunState = RunState.LOOKING, **fields: object) -> ReconciliationRun:
    """Return a reconciliation with BitTitan."""
    a_setup()
    known = {"asked_by": DAN, "asked_at": NOON, "waits_because": "It begins."}
    return ReconciliationRun.objects.create(
        application=an_application(), state=state, **{**known, **fields}
    )


def a_plan(
    differences: Sequence[Difference], *, compared: int = 0, **fields: object
) -> ReconciliationRun:
    """Return a plan of some differences."""
    run = a_run(
        state=RunState.PLANNED,
        rows_count=len(differences),
        pages_count=1,
        listed_at=NOON,
        compared_count=compared,
        findings_count=len(differences),
        **{"new_count": len(differences), **fields},
    )
    made = Lines(run, Listings([NOON], NOON), frozenset(Capability)).of(differences)
    for position, line in enumerate(made, start=1):
        line.position, line.is_new = position, bool(run.new_count)
    Finding.objects.bulk_create(made)
    return run


def seen(
    *,
    code: str,
    key: str = "",
    product: str = "BT-MAILBOX",
    quantity: int = 10,
    expires_at: datetime | None = None,
) -> CouponObservation:
    """Return a coupon that the vendor has shown."""
    shown = VendorAsset(
        code=code,
        key=key,
        external_account_id=THEIR_ACCOUNT,
        external_product_id=product,
        quantity=quantity,
        status="active",
        label="",
        made_at=NOON,
        expires_at=expires_at,
    )
    return keep_observation(application=an_application(), seen=shown, now=NOON)


def a_stranger(*, code: str = STRANGE) -> Difference:
    """Return a coupon that no asset knows."""
    a_product()
    return Difference(Drift.STRANGER, theirs=_theirs(seen(code=code)))


def an_unheard_one(*, code: str = "BT-UNHEARD-0000-CASH") -> Difference:
    """Return an asset in doubt, and the coupon with its reference."""
    asset = a_doubtful_asset()
    other = seen(code=code, key=asset.key, product=asset.external_product_id)
    return Difference(Drift.UNHEARD, _ours(asset), _theirs(other))


def a_different_one(*, code: str, account: Account | None = None) -> Difference:
    """Return an asset whose coupon holds three licenses less."""
    fields = {"account": account} if account else {}
    asset = fresh(a_synchronized_asset(code=code, **fields))
    product = asset.external_product_id
    other = seen(code=code, product=product, quantity=asset.quantity - 3)
    return Difference(Drift.DIFFERENT, _ours(asset), _theirs(other), ("quantity",))


def a_vanished_one(*, code: str) -> Difference:
    """Return an asset whose coupon is gone before its time."""
    asset = fresh(a_synchronized_asset(code=code))
    other = seen(code=code, product=asset.external_product_id)
    return Difference(Drift.VANISHED, _ours(asset), _theirs(other))


def a_missing_one() -> Difference:
    """Return an asset in doubt that the vendor does not show."""
    return Difference(Drift.MISSING, _ours(a_pending_asset()))


def _ours(asset: Asset) -> Ours:
    return Ours(
        name=asset.coupon_hash or "",
        pk=asset.pk,
        key=asset.key,
        state=asset.state,
        product=asset.external_product_id,
        quantity=asset.quantity,
        account="bt-ours",
        made_at=asset.made_at,
        expires_at=asset.expires_at,
    )


def _theirs(other: CouponObservation) -> Theirs:
    return Theirs(
        name=other.coupon_hash,
        pk=other.pk,
        key=other.key,
        status="active",
        product=other.facts["product"],
        quantity=other.facts["quantity"],
        account=other.facts["account"],
        expires_at=None,
        last_seen_at=other.last_seen_at,
    )
