"""Questions about what is sold."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from purveyor.domain.catalogue.models import (
    Application,
    PriceList,
    Product,
    ProductType,
    TaxRate,
)
from purveyor.kernel.errors import NotFound, Refused


class NoTaxRate(Refused):
    """A country without a tax rate cannot be billed."""

    code = "catalogue.no_tax_rate"


class NotYetActive(Refused):
    """An application sells only after its service manager has accepted its settings."""

    code = "catalogue.not_yet_active"


class NotPublished(Refused):
    """Only published products can be sold."""

    code = "catalogue.not_published"


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax on a product: what it is called on the invoice, and how much."""

    name: str
    percent: Decimal


def application_called(*, name: str) -> Application:
    """
    Return the application with this name, else the one with this service manager.

    :raises NotFound: if there is none, or several have this service manager.
    """
    every = list(Application.objects.order_by("name"))
    sought = name.strip().casefold()
    found = [each for each in every if each.name.casefold() == sought]
    found = found or [each for each in every if each.connector.casefold() == sought]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.name} ({each.connector})" for each in found or every)
    words = (
        _("%(name)s may be each of these applications: %(known)s. Write its name.")
        if found
        else _("There is no application %(name)s. There are: %(known)s.")
    )
    raise NotFound(words % {"name": name, "known": known or _("none")})


def product_types_of(application: Application) -> dict[str, ProductType]:
    """Return the product types of an application by the vendor's name."""
    types = application.product_types.order_by("external_id")
    return {each.external_id: each for each in types}


def sellable_products() -> QuerySet[Product]:
    """Return the products that can be put on an order, by name."""
    return Product.objects.filter(
        is_published=True, product_type__application__is_active=True
    ).order_by("name", "id")


def products_by_hand() -> list[int]:
    """Return the ids of the products that only staff executes."""
    by_hand = Product.objects.filter(product_type__is_executed_by_hand=True)
    return list(by_hand.order_by("id").values_list("pk", flat=True))


def currencies_sold_in() -> tuple[str, ...]:
    """Return the currencies that have a price list."""
    currencies = PriceList.objects.order_by("currency").values_list("currency")
    return tuple(currency for (currency,) in currencies.distinct())


def tax_of(*, product: Product, country: str) -> Tax:
    """
    Return the tax on a product in a country: its own rate, else the country's.

    :raises NoTaxRate: if the country has no rate.
    """
    rate = (
        TaxRate.objects.filter(
            Q(product=product) | Q(product__isnull=True), country=country
        )
        .order_by(F("product").asc(nulls_last=True))
        .first()
    )
    if rate is None:
        message = _(
            "There is no tax rate for %(country)s. Add one under Setup > Tax rates "
            "(0 %% if none is due)."
        ) % {"country": country}
        raise NoTaxRate(message, country=country)
    return Tax(rate.name, rate.percent)


def taxes_of(*, products: Collection[Product], country: str) -> dict[int, Tax]:
    """Return the taxes on some products in a country, by product id, if known."""
    rates = TaxRate.objects.filter(
        Q(product__in=products) | Q(product__isnull=True), country=country
    )
    by_product = {rate.product_id: Tax(rate.name, rate.percent) for rate in rates}
    of_country = by_product.get(None)
    found = {each.pk: by_product.get(each.pk, of_country) for each in products}
    return {pk: tax for pk, tax in found.items() if tax is not None}


def characteristic_defaults(product_type: ProductType) -> dict[str, str]:
    """Return the defaults of a type's characteristics, by the vendor's names."""
    values = product_type.characteristics.exclude(default="")
    return dict(values.values_list("external_id", "default"))


def check_is_sellable(product: Product) -> None:
    """
    Check that a product can be sold now; its type and application are fetched.

    :raises NotYetActive: if its application is switched off.
    :raises NotPublished: if it is not published.
    """
    if not product.is_published:
        message = _(
            "%(product)s is not published and cannot be sold. Publish it first."
        )
        raise NotPublished(message % {"product": product.name}, product=product.code)
    application = product.product_type.application
    if not application.is_active:
        message = _("%(application)s is not active. See Setup > Applications.")
        raise NotYetActive(message % {"application": application.name})
