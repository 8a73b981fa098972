"""What an account may buy, and what that costs it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import FETCH_RAISE, Q, QuerySet
from django.utils.translation import gettext as _

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.accounts.models import Account, AccountKind
from purveyor.domain.accounts.queries import bill_to_of, country_of
from purveyor.domain.catalogue.categories import Category
from purveyor.domain.catalogue.models import Product
from purveyor.domain.catalogue.pricing import NoPrice, PriceBook, price_book
from purveyor.domain.catalogue.queries import Tax, sellable_products, taxes_of
from purveyor.domain.orders.models import OrderItem
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.domain.provisioning.queries import may_buy
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.kernel.errors import NotFound
from purveyor.kernel.money import Money

OFFERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Step:
    """What one license costs from a quantity on, without tax."""

    from_quantity: int
    unit_price: Money


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A product as one account may buy it.

    Units:  prices of one license; `net` without tax, `gross` with it. `steps` are
            there if the price depends on the quantity.
    """

    code: str
    name: str
    description: str
    category: str
    vendor: str
    expire_days: int
    validity_days: int
    net: Money
    gross: Money
    tax: Tax
    least_quantity: int
    steps: tuple[Step, ...]

    @property
    def best(self) -> Money:
        """The lowest price of one license."""
        return min(step.unit_price for step in self.steps)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with something on it for this account."""

    name: str
    slug: str
    description: str
    count: int


@dataclass(frozen=True, slots=True)
class Till:
    """What products cost one payer today: prices and taxes, read once."""

    book: PriceBook
    taxes: Mapping[int, Tax]

    def line(self, product: Product, quantity: int) -> OrderItem:
        """
        Return the line an order would have, without saving it.

        :raises NoPrice: if it has no price, or no tax rate is known.
        """
        price = self.book.price_of(product, quantity)
        tax = self.taxes.get(product.pk)
        if tax is None:
            message = _("%(product)s cannot be sold now. Ask us about it.")
            raise NoPrice(message % {"product": product.name}, product=product.code)
        return OrderItem(
            product=product,
            product_name=product.name,
            quantity=quantity,
            currency=self.book.currency,
            unit_price=price.unit_price,
            unit_cost=price.unit_cost,
            discount_percent=Decimal(0),
            tax_name=tax.name,
            tax_percent=tax.percent,
        )


def open_till(*, receiver: Account, products: Collection[Product], on: date) -> Till:
    """Return what products cost whoever pays for an account; four statements."""
    payer = bill_to_of(receiver)
    book = price_book(payer=payer, currency=payer.currency, on=on, products=products)
    taxes = taxes_of(products=products, country=country_of(payer))
    return Till(book, taxes)


def offers_for(
    *, member: Membership, on: date, category: str = "", term: str = ""
) -> tuple[Offer, ...]:
    """
    Return what a member's account may buy and has a price for, by name.

    Shape:  `category` is a category's slug, `term` a part of a name or a code.
    """
    products = list(_sought(category, term).fetch_mode(FETCH_RAISE)[:OFFERS_MAX])
    allowed = [each for each in products if _may_buy_somehow(member, each)]
    till = open_till(receiver=member.account, products=allowed, on=on)
    found = (_offer(product, till) for product in allowed)
    return tuple(offer for offer in found if offer is not None)


def get_offer(*, code: str, member: Membership, on: date) -> Offer:
    """
    Return one product as a member's account may buy it.

    :raises NotFound: if there is none, or this account may not buy it.
    """
    product = get_product(code=code, member=member)
    till = open_till(receiver=member.account, products=[product], on=on)
    offer = _offer(product, till)
    if offer is None:
        raise _not_found(code)
    return offer


def get_product(*, code: str, member: Membership) -> Product:
    """
    Return a published product that a member's account may buy.

    :raises NotFound: if there is none, or this account may not buy it.
    """
    product = _sought("", "").filter(code=code).first()
    if product is None or not _may_buy_somehow(member, product):
        raise _not_found(code)
    return product


def shelves_of(*, offers: Sequence[Offer]) -> tuple[Shelf, ...]:
    """Return the categories of some offers, in the order of the shop."""
    counts: dict[str, int] = {}
    for offer in offers:
        counts[offer.category] = counts.get(offer.category, 0) + 1
    found = Category.objects.filter(name__in=counts).order_by("position", "name")
    return tuple(
        Shelf(each.name, each.slug, each.description, counts[each.name])
        for each in found
    )


def get_shelf(*, slug: str) -> Category:
    """
    Return a category.

    :raises NotFound: if there is none.
    """
    category = Category.objects.filter(slug=slug).first()
    if category is None:
        message = _("There is no such category.")
        raise NotFound(message)
    return category


def may_receive(*, receiver: Account, product: Product) -> bool:
    """Return whether a policy lets an account have a product; its setup is fetched."""
    return may_buy(account=receiver, setup=setup_of(product))


def setup_of(product: Product) -> ServiceManagerSetup:
    """Return the policies of a product's application, which is fetched."""
    setup: ServiceManagerSetup = product.product_type.application.setup
    return setup


def _sought(category: str, term: str) -> QuerySet[Product]:
    products = sellable_products().filter(
        product_type__application__setup__isnull=False
    )
    products = products.select_related("category", "product_type__application__setup")
    if category:
        products = products.filter(category__slug=category)
    if sought := term.strip():
        products = products.filter(
            Q(name__icontains=sought)
            | Q(code__icontains=sought)
            | Q(description__icontains=sought)
        )
    return products


def _may_buy_somehow(member: Membership, product: Product) -> bool:
    """Return whether the account may have it: for itself, or for an end customer."""
    if may_receive(receiver=member.account, product=product):
        return True
    customer = Account(kind=AccountKind.END_CUSTOMER)
    return member.is_reseller and may_receive(receiver=customer, product=product)


def _offer(product: Product, till: Till) -> Offer | None:
    steps = _steps(product, till.book)
    if not steps:
        return None
    least = steps[0].from_quantity
    try:
        line = till.line(product, least)
    except NoPrice:
        return None
    net = Money(line.unit_price, line.currency)
    return Offer(
        code=product.code,
        name=product.name,
        description=product.description,
        category=product.category.name if product.category else "",
        vendor=vendor_of(product.product_type.application),
        expire_days=product.expire_days,
        validity_days=product.validity_days,
        net=net,
        gross=net + net * (line.tax_percent / 100),
        tax=Tax(line.tax_name, line.tax_percent),
        least_quantity=least,
        steps=steps,
    )


def _steps(product: Product, book: PriceBook) -> tuple[Step, ...]:
    """Return from which quantities which price holds, equal neighbours as one."""
    mine = [each for each in book.prices if each.product_id == product.pk]
    steps: list[Step] = []
    for quantity in sorted({each.from_quantity for each in mine}):
        price = Money(book.price_of(product, quantity).unit_price, book.currency)
        if not steps or steps[-1].unit_price != price:
            steps.append(Step(quantity, price))
    return tuple(steps)


def _not_found(code: str) -> NotFound:
    message = _("There is no product %(code)s.") % {"code": code}
    return NotFound(message, product=code)
