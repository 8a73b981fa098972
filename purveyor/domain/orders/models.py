"""The tables of orders."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account, Contact
from purveyor.domain.catalogue.models import PriceList, Product
from purveyor.domain.orders.lifecycle import (
    ApprovalCause,
    ApprovalState,
    ItemState,
    OrderState,
)
from purveyor.domain.orders.reasons import REASON_MAX
from purveyor.kernel.money import Money
from purveyor.kernel.numbering.operations import Series

ORDER_NUMBERS = Series("order", "O-", 6)
QUANTITY_MAX = 10_000


class StatusLabel(models.Model):
    """What the distributor calls a status: several labels may stand for one state."""

    system_type = models.CharField(
        _("system type"),
        max_length=20,
        choices=OrderState,
        help_text=_("What an order with this label can do; it never changes."),
    )
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(
        _("position"), default=10, help_text=_("Its place in lists of choices.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Whether orders can be given it.")
    )
    is_storefront_visible = models.BooleanField(
        _("Storefront-visible"),
        default=True,
        help_text=_("Whether buyers read it. If not, they read the default label."),
    )
    is_default = models.BooleanField(
        _("default of its type"),
        default=False,
        help_text=_("What every order of this type is called unless it was labelled."),
    )

    class Meta:
        verbose_name = _("order status")
        verbose_name_plural = _("Order statuses")
        constraints = (
            models.UniqueConstraint(
                name="status_label_once_per_type",
                fields=("system_type", "name"),
                violation_error_message=_("This type has a label of that name."),
            ),
            models.UniqueConstraint(
                name="status_label_one_default_per_type",
                fields=("system_type",),
                condition=Q(is_default=True),
            ),
            models.CheckConstraint(
                name="status_label_default_is_active",
                condition=Q(is_default=False) | Q(is_active=True),
                violation_error_message=_("The default of a type stays active."),
            ),
            models.CheckConstraint(
                name="status_label_type_is_known",
                condition=Q(system_type__in=OrderState.values),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """A promise: what an account has asked for, at the prices of that day."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="orders", verbose_name=_("account")
    )
    bill_to = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="billed_orders",
        verbose_name=_("billing to"),
    )
    state = models.CharField(
        _("status"), max_length=20, choices=OrderState, default=OrderState.DRAFT
    )
    label = models.ForeignKey(
        StatusLabel,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="orders",
        verbose_name=_("label"),
    )  # counts only as long as the order is in its system type
    currency = models.CharField(_("currency"), max_length=3)
    po_code = models.CharField(_("PO code"), max_length=60, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    recipient = models.ForeignKey(
        Contact,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("recipient"),
        help_text=_("Gets the coupon code by mail. Empty: the billing contact."),
    )
    recipient_email = models.EmailField(_("mail goes to"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    created_by = models.CharField(_("created by"), max_length=200, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    cancelled_because = models.CharField(
        _("cancelled because"), max_length=REASON_MAX, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("Orders")
        permissions = (
            ("submit_order", _("Can submit orders")),
            ("execute_order", _("Can execute orders")),
            ("approve_order", _("Can approve and reject orders")),
            ("accept_margin", _("Can execute orders with a thin margin or a loss")),
            ("cancel_order", _("Can cancel orders")),
            ("label_order", _("Can change the status label of orders")),
            ("change_price", _("Can change prices on orders")),
            ("give_discount", _("Can give discounts on orders")),
        )
        constraints = (
            models.CheckConstraint(
                name="order_state_is_known", condition=Q(state__in=OrderState.values)
            ),
            models.CheckConstraint(
                name="order_submitted_has_a_date",
                condition=Q(state__in=(OrderState.DRAFT, OrderState.CANCELLED))
                | Q(submitted_at__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=("-created_at", "-id"), name="order_newest"),
            models.Index(fields=("state", "-created_at", "-id"), name="order_by_state"),
            models.Index(  # holds what lists of an account are narrowed by
                fields=("account", "-id", "state", "submitted_at"),
                name="order_of_account",
            ),
            models.Index(
                fields=("label", "-created_at", "-id"),
                name="order_by_label",
                condition=Q(label__isnull=False),
            ),
            models.Index(Upper("po_code"), name="order_by_po_code"),
            models.Index(  # few of many: what can be executed
                fields=("-submitted_at", "-id"),
                name="order_to_execute",
                condition=Q(state__in=(OrderState.SUBMITTED, OrderState.EXECUTING)),
            ),
            models.Index(  # few of many: of what was executed a rest was cancelled
                fields=("-created_at", "-id"),
                name="order_rest_cancelled",
                condition=Q(state=OrderState.EXECUTED, cancelled_because__gt=""),
            ),
        )

    def __str__(self) -> str:
        return _("order %(number)s") % {"number": self.number}

    @property
    def is_closed(self) -> bool:
        """Whether a part of it was executed, and the rest cancelled."""
        return self.state == OrderState.EXECUTED and bool(self.cancelled_because)


class Execution(models.Model):
    """One run down the street for some or all items of one order."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="executions")
    actor = models.CharField(_("by"), max_length=200)
    at = models.DateTimeField(_("at"))
    start_date = models.DateField(_("start date"))
    invoice_option = models.CharField(
        _("invoice"), max_length=10, choices=InvoiceOption
    )
    margin_because = models.CharField(
        _("thin margin accepted because"), max_length=REASON_MAX, blank=True
    )

    class Meta:
        verbose_name = _("execution")
        verbose_name_plural = _("Executions")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"execution {self.pk} of {self.order}"


class Approval(models.Model):
    """A yes that an order needs: why, how much it was about, and what became of it."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="approvals")
    cause = models.CharField(_("why"), max_length=10, choices=ApprovalCause)
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=ApprovalState,
        default=ApprovalState.WAITING,
    )
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.CharField(_("asked by"), max_length=200)
    # As it was when it was asked, in the order's currency; no limit: not about credit.
    order_amount = models.DecimalField(_("this order"), max_digits=16, decimal_places=2)
    limit_amount = models.DecimalField(
        _("credit limit"), max_digits=16, decimal_places=2, null=True
    )
    used_amount = models.DecimalField(
        _("used before"), max_digits=16, decimal_places=2, default=Decimal(0)
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)
    because = models.CharField(_("reason"), max_length=REASON_MAX, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("Approvals")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="approval_asked_once",
                fields=("order", "cause"),
                condition=Q(state=ApprovalState.WAITING),
            ),
            models.CheckConstraint(
                name="approval_decided_by_somebody",
                condition=Q(state=ApprovalState.WAITING, decided_at__isnull=True)
                | Q(
                    state__in=(
                        ApprovalState.APPROVED,
                        ApprovalState.REJECTED,
                        ApprovalState.WITHDRAWN,
                    ),
                    decided_at__isnull=False,
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=("asked_at", "id"),
                name="approval_waiting",
                condition=Q(state=ApprovalState.WAITING),
            ),
        )

    def __str__(self) -> str:
        return f"approval of {self.order}"


class OrderItem(models.Model):
    """One line of an order: product, quantity, and what was agreed."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="order_items", verbose_name=_("product")
    )
    product_name = models.CharField(_("product name"), max_length=200)
    asset_name = models.CharField(
        _("friendly name"),
        max_length=200,
        blank=True,
        help_text=_("What the asset will be called. Empty: as the product is."),
    )
    quantity = models.PositiveIntegerField(
        _("quantity"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(QUANTITY_MAX)],
        help_text=_("The number of licenses."),
    )
    price_list = models.ForeignKey(
        PriceList, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    unit_price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    list_price = models.DecimalField(
        _("price on the list"),
        max_digits=12,
        decimal_places=2,
        null=True,
        editable=False,
    )  # only where another price was agreed
    unit_cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2)
    discount_percent = models.DecimalField(
        _("discount %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    tax_name = models.CharField(_("tax"), max_length=40, editable=False)
    tax_percent = models.DecimalField(_("tax %"), max_digits=5, decimal_places=2)
    state = models.CharField(
        _("status"), max_length=10, choices=ItemState, default=ItemState.OPEN
    )
    execution = models.ForeignKey(
        Execution, models.PROTECT, null=True, editable=False, related_name="items"
    )

    class Meta:
        verbose_name = _("order item")
        verbose_name_plural = _("Order items")
        constraints = (
            models.UniqueConstraint(
                name="order_item_position_once", fields=("order", "position")
            ),
            models.CheckConstraint(
                name="order_item_quantity_in_bounds",
                condition=Q(quantity__gte=1, quantity__lte=QUANTITY_MAX),
            ),
            models.CheckConstraint(
                name="order_item_executed_by_an_execution",
                condition=Q(
                    state__in=(ItemState.OPEN, ItemState.CANCELLED),
                    execution__isnull=True,
                )
                | Q(state=ItemState.EXECUTED, execution__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                fields=("order", "product"),
                name="order_item_open",
                condition=Q(state=ItemState.OPEN),
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_name}"

    @property
    def executed_by(self) -> Execution:
        """The execution of an executed item; an open one has none."""
        assert self.execution is not None
        return self.execution

    @property
    def is_cancelled(self) -> bool:
        """Whether it was left open when others were executed, and will not come."""
        return self.state == ItemState.CANCELLED

    @property
    def is_priced_by_hand(self) -> bool:
        """Whether another price was agreed than the one on the list."""
        return self.list_price is not None

    @property
    def gross(self) -> Money:
        """The price of the line before its discount."""
        return Money(self.unit_price * self.quantity, self.currency)

    @property
    def discount(self) -> Money:
        """What is taken off."""
        return self.gross - self.net

    @property
    def net(self) -> Money:
        """What the line costs without tax."""
        gross = self.gross
        if not self.discount_percent:
            return gross
        return gross - gross * (self.discount_percent / 100)

    @property
    def tax(self) -> Money:
        """The tax on the line, rounded on the line."""
        return self.net * (self.tax_percent / 100)

    @property
    def cost(self) -> Money:
        """What the line costs us."""
        return Money(self.unit_cost * self.quantity, self.currency)
