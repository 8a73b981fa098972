"""The tables of what is sold."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account, AccountKind, User
from purveyor.domain.catalogue.categories import Category
from purveyor.domain.catalogue.lifecycle import ImportState

DAYS_MAX = 3_650
STEP_MAX = 10_000  # no order item holds more licenses

ONE_DEFAULT = _(
    "Another default list of this currency begins on the same day. Change a day, or "
    "take away the tick of one of them."
)


class Application(models.Model):
    """A registered service manager: its name, its connector, and its switch."""

    name = models.CharField(_("system name"), max_length=100, unique=True)
    connector = models.CharField(_("service manager"), max_length=60)
    is_active = models.BooleanField(_("active"), default=False)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("Applications")
        permissions = (("read_definition", _("Can get the services definition")),)

    def __str__(self) -> str:
        return self.name


class ProductType(models.Model):
    """A kind of product with the characteristics its service manager needs."""

    application = models.ForeignKey(
        Application,
        models.PROTECT,
        related_name="product_types",
        verbose_name=_("application"),
    )
    external_id = models.CharField(_("vendor's name"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    is_executed_by_hand = models.BooleanField(
        _("non-automatic execution"),
        default=False,
        help_text=_(
            "Orders with such products wait for staff, under Sales > Orders for manual "
            "management; bulk executions leave these items out."
        ),
    )

    class Meta:
        verbose_name = _("product type")
        verbose_name_plural = _("Product types")
        constraints = (
            models.UniqueConstraint(
                name="product_type_once_per_application",
                fields=("application", "external_id"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Characteristic(models.Model):
    """A named value of a product type that is passed on when provisioning."""

    product_type = models.ForeignKey(
        ProductType, models.CASCADE, related_name="characteristics"
    )
    external_id = models.CharField(_("vendor's name"), max_length=60)
    name = models.CharField(_("name"), max_length=100)
    default = models.CharField(_("default"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("characteristic")
        verbose_name_plural = _("Characteristics")
        constraints = (
            models.UniqueConstraint(
                name="characteristic_once_per_type",
                fields=("product_type", "external_id"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What can be put on an order."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("category"),
        help_text=_("Where it stands in the Storefront. Empty: under no category."),
    )
    product_type = models.ForeignKey(
        ProductType,
        models.PROTECT,
        related_name="products",
        verbose_name=_("product type"),
    )
    external_id = models.CharField(
        _("SKU"), max_length=100, help_text=_("The vendor's name for this product.")
    )
    expire_days = models.PositiveIntegerField(
        _("Expire(days)"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(DAYS_MAX)],
        help_text=_("For how long the coupon code may be redeemed."),
    )
    validity_days = models.PositiveIntegerField(
        _("Validity(days)"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(DAYS_MAX)],
        help_text=_("For how long the licenses may be used."),
    )
    is_published = models.BooleanField(
        _("published"),
        default=False,
        help_text=_("Only published products can be sold."),
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("Products")

    def __str__(self) -> str:
        return self.name


class PriceList(models.Model):
    """
    Prices in one currency, for some accounts or for everybody, for a span of days.

    Which list holds for whom stands in `pricing`.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    currency = models.CharField(_("currency"), max_length=3)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Nothing is sold at the prices of a list that is not active."),
    )
    first_date = models.DateField(
        _("valid from"),
        null=True,
        blank=True,
        help_text=_("The first day on which it holds. Empty: since ever."),
    )
    last_date = models.DateField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_("The last day on which it holds. Empty: no end."),
    )
    owner = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        help_text=_("Who looks after its prices."),
    )
    is_default = models.BooleanField(
        _("default of its currency"),
        default=False,
        help_text=_("It holds for everyone who buys in its currency."),
    )

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("Price lists")
        constraints = (
            models.UniqueConstraint(
                name="price_list_one_default_since_ever",
                fields=("currency",),
                condition=Q(is_default=True, is_active=True, first_date__isnull=True),
                violation_error_message=ONE_DEFAULT,
            ),
            models.UniqueConstraint(
                name="price_list_one_default_from_a_day",
                fields=("currency", "first_date"),
                condition=Q(is_default=True, is_active=True),
                violation_error_message=ONE_DEFAULT,
            ),
            models.CheckConstraint(
                name="price_list_ends_after_it_begins",
                condition=Q(first_date__isnull=True)
                | Q(last_date__isnull=True)
                | Q(last_date__gte=F("first_date")),
                violation_error_message=_(
                    "The last day lies before the first one. Change one of them."
                ),
            ),
        )

    def __str__(self) -> str:
        is_told = self.currency in self.name
        return self.name if is_told else f"{self.name} ({self.currency})"


