"""The tables of what is sold."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

DAYS_MAX = 3_650


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
    """Prices in one currency. The default one of a currency holds for every account."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    currency = models.CharField(_("currency"), max_length=3)
    is_default = models.BooleanField(_("default of its currency"), default=False)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("Price lists")
        constraints = (
            models.UniqueConstraint(
                name="price_list_one_default_per_currency",
                fields=("currency",),
                condition=Q(is_default=True),
                violation_error_message=_(
                    "There is a default list of this currency already."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"


class Price(models.Model):
    """What one license of a product costs the buyer, and us, on one price list."""

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="prices", verbose_name=_("price list")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="prices", verbose_name=_("product")
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
                name="price_once_per_list", fields=("price_list", "product")
            ),
            models.CheckConstraint(
                name="price_is_not_negative",
                condition=Q(unit_price__gte=Decimal(0), unit_cost__gte=Decimal(0)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.product} {self.unit_price}"


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
