"""Many assets at one vendor, and differences of every kind planted among them."""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset, new_key
from purveyor.domain.orders.models import OrderItem
from purveyor.domain.provisioning.models import AccountLink
from purveyor.flows.reconciliation.lifecycle import Drift
from purveyor.kernel.sealed import fingerprint, mask, seal
from tests.factories.orders import a_submitted_order, an_execution
from tests.support.stand_in import StandIn

SHORT_LIVED = 10  # coupons that expire on the third day
EVERY_FIELD = [
    "coupon_sealed",
    "coupon_hash",
    "coupon_mask",
    "sync_status",
    "due_at",
    "welcome_due_at",
    "made_at",
    "expires_at",
]


def many_assets(
    vendor: StandIn, account: Account, *, count: int, at: datetime
) -> list[Asset]:
    """Return assets of one account, each with a coupon that the vendor holds."""
    link = AccountLink.objects.get(account=account)
    an_execution(order=a_submitted_order(account=account, items=2))
    _copy(count - 2)
    assets = list(Asset.objects.select_related("order_item").order_by("pk"))
    facts = {"account": link.external_id, "quantity": 10}
    short = assets[-SHORT_LIVED:]
    for product in {asset.external_product_id for asset in assets}:
        wanted = [a for a in assets if a.external_product_id == product]
        brief = [a for a in wanted if a in short]
        vendor.makes_strangers(len(wanted) - len(brief), product=product, **facts)
        if brief:
            vendor.makes_strangers(len(brief), product=product, expire_days=3, **facts)
    _connect(vendor, assets, short, at=at)
    return assets


def _copy(count: int) -> None:
    """Copy the two assets and their order items, by turns, so that there are many."""
    models = list(Asset.objects.select_related("order_item").order_by("pk"))
    items = [copy(models[n % 2].order_item) for n in range(count)]
    for position, item in enumerate(items, start=3):
        item.pk, item.position = None, position
    OrderItem.objects.bulk_create(items, batch_size=500)
    assets = [copy(models[n % 2]) for n in range(count)]
    for number, (asset, item) in enumerate(zip(assets, items, strict=True)):
        asset.pk, asset.order_item, asset.key = None, item, new_key()
        asset.number = f"AS-{number:06}-C"
    Asset.objects.bulk_create(assets, batch_size=500)


def _connect(
    vendor: StandIn, assets: list[Asset], short: list[Asset], *, at: datetime
) -> None:
    """Write the vendor's coupons into our records, as if we had been told of them."""
    coupons: dict[tuple[str, bool], Iterator[dict[str, str]]] = {}
    known = vendor.all_coupons()
    for product in {c["product"] for c in known}:
        for is_brief in (False, True):
            mine = [
                c
                for c in known
                if c["product"] == product and (c["expire_days"] == 3) == is_brief
            ]
            coupons[product, is_brief] = iter(mine)
    for asset in assets:
        coupon = next(coupons[asset.external_product_id, asset in short])
        code = coupon["code"]
        asset.coupon_sealed, asset.coupon_hash = seal(code), fingerprint(code)
        asset.coupon_mask, asset.sync_status = mask(code), SyncStatus.SYNCHRONIZED
        asset.due_at = asset.welcome_due_at = None
        asset.made_at = at
        asset.expires_at = datetime.fromisoformat(coupon["expires_at"])
    Asset.objects.bulk_update(assets, EVERY_FIELD, batch_size=200)