class Assignment(models.Model):
    """For whom a price list holds: one account, or all accounts of a kind."""

    price_list = models.ForeignKey(
        PriceList,
        models.CASCADE,
        related_name="assignments",
        verbose_name=_("price list"),
    )
    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="price_list_assignments",
        verbose_name=_("account"),
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=AccountKind, blank=True, default=""
    )

    class Meta:
        verbose_name = _("assignment of a price list")
        verbose_name_plural = _("Assignments of price lists")
        constraints = (
            models.UniqueConstraint(
                name="assignment_once_per_account",
                fields=("price_list", "account"),
                condition=Q(account__isnull=False),
                violation_error_message=_("This account is there already."),
            ),
            models.UniqueConstraint(
                name="assignment_once_per_kind",
                fields=("price_list", "kind"),
                condition=~Q(kind=""),
            ),
            models.CheckConstraint(
                name="assignment_is_to_an_account_or_a_kind",
                condition=Q(account__isnull=False, kind="")
                | Q(account__isnull=True, kind__in=AccountKind.values),
            ),
        )

    def __str__(self) -> str:
        held_by = self.account.name if self.account else self.get_kind_display()
        return f"{self.price_list.name} for {held_by}"


class Price(models.Model):
    """
    What one license of a product costs the buyer, and us, on one price list.

    It holds for orders of `from_quantity` licenses or more, up to the next step.
    """

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="prices", verbose_name=_("price list")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="prices", verbose_name=_("product")
    )
    from_quantity = models.PositiveIntegerField(
        _("from quantity"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(STEP_MAX)],
    )
    unit_price = models.DecimalField(
        _("price"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    unit_cost = models.DecimalField(
        _("cost"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("Prices")
        constraints = (
            models.UniqueConstraint(
                name="price_once_per_list_and_step",
                fields=("price_list", "product", "from_quantity"),
                violation_error_message=_(
                    "This list has a price of this product from this quantity already."
                ),
            ),
            models.CheckConstraint(
                name="price_is_not_negative",
                condition=Q(unit_price__gte=Decimal(0), unit_cost__gte=Decimal(0)),
            ),
            models.CheckConstraint(
                name="price_begins_with_one_license",
                condition=Q(from_quantity__gte=1),
            ),
        )

    def __str__(self) -> str:
        return f"{self.product} {self.unit_price}"


class PriceImport(models.Model):
    """A file with prices that a person sent: first shown, then applied, once."""

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="imports", verbose_name=_("price list")
    )
    file_name = models.CharField(_("file"), max_length=200)
    rows = models.JSONField(_("rows"), default=list)
    outcome = models.JSONField(_("outcome"), default=list)
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=ImportState,
        default=ImportState.PROPOSED,
    )
    asked_at = models.DateTimeField(_("sent"))
    asked_by = models.CharField(_("sent by"), max_length=200)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.CharField(_("ended by"), max_length=200, blank=True)
    added_count = models.PositiveIntegerField(_("added"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    left_out_count = models.PositiveIntegerField(_("left out"), default=0)

    class Meta:
        verbose_name = _("import of prices")
        verbose_name_plural = _("Imports of prices")
        default_permissions = ()
        indexes = (models.Index(fields=("price_list", "-id"), name="price_import_new"),)

    def __str__(self) -> str:
        return f"import of {self.file_name}"


class TaxRate(models.Model):
    """The tax of a country: of one product, or of all without a rate of their own."""

    country = models.CharField(_("country"), max_length=2)
    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tax_rates",
        verbose_name=_("product"),
        help_text=_("Empty: all products without a rate of their own."),
    )
    name = models.CharField(_("name on the invoice"), max_length=40, default="VAT")
    percent = models.DecimalField(
        _("percent"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("Tax rates")
        constraints = (
            models.UniqueConstraint(
                name="tax_rate_one_per_country_and_product",
                fields=("country", "product"),
                violation_error_message=_("This product has a rate there already."),
            ),
            models.UniqueConstraint(
                name="tax_rate_one_per_country",
                fields=("country",),
                condition=Q(product__isnull=True),
                violation_error_message=_("This country has a rate already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.percent} % ({self.country})"
