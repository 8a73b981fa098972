"""A line of a draft: what is asked for, and the item it becomes at today's prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from purveyor.domain.accounts.queries import bill_to_of, country_of
from purveyor.domain.catalogue.models import Product
from purveyor.domain.catalogue.pricing import PriceBook
from purveyor.domain.catalogue.queries import check_is_sellable, tax_of
from purveyor.domain.orders.models import QUANTITY_MAX, Order, OrderItem
from purveyor.domain.orders.pricing import book_of
from purveyor.kernel.errors import Refused

PERCENT_MAX = 100
PRICE_MAX = 10_000_000


class WrongQuantity(Refused):
    """A quantity is a whole number of licenses within bounds."""

    code = "orders.wrong_quantity"


class WrongDiscount(Refused):
    """A discount is a share of the price, from 0 to 100 percent."""

    code = "orders.wrong_discount"


class WrongPrice(Refused):
    """An agreed price is an amount within bounds, and not negative."""

    code = "orders.wrong_price"


@dataclass(frozen=True, slots=True)
class Line:
    """
    What is asked for on one line of a draft. `quantity` counts licenses.

    `unit_price` is the price that was agreed instead of the one on the list.
    """

    product: Product
    quantity: int
    discount_percent: Decimal = Decimal(0)
    unit_price: Decimal | None = None
    asset_name: str = ""


def fill_in_payer(order: Order) -> None:
    """Fill in who pays and in which currency, where the order leaves it open."""
    if order.bill_to_id is None:
        order.bill_to = bill_to_of(order.account)
    order.currency = order.currency or order.bill_to.currency


def item_as_typed(*, order: Order, line: Line, now: datetime) -> OrderItem:
    """
    Return what a line would be on an order if it were put there now; writes nothing.

    :raises Refused: for all that `put_items` refuses of a line.
    """
    fill_in_payer(order)
    country = country_of(order.bill_to)
    book = book_of(order, [line.product], now)
    return priced(order, line, position=1, country=country, book=book)


def priced(
    order: Order, line: Line, *, position: int, country: str, book: PriceBook
) -> OrderItem:
    """Return the item that a line becomes, unsaved; see `put_items` for refusals."""
    product = line.product
    check_quantity(line.quantity)
    if not 0 <= line.discount_percent <= PERCENT_MAX:
        message = _("A discount is from 0 to 100 percent, not %(given)s.")
        raise WrongDiscount(message % {"given": line.discount_percent})
    check_is_sellable(product)
    price = book.price_of(product, line.quantity)
    agreed = _agreed(line, price.unit_price)
    tax = tax_of(product=product, country=country)
    return OrderItem(
        order=order,
        position=position,
        product=product,
        product_name=product.name,
        asset_name=line.asset_name,
        quantity=line.quantity,
        price_list=price.price_list,
        currency=order.currency,
        unit_price=price.unit_price if agreed is None else agreed,
        list_price=None if agreed is None else price.unit_price,
        unit_cost=price.unit_cost,
        discount_percent=line.discount_percent,
        tax_name=tax.name,
        tax_percent=tax.percent,
    )


def _agreed(line: Line, list_price: Decimal) -> Decimal | None:
    """Return the price that was agreed; None if it is the one on the list."""
    agreed = line.unit_price
    if agreed is None or agreed == list_price:
        return None
    if not 0 <= agreed < PRICE_MAX:
        message = _("A price is from 0 to below %(most)s, not %(given)s.")
        raise WrongPrice(message % {"most": f"{PRICE_MAX:,}", "given": agreed})
    return agreed


def check_quantity(quantity: int) -> None:
    """
    Check a number of licenses.

    :raises WrongQuantity: if it is not a whole number from 1 to the limit.
    """
    if not isinstance(quantity, int) or not 1 <= quantity <= QUANTITY_MAX:
        message = _(
            "The quantity must be a whole number from 1 to %(most)s, not %(given)s."
        )
        raise WrongQuantity(message % {"most": QUANTITY_MAX, "given": quantity})