@dataclass
class Planted:
    """Differences, and what a plan must say of them: kinds, cost and price at risk."""

    vendor: StandIn
    external_id: str
    at: datetime
    kinds: Counter[str] = field(default_factory=Counter)
    cost: Decimal = Decimal(0)
    price: Decimal = Decimal(0)

    def plant(self, assets: list[Asset], *, share: int) -> None:
        """Plant differences of every kind, `share` of each, on assets of their own."""
        left = iter(assets[:-SHORT_LIVED])
        for deed in (
            self.answer_lost,
            self.duplicate,
            self.duplicate_of_a_redeemed_one,
            self.quantity,
            self.account,
            self.live,
            self.redeemed,
            self.revoked,
            self.never_seen,
        ):
            for asset in islice(left, share):
                deed(asset)
        for asset in islice(left, share):
            self.in_doubt(asset)
        for _n in range(share):
            self.stranger()
        for asset in assets[-SHORT_LIVED:]:
            self._expects(Drift.EXPIRED, asset, cost=0, price=0)

    def answer_lost(self, asset: Asset) -> None:
        """The vendor has made the coupon; with us the asset is parked in doubt."""
        self.vendor.cancels(asset.coupon_code.reveal())
        _take_coupon(asset, in_doubt_since=asset.made_at)
        self._makes(asset, 10)
        self._expects(Drift.UNHEARD, asset)

    def duplicate(self, asset: Asset) -> None:
        """A second coupon bears the asset's reference."""
        self._makes(asset, 10)
        self._expects(Drift.DUPLICATE, asset, price=0)

    def duplicate_of_a_redeemed_one(self, asset: Asset) -> None:
        """The same, and the customer has redeemed the first one."""
        self.vendor.marks(asset.coupon_code.reveal(), "redeem")
        self._makes(asset, 10)
        self._expects(Drift.DUPLICATE, asset, price=0)
        self._expects(Drift.VANISHED, asset, cost=0, price=0)

    def quantity(self, asset: Asset) -> None:
        """With us the asset holds three licenses more."""
        Asset.objects.filter(pk=asset.pk).update(quantity=13)
        self._expects(Drift.DIFFERENT, asset, cost=3, price=3)

    def account(self, asset: Asset) -> None:
        """The vendor holds the coupon for another account."""
        self.vendor.cancels(asset.coupon_code.reveal())
        code = self.vendor.makes_a_stranger(
            account="somebody-else", product=asset.external_product_id, quantity=10
        )
        _give_coupon(asset, code, made_at=self.at)
        self._expects(Drift.DIFFERENT, asset)

    def live(self, asset: Asset) -> None:
        """With us it is cancelled; the coupon can still be redeemed."""
        Asset.objects.filter(pk=asset.pk).update(state=AssetState.CANCELLED)
        self._expects(Drift.LIVE, asset)

    def redeemed(self, asset: Asset) -> None:
        """The customer has redeemed it."""
        self.vendor.marks(asset.coupon_code.reveal(), "redeem")
        self._expects(Drift.VANISHED, asset, cost=0, price=0)

    def revoked(self, asset: Asset) -> None:
        """The vendor has taken it back; absence cannot tell that from redeeming."""
        self.vendor.marks(asset.coupon_code.reveal(), "revoke")
        self._expects(Drift.VANISHED, asset, cost=0, price=0)

    def never_seen(self, asset: Asset) -> None:
        """With us stands a code that the vendor has never listed."""
        self.vendor.cancels(asset.coupon_code.reveal())
        _give_coupon(asset, f"BT-NEVER-SEEN-{asset.number}", made_at=self.at)
        self._expects(Drift.LOST, asset)

    def in_doubt(self, asset: Asset) -> None:
        """The asset is parked in doubt, and the vendor has made nothing."""
        self.vendor.cancels(asset.coupon_code.reveal())
        _take_coupon(asset, in_doubt_since=self.at, doubtful_call_ended_at=self.at)
        self._expects(Drift.MISSING, asset, cost=0)

    def stranger(self) -> None:
        """Somebody has bought a coupon past us."""
        self.vendor.makes_a_stranger(
            account=self.external_id, product="BT-MAILBOX", quantity=10
        )
        asset = Asset.objects.filter(external_product_id="BT-MAILBOX").first()
        assert asset is not None
        self._expects(Drift.STRANGER, asset)

    def _makes(self, asset: Asset, quantity: int) -> None:
        self.vendor.makes_a_stranger(
            reference=asset.key,
            account=self.external_id,
            product=asset.external_product_id,
            quantity=quantity,
        )

    def _expects(
        self, drift: Drift, asset: Asset, *, cost: int = 10, price: int = 10
    ) -> None:
        """Expect a line, with the cost and the price of so many licenses at risk."""
        item = asset.order_item
        self.kinds[str(drift)] += 1
        self.cost += item.unit_cost * cost
        self.price += item.unit_price * price


def _take_coupon(asset: Asset, **doubt: datetime | None) -> None:
    Asset.objects.filter(pk=asset.pk).update(
        coupon_sealed="",
        coupon_hash=None,
        coupon_mask="",
        sync_status=SyncStatus.UNCLEAR,
        parked_at=asset.made_at,
        cause="cannot_ask",
        made_at=None,
        expires_at=None,
        **doubt,
    )


def _give_coupon(asset: Asset, code: str, *, made_at: datetime) -> None:
    Asset.objects.filter(pk=asset.pk).update(
        made_at=made_at,
        coupon_sealed=seal(code),
        coupon_hash=fingerprint(code),
        coupon_mask=mask(code),
    )


type Works = Callable[[datetime], None]
DAY = timedelta(days=1)
