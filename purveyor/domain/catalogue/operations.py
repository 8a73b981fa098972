"""What is done with the catalogue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from purveyor.domain.catalogue.categories import Category
from purveyor.domain.catalogue.models import (
    Application,
    Characteristic,
    Product,
    ProductType,
    TaxRate,
)
from purveyor.kernel.journal.operations import check, keep, log


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """A product type as its service manager defines it."""

    external_id: str
    name: str
    description: str
    characteristics: Sequence[tuple[str, str, str]]  # vendor's name, name, default


@transaction.atomic
def create_application(
    *, name: str, connector: str, actor: str, now: datetime
) -> Application:
    """Register a service manager under a name. It is switched on by its first check."""
    application = Application(name=name, connector=connector)
    check(application)
    application.save(force_insert=True)
    log(application, "create", actor=actor, at=now, connector=connector)
    return application


@transaction.atomic
def switch_application(
    *, application: Application, is_active: bool, actor: str, now: datetime
) -> None:
    """Let an application sell, or stop it from selling. What was sold waits."""
    application.is_active = is_active
    application.save(update_fields=["is_active"])
    log(application, "switch_on" if is_active else "switch_off", actor=actor, at=now)


@transaction.atomic
def put_product_type(
    *, application: Application, facts: TypeFacts, actor: str, now: datetime
) -> ProductType:
    """Create a product type or bring it up to date, with its characteristics."""
    product_type, made = ProductType.objects.update_or_create(
        application=application,
        external_id=facts.external_id,
        defaults={"name": facts.name, "description": facts.description},
    )
    for external_id, name, default in facts.characteristics:
        Characteristic.objects.update_or_create(
            product_type=product_type,
            external_id=external_id,
            defaults={"name": name, "default": default},
        )
    log(product_type, "create" if made else "refresh", actor=actor, at=now)
    return product_type


@transaction.atomic
def execute_by_hand(
    *, product_type: ProductType, is_by_hand: bool, actor: str, now: datetime
) -> None:
    """Have orders of a product type wait for staff, or have them executed again."""
    product_type.is_executed_by_hand = is_by_hand
    product_type.save(update_fields=["is_executed_by_hand"])
    verb = "become_by_hand" if is_by_hand else "become_automatic"
    log(product_type, verb, actor=actor, at=now)


@transaction.atomic
def put_on_shelf(
    *,
    slug: str,
    facts: Mapping[str, Any],
    codes: Collection[str],
    actor: str,
    now: datetime,
) -> Category:
    """Create a category with some products in it, named by their codes."""
    category = Category(slug=slug, **facts)
    keep(category, changed=facts, actor=actor, at=now)
    for product in Product.objects.filter(code__in=codes):
        product.category = category
        keep(product, changed=["category"], actor=actor, at=now)
    return category


def create_product(
    *,
    product_type: ProductType,
    facts: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> Product:
    """Create a product of a product type, from plain values; its SKU is the type's."""
    sku = product_type.external_id
    product = Product(product_type=product_type, **{"external_id": sku, **facts})
    keep(product, changed=facts, actor=actor, at=now)
    return product


def create_tax_rate(
    *, country: str, name: str, percent: Decimal, actor: str, now: datetime
) -> TaxRate:
    """Create the tax of a country, for all products without a rate of their own."""
    rate = TaxRate(country=country, name=name, percent=percent)
    keep(rate, changed=(), actor=actor, at=now)
    return rate
