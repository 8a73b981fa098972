"""The table of assets."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.catalogue.models import Application, Product
from purveyor.domain.orders.models import (
    ORDER_NUMBERS,
    Execution,
    Order,
    OrderItem,
)
from purveyor.kernel.money import Money
from purveyor.kernel.sealed import Secret, open_sealed
from purveyor.kernel.work.models import Workable, due_index

# What is read of very many assets of an account at once, from an index alone.
NARROWED_BY = ("state", "sync_status", "expires_at", "name_upper")
COUNTED = ("purchase_date", "quantity")


def number_for(item: OrderItem, order: Order) -> str:
    """Return the number of an item's asset: item 2 of O-000017 is AS-000017-2."""
    return f"AS-{order.number.removeprefix(ORDER_NUMBERS.prefix)}-{item.position}"


def new_key() -> str:
    """Return a fresh reference, by which a vendor knows one intended purchase."""
    return uuid.uuid4().hex


class Asset(Workable):
    """What an account owns because of one order item: licenses, held by one coupon."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    name = models.CharField(
        _("name"), max_length=200, help_text=_("What the buyer calls it.")
    )
    name_upper = models.GeneratedField(  # in which parts of names are looked for
        expression=Upper("name"),
        output_field=models.TextField(),  # some letters become two
        db_persist=True,
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="assets",
        db_index=False,  # `asset_of_account` begins with it
        verbose_name=_("account"),
    )
    linked_account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="+",
        verbose_name=_("synchronized account"),
        help_text=_("The account under which the vendor makes the coupon."),
    )
    order_item = models.OneToOneField(
        OrderItem, models.PROTECT, related_name="asset", verbose_name=_("order item")
    )
    execution = models.ForeignKey(Execution, models.PROTECT, related_name="assets")
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="assets", verbose_name=_("product")
    )
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        related_name="assets",
        verbose_name=_("service manager"),
    )
    state = models.CharField(
        _("status"), max_length=12, choices=AssetState, default=AssetState.ACTIVE
    )
    sync_status = models.CharField(
        _("Provisioning Sync Status"),
        max_length=14,
        choices=SyncStatus,
        default=SyncStatus.PENDING,
    )

    # As bought: a later change in the catalogue changes nothing that was sold.
    product_type_name = models.CharField(_("product type"), max_length=200)
    external_product_id = models.CharField(_("vendor SKU"), max_length=100)
    quantity = models.PositiveIntegerField(_("licenses"))
    expire_days = models.PositiveIntegerField(_("Expire(days)"))
    validity_days = models.PositiveIntegerField(_("Validity(days)"))
    # What it was sold for, without tax, and what it cost us.
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    net_amount = models.DecimalField(
        _("net"), max_digits=16, decimal_places=2, editable=False
    )
    cost_amount = models.DecimalField(
        _("cost"), max_digits=16, decimal_places=2, editable=False
    )
    purchase_date = models.DateField(_("Purchase Date"))
    start_date = models.DateField(_("start date"))

    # The coupon. Its code is sealed; it is shown masked and found through its hash.
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    coupon_sealed = models.TextField(blank=True, editable=False)
    coupon_hash = models.CharField(max_length=64, null=True, editable=False)
    coupon_mask = models.CharField(
        _("BitTitan's Coupon Code"), max_length=20, blank=True, editable=False
    )
    made_at = models.DateTimeField(_("made at"), null=True, editable=False)
    expires_at = models.DateTimeField(_("redeem before"), null=True, editable=False)

    # Doubt: only knowledge ends it (see provisioning).
    in_doubt_since = models.DateTimeField(
        _("in doubt since"), null=True, editable=False
    )
    doubtful_call_ended_at = models.DateTimeField(null=True, editable=False)
    absent_since = models.DateTimeField(null=True, editable=False)
    welcome_due_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("Assets")
        permissions = (
            ("reveal_coupon", _("Can reveal coupon codes")),
            ("enter_coupon", _("Can enter coupon codes by hand")),
            ("overrule_vendor", _("Can connect coupons against the vendor's facts")),
            ("settle_doubt", _("Can say what became of a coupon in doubt")),
            ("retry_asset", _("Can retry and mend failed assets")),
            ("cancel_asset", _("Can cancel assets")),
        )
        constraints = (
            models.UniqueConstraint(
                name="asset_coupon_once_per_application",
                fields=("application", "coupon_hash"),
            ),
            models.CheckConstraint(
                name="asset_states_are_known",
                condition=Q(
                    state__in=AssetState.values, sync_status__in=SyncStatus.values
                ),
            ),
            models.CheckConstraint(
                name="asset_synchronized_has_its_coupon",
                condition=~Q(sync_status=SyncStatus.SYNCHRONIZED)
                | (Q(coupon_hash__isnull=False) & ~Q(coupon_sealed="")),
            ),
            models.CheckConstraint(
                name="asset_with_a_coupon_is_not_in_doubt",
                condition=Q(coupon_hash__isnull=True) | Q(in_doubt_since__isnull=True),
            ),
        )
        indexes = (
            due_index("asset_due"),
            due_index("asset_welcome_due", "welcome_due_at"),
            models.Index(fields=("-purchase_date", "-id"), name="asset_newest"),
            models.Index(
                fields=("sync_status", "-purchase_date", "-id"), name="asset_by_sync"
            ),
            models.Index(
                fields=("state", "-purchase_date", "-id"), name="asset_by_state"
            ),
            models.Index(
                fields=("account", "-id", *NARROWED_BY, *COUNTED),
                name="asset_of_account",
            ),
            models.Index(fields=("coupon_hash",), name="asset_by_coupon"),
            models.Index(
                fields=("application", "cause"),
                name="asset_failed_by_cause",
                condition=Q(sync_status=SyncStatus.FAILED),
            ),
            models.Index(  # holds what the expiry radar adds up
                fields=(
                    "expires_at",
                    "id",
                    "account",
                    "application",
                    "currency",
                    "quantity",
                    "net_amount",
                    "cost_amount",
                ),
                name="asset_by_expiry",
                condition=Q(
                    state=AssetState.ACTIVE, sync_status=SyncStatus.SYNCHRONIZED
                ),
            ),
        )

    def __str__(self) -> str:
        return _("asset %(number)s") % {"number": self.number}

    @property
    def net(self) -> Money:
        """What it was sold for, without tax."""
        return Money(self.net_amount, self.currency)

    @property
    def cost(self) -> Money:
        """What it cost us."""
        return Money(self.cost_amount, self.currency)

    @property
    def has_coupon(self) -> bool:
        """Whether a coupon is connected."""
        return self.coupon_hash is not None

    @property
    def coupon_code(self) -> Secret:
        """The coupon code. Every `reveal()` for a person leaves a journal line."""
        return open_sealed(self.coupon_sealed)

    @property
    def is_mendable(self) -> bool:
        """Whether what is sent to the vendor may be corrected: nothing can be there."""
        return (
            self.sync_status == SyncStatus.FAILED
            and self.state == AssetState.ACTIVE
            and not self.has_coupon
            and self.in_doubt_since is None
        )
