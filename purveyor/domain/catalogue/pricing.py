"""
Which price holds: for whom, on which day, in which currency, from which quantity.

The rule stands as a table in docs/explanation/prices.md. Every price that is shown,
ordered or billed comes from here.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Assignment, Price, PriceList, Product
from purveyor.kernel.errors import Refused

#: How near a list is to the one who pays. The nearest one with a price holds.
OWN, OF_ITS_KIND, DEFAULT = 0, 1, 2


class NoPrice(Refused):
    """A product without a price for the one who pays cannot be sold."""

    code = "catalogue.no_price"


@dataclass(frozen=True, slots=True)
class PriceBook:
    """
    What products cost one account on one day: its lists, the nearest first.

    It is read once, for all products of an order.
    """

    payer: Account
    currency: str
    lists: tuple[PriceList, ...]
    prices: tuple[Price, ...]

    def price_of(self, product: Product, quantity: int) -> Price:
        """
        Return the price of one license when so many of a product are bought at once.

        :raises NoPrice: if no list that holds has one.
        """
        mine = [each for each in self.prices if each.product_id == product.pk]
        price = choose_price(mine, [each.pk for each in self.lists], quantity)
        if price is None:
            raise self._refusal(product, mine)
        return price

    def _refusal(self, product: Product, mine: Sequence[Price]) -> NoPrice:
        facts = {"product": product.code, "currency": self.currency}
        if mine:
            least = min(each.from_quantity for each in mine)
            message = _(
                "%(product)s has a price from %(least)s licenses only. Order so many, "
                "or add a price for fewer under Billing > Price lists."
            )
            told = message % {"product": product.name, "least": least}
            return NoPrice(told, least=least, **facts)
        message = _(
            "%(product)s has no price in %(currency)s for %(payer)s. Add one under "
            "Billing > Price lists, or remove the product."
        )
        names = {"product": product.name, "payer": self.payer.name}
        return NoPrice(message % {**facts, **names}, **facts)


def choose_price(
    prices: Iterable[Price], lists: Sequence[int], quantity: int
) -> Price | None:
    """
    Return the one price that holds, among the prices of one product.

    Shape:  `lists` are ids of price lists, the nearest first; prices of other lists
            do not count. A list without a price from so few licenses is passed over.
    Units:  `quantity` counts licenses; a step holds for all of them.
    Errors: none; None if no list has a price.
    Source: docs/decisions/0020-which-price-holds.md
    """
    fitting = [
        each
        for each in prices
        if each.price_list_id in lists and each.from_quantity <= quantity
    ]
    return min(
        fitting,
        key=lambda each: (lists.index(each.price_list_id), -each.from_quantity),
        default=None,
    )


def price_book(
    *, payer: Account, currency: str, on: date, products: Collection[Product]
) -> PriceBook:
    """Return what some products cost an account on a day; takes two statements."""
    lists = tuple(lists_for(payer=payer, currency=currency, on=on))
    prices = Price.objects.filter(price_list__in=lists, product__in=products)
    by_id = {each.pk: each for each in lists}
    found = tuple(prices.order_by("pk"))
    for price in found:
        price.price_list = by_id[price.price_list_id]
    return PriceBook(payer, currency, lists, found)


def lists_for(*, payer: Account, currency: str, on: date) -> QuerySet[Any]:
    """
    Return the lists that hold for an account on a day, the nearest first.

    Among equally near ones that which began last is asked first, then the newer one.
    `nearness` on each says why it holds: OWN, OF_ITS_KIND or DEFAULT.
    """
    mine = Assignment.objects.filter(price_list=OuterRef("pk"))
    nearness = Case(
        When(Exists(mine.filter(account=payer)), then=Value(OWN)),
        When(Exists(mine.filter(kind=payer.kind)), then=Value(OF_ITS_KIND)),
        When(is_default=True, then=Value(DEFAULT)),
        output_field=IntegerField(),
    )
    return (
        PriceList.objects.filter(holds_on(on), currency=currency)
        .annotate(nearness=nearness)
        .filter(nearness__isnull=False)
        .order_by("nearness", F("first_date").desc(nulls_last=True), "-pk")
    )


def holds_on(day: date) -> Q:
    """Return the condition for lists that are active and valid on a day."""
    has_begun = Q(first_date__isnull=True) | Q(first_date__lte=day)
    has_not_ended = Q(last_date__isnull=True) | Q(last_date__gte=day)
    return Q(is_active=True) & has_begun & has_not_ended


def has_price(*, on: date) -> Exists:
    """Return the condition for products that somebody can buy on a day."""
    is_held = Q(is_default=True) | Exists(
        Assignment.objects.filter(price_list=OuterRef("pk"))
    )
    lists = PriceList.objects.filter(holds_on(on)).filter(is_held)
    return Exists(Price.objects.filter(product=OuterRef("pk"), price_list__in=lists))
