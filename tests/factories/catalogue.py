"""BitTitan, its two product types, and products made from them."""

from decimal import Decimal
from typing import Any

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import (
    Application,
    Assignment,
    Price,
    PriceList,
    Product,
    ProductType,
    TaxRate,
)

MAILBOX = "BT-MAILBOX"
BUNDLE = "BT-UMB"


def an_application(*, name: str = "BitTitan") -> Application:
    """Return the BitTitan application, active; made once."""
    application, _made = Application.objects.get_or_create(
        name=name, defaults={"connector": "bittitan", "is_active": True}
    )
    return application


def a_product_type(*, external_id: str = MAILBOX) -> ProductType:
    """Return one of BitTitan's product types, made once."""
    names = {
        MAILBOX: "BitTitan Mailbox License",
        BUNDLE: "BitTitan User Migration Bundle",
    }
    product_type, _made = ProductType.objects.get_or_create(
        application=an_application(),
        external_id=external_id,
        defaults={"name": names.get(external_id, external_id)},
    )
    return product_type


def a_product(
    *,
    external_id: str = MAILBOX,
    code: str = "",
    price: str = "9.90",
    cost: str = "7.00",
    currency: str = "EUR",
    is_published: bool = True,
) -> Product:
    """Return a published product with a price, and the tax rate of Germany."""
    product_type = a_product_type(external_id=external_id)
    product, _made = Product.objects.get_or_create(
        code=code or f"P-{external_id}",
        defaults={
            "name": product_type.name,
            "product_type": product_type,
            "external_id": external_id,
            "is_published": is_published,
        },
    )
    a_price(product=product, price=price, cost=cost, currency=currency)
    a_tax_rate()
    return product


def a_price_list(
    *,
    name: str = "",
    currency: str = "EUR",
    account: Account | None = None,
    kind: str = "",
    **fields: Any,
) -> PriceList:
    """Return a price list for an account, for a kind, or else the default one."""
    is_default = account is None and not kind
    price_list, _made = PriceList.objects.get_or_create(
        name=name or f"Standard {currency}",
        currency=currency,
        defaults={"is_default": is_default, **fields},
    )
    if not is_default:
        Assignment.objects.create(price_list=price_list, account=account, kind=kind)
    return price_list


def a_price(
    *,
    product: Product,
    price: str,
    cost: str = "7.00",
    currency: str = "EUR",
    on: PriceList | None = None,
    from_quantity: int = 1,
) -> Price:
    """Return the price of a product on a list: the default one of a currency."""
    found, _made = Price.objects.update_or_create(
        price_list=on or a_price_list(currency=currency),
        product=product,
        from_quantity=from_quantity,
        defaults={"unit_price": Decimal(price), "unit_cost": Decimal(cost)},
    )
    return found


def a_tax_rate(*, country: str = "DE", percent: str = "19.00") -> TaxRate:
    """Return the tax rate of a country, made once."""
    rate, _made = TaxRate.objects.get_or_create(
        country=country, product=None, defaults={"percent": Decimal(percent)}
    )
    return rate
