"""What the items of an order cost: the prices of a day, for the one who pays."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from purveyor.domain.catalogue.models import Product
from purveyor.domain.catalogue.pricing import PriceBook, price_book
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.money import Money


class PriceChanged(Refused):
    """The price of an item changed since it was put on the order."""

    code = "orders.price_changed"


def book_of(order: Order, products: Sequence[Product], now: datetime) -> PriceBook:
    """Return the prices of now for the one who pays."""
    return price_book(
        payer=order.bill_to,
        currency=order.currency,
        on=clock.day_of(now),
        products=products,
    )


def check_price(item: OrderItem, book: PriceBook) -> None:
    """
    Check that an item costs what stands on it; bring its cost and list up to date.

    Where another price was agreed it is the list's own that must still be so.

    :raises PriceChanged: if it costs something else by now.
    :raises NoPrice: if no list that holds for the payer has the product any more.
    """
    price = book.price_of(item.product, item.quantity)
    now = Money(price.unit_price, book.currency)
    listed = item.unit_price if item.list_price is None else item.list_price
    then = Money(listed, item.currency)
    if now != then:
        message = _(
            "The price of %(product)s is now %(now)s, the order says %(then)s. "
            "Save the order again to take the new price, then submit it."
        )
        facts = {"product": item.product_name, "now": now, "then": then}
        raise PriceChanged(message % facts)
    if (item.price_list_id, item.unit_cost) != (price.price_list_id, price.unit_cost):
        item.price_list, item.unit_cost = price.price_list, price.unit_cost
        item.save(update_fields=["price_list", "unit_cost"])
