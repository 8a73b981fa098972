"""The tables of charges and invoices."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Product
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.orders.models import Execution, OrderItem
from purveyor.kernel.money import Money
from purveyor.kernel.numbering.operations import Series

INVOICE_NUMBERS = Series("invoice", "INV-", 6)
# What is read of very many invoices of a payer at once, from an index alone.
NARROWED_BY = ("state", "due_date", "account")
OWED = ("currency", "net_amount", "tax_amount")


class Charge(models.Model):
    """What an account owes for one order item, on one occasion; prices are frozen."""

    order_item = models.ForeignKey(OrderItem, models.PROTECT, related_name="charges")
    execution = models.ForeignKey(Execution, models.PROTECT, related_name="charges")
    occasion = models.CharField(_("occasion"), max_length=40, default="execution")
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="charges", verbose_name=_("account")
    )
    bill_to = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="billed_charges",
        verbose_name=_("billing to"),
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        related_name="+",
        db_index=False,  # nobody asks for the charges of a product
        verbose_name=_("product"),
    )
    description = models.CharField(_("description"), max_length=300)
    quantity = models.PositiveIntegerField(_("quantity"))
    currency = models.CharField(_("currency"), max_length=3)
    unit_price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    discount_percent = models.DecimalField(
        _("discount %"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    net_amount = models.DecimalField(_("net"), max_digits=16, decimal_places=2)
    cost_amount = models.DecimalField(_("cost"), max_digits=16, decimal_places=2)
    tax_name = models.CharField(_("tax"), max_length=40)
    tax_percent = models.DecimalField(_("tax %"), max_digits=5, decimal_places=2)
    tax_amount = models.DecimalField(_("tax amount"), max_digits=16, decimal_places=2)
    waits_for_delivery = models.BooleanField(_("waits for delivery"), default=False)
    state = models.CharField(
        _("status"), max_length=10, choices=ChargeState, default=ChargeState.PENDING
    )
    dropped_because = models.CharField(_("dropped because"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("pending invoice")
        verbose_name_plural = _("Pending invoices")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="charge_once_per_occasion", fields=("order_item", "occasion")
            ),
        )
        indexes = (
            models.Index(fields=("state", "bill_to", "id"), name="charge_waiting"),
            models.Index(  # holds what the dashboard adds up
                fields=(
                    "created_at",
                    "currency",
                    "account",
                    "product",
                    "quantity",
                    "net_amount",
                    "cost_amount",
                ),
                name="charge_sold",
                condition=~Q(state=ChargeState.DROPPED),
            ),
        )

    def __str__(self) -> str:
        return _("charge for %(what)s") % {"what": self.description}

    @property
    def net(self) -> Money:
        """The amount without tax."""
        return Money(self.net_amount, self.currency)

    @property
    def cost(self) -> Money:
        """What was sold cost us."""
        return Money(self.cost_amount, self.currency)

    @property
    def tax(self) -> Money:
        """The tax, rounded on this line."""
        return Money(self.tax_amount, self.currency)


class Invoice(models.Model):
    """A bill. Once issued it has its number and never changes."""

    number = models.CharField(
        _("number"), max_length=20, unique=True, null=True, editable=False
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="invoices", verbose_name=_("account")
    )
    bill_to = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="billed_invoices",
        verbose_name=_("billing to"),
    )
    state = models.CharField(
        _("status"), max_length=10, choices=InvoiceState, default=InvoiceState.DRAFT
    )
    currency = models.CharField(_("currency"), max_length=3)
    po_code = models.CharField(_("PO code"), max_length=60, blank=True)
    net_amount = models.DecimalField(_("net"), max_digits=16, decimal_places=2)
    tax_amount = models.DecimalField(_("tax"), max_digits=16, decimal_places=2)
    created_at = models.DateTimeField(_("created"))
    issue_date = models.DateField(_("invoice date"), null=True)
    due_date = models.DateField(_("due"), null=True)
    voided_because = models.CharField(_("voided because"), max_length=300, blank=True)
    # As they were on the day of issue: name, address lines, tax number, and so on.
    seller = models.JSONField(_("seller"), default=dict)
    buyer = models.JSONField(_("buyer"), default=dict)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("Invoices")
        default_permissions = ("view",)
        permissions = (
            ("issue_invoice", _("Can create and issue invoices")),
            ("void_invoice", _("Can void draft invoices")),
        )
        constraints = (
            models.CheckConstraint(
                name="invoice_issued_has_number_and_date",
                condition=Q(
                    state__in=(InvoiceState.DRAFT, InvoiceState.VOIDED),
                    number__isnull=True,
                )
                | Q(
                    state__in=(InvoiceState.ISSUED, InvoiceState.PAID),
                    number__isnull=False,
                    issue_date__isnull=False,
                    due_date__isnull=False,
                ),
            ),
        )
        indexes = (
            models.Index(fields=("-created_at", "-id"), name="invoice_newest"),
            models.Index(
                fields=("state", "-created_at", "-id"), name="invoice_by_state"
            ),
            models.Index(
                fields=("bill_to", "-issue_date", "-id", *NARROWED_BY, *OWED),
                name="invoice_of_payer",
            ),
            models.Index(  # holds what the dashboard adds up
                fields=("issue_date", "currency", "net_amount"),
                name="invoice_issued",
                condition=Q(state__in=(InvoiceState.ISSUED, InvoiceState.PAID)),
            ),
        )

    def __str__(self) -> str:
        number = self.number or _("draft %(id)s") % {"id": self.pk}
        return _("invoice %(number)s") % {"number": number}

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return Money(self.net_amount + self.tax_amount, self.currency)


class InvoiceLine(models.Model):
    """One charge on one invoice. A voided draft keeps its lines, as not counting."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    counts = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="invoice_line_once_per_charge",
                fields=("charge",),
                condition=Q(counts=True),
            ),
            models.UniqueConstraint(
                name="invoice_line_position_once", fields=("invoice", "position")
            ),
        )

    def __str__(self) -> str:
        return f"line {self.position} of {self.invoice}"
