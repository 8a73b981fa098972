"""What is in a basket, what it costs, and what stands in the way of an order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db.models import FETCH_RAISE, QuerySet, Sum
from django.utils.translation import gettext as _

from purveyor.domain.accounts.membership import Membership, may_buy_for
from purveyor.domain.accounts.models import Account, Contact
from purveyor.domain.accounts.queries import bill_to_of
from purveyor.domain.catalogue.models import Application
from purveyor.domain.catalogue.pricing import NoPrice
from purveyor.domain.orders.models import OrderItem
from purveyor.domain.orders.queries import Totals, totals_of
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink, ServiceManagerSetup
from purveyor.domain.provisioning.operations.link import synchronizes_alone
from purveyor.domain.provisioning.queries import (
    active_setups,
    linked_account_of,
    unsynchronized,
)
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.flows.checkout.lifecycle import BasketState
from purveyor.flows.checkout.models import Basket, BasketItem
from purveyor.flows.checkout.offers import (
    get_product,
    may_receive,
    open_till,
    setup_of,
)
from purveyor.kernel.errors import NotFound
from purveyor.kernel.money import Money

CONTACTS_MAX = 100


class Obstacle(StrEnum):
    """What kind of thing stands in the way of an order."""

    ORDERING = "ordering"  #: the account may not order
    SYNCHRONIZATION = "synchronization"  #: a vendor does not know the account
    BUYER = "buyer"  #: a policy keeps this kind of account from the product
    PRICE = "price"  #: it cannot be bought any more, or has no price
    RECEIVER = "receiver"  #: whom it is for is no customer of the buyer any more


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing that stands in the way, in words for the buyer."""

    kind: Obstacle
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One product in a basket. Without a line it cannot be bought now."""

    code: str
    name: str
    quantity: int
    asset_name: str
    line: OrderItem | None

    @property
    def unit_price(self) -> Money | None:
        """The price of one license, without tax."""
        if self.line is None:
            return None
        return Money(self.line.unit_price, self.line.currency)


@dataclass(frozen=True, slots=True)
class Contents:
    """A basket as its member sees it: rows, sums, for whom, and what hinders it."""

    basket: Basket
    receiver: Account
    payer: Account
    rows: tuple[Row, ...]
    totals: Totals
    hindrances: tuple[Hindrance, ...]

    @property
    def is_ready(self) -> bool:
        """Whether it can be ordered."""
        return bool(self.rows) and not self.hindrances

    @property
    def licenses(self) -> int:
        """The number of licenses in it."""
        return sum(row.quantity for row in self.rows)

    @property
    def lines(self) -> list[OrderItem]:
        """The lines an order would have."""
        return [row.line for row in self.rows if row.line is not None]


def find_basket(*, member: Membership) -> Basket | None:
    """Return what a member is gathering for its account, if anything."""
    return _mine(member).filter(state=BasketState.OPEN).first()


def get_basket(*, key: UUID, member: Membership) -> Basket:
    """
    Return one basket of a member, also one that was placed.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    basket = _mine(member).filter(key=key).first()
    if basket is None:
        message = _("There is no such basket.")
        raise NotFound(message)
    return basket


def count_licenses(*, member: Membership) -> int:
    """Return how many licenses a member has in its basket."""
    items = BasketItem.objects.filter(
        basket__user=member.user,
        basket__account=member.account,
        basket__state=BasketState.OPEN,
    )
    return items.aggregate(count=Sum("quantity"))["count"] or 0


def contents_of(*, basket: Basket, member: Membership, on: date) -> Contents:
    """Return what is in a basket, at the prices of a day."""
    receiver, left = _receiver_of(basket, member)
    items = list(
        basket.items.select_related(
            "product__product_type__application__setup", "product__category"
        )
        .order_by("id")
        .fetch_mode(FETCH_RAISE)
    )
    till = open_till(receiver=receiver, products=[i.product for i in items], on=on)
    rows, problems = [], []
    for item in items:
        line = None
        try:
            get_product_again(item, member)
            line = till.line(item.product, item.quantity)
        except NotFound:
            problems.append(_gone(item))
        except NoPrice as refusal:
            problems.append(_priceless(item, refusal))
        product = item.product
        rows.append(
            Row(product.code, product.name, item.quantity, item.asset_name, line)
        )
    lines = [row.line for row in rows if row.line is not None]
    return Contents(
        basket=basket,
        receiver=receiver,
        payer=bill_to_of(receiver),
        rows=tuple(rows),
        totals=totals_of(items=lines, currency=till.book.currency),
        hindrances=(
            *left,
            *account_hindrances(member.account, receiver),
            *_of_items(receiver, items),
            *problems,
        ),
    )


def _receiver_of(
    basket: Basket, member: Membership
) -> tuple[Account, tuple[Hindrance, ...]]:
    """
    Return for whom a basket is, as far as its member may still buy for them.

    A customer may have gone to another reseller since it was chosen. Then its payer is
    somebody else, whose prices are none of the member's business.
    """
    chosen = basket.receiver or member.account
    if may_buy_for(receiver=chosen, member=member):
        return chosen, ()
    message = _(
        "%(account)s is no longer your customer. Choose for whom it is, then press "
        "Update."
    )
    words = message % {"account": chosen.name}
    return member.account, (Hindrance(Obstacle.RECEIVER, words),)


def get_product_again(item: BasketItem, member: Membership) -> None:
    """
    Check that what lies in a basket can still be bought.

    :raises NotFound: if it was taken off the shelf, or the vendor is switched off.
    """
    product = item.product
    if not (product.is_published and product.product_type.application.is_active):
        get_product(code=product.code, member=member)


def notices_for(*, member: Membership) -> tuple[Hindrance, ...]:
    """Return what keeps an account from buying for itself, whatever it chooses."""
    account = member.account
    return (*account_hindrances(account), *_unknown_to_vendors(account))


def _unknown_to_vendors(account: Account) -> Iterable[Hindrance]:
    """Yield which vendors would have to be told of an account first."""
    wanted = [
        (linked_account_of(account=account, setup=each), each.application, each)
        for each in active_setups()
    ]
    return _not_synchronized(wanted)


def account_hindrances(*accounts: Account) -> Iterable[Hindrance]:
    """Yield what keeps who orders, and for whom, from ordering, whatever it is."""
    for account in {each.pk: each for each in accounts}.values():
        if not account.is_ordering_enabled:
            message = _("Ordering is switched off for %(account)s. Ask us why.")
            yield Hindrance(Obstacle.ORDERING, message % {"account": account.name})


def _of_items(receiver: Account, items: Sequence[BasketItem]) -> Iterable[Hindrance]:
    """Yield what keeps an account from these products: policies, and vendors."""
    refused = [
        i for i in items if not may_receive(receiver=receiver, product=i.product)
    ]
    for item in refused:
        message = _("%(product)s cannot be bought for %(account)s. Choose another.")
        names = {"product": item.product.name, "account": receiver.name}
        yield Hindrance(Obstacle.BUYER, message % names)
    wanted = {}
    for item in items:
        setup = setup_of(item.product)
        account = linked_account_of(account=receiver, setup=setup)
        application = item.product.product_type.application
        wanted[account.pk, application.pk] = (account, application, setup)
    yield from _not_synchronized(wanted.values())


def _not_synchronized(
    wanted: Iterable[tuple[Account, Application, ServiceManagerSetup]],
) -> Iterable[Hindrance]:
    """
    Yield in words which vendors do not know an account, though they have to.

    What is synchronized on the way is no hindrance, as long as that needs nobody.
    """
    asked = {
        (account.pk, application.pk): (account, application, setup)
        for account, application, setup in wanted
        if setup.require_prior_sync
    }
    pairs = [(account, application) for account, application, _s in asked.values()]
    for account, application in unsynchronized(pairs) if pairs else ():
        *_known, setup = asked[account.pk, application.pk]
        if setup.sync_on_checkout and synchronizes_alone(account=account, setup=setup):
            continue
        link = AccountLink.objects.filter(account=account, application=application)
        is_under_way = link.filter(status=LinkStatus.SYNCHRONIZING).exists()
        message = (
            _("%(vendor)s is just being told of %(account)s. Try again in a minute.")
            if is_under_way
            else _(
                "%(vendor)s does not know %(account)s yet. We have to synchronize it "
                "before it can buy: write to us, and it is done shortly."
            )
        )
        names = {"vendor": vendor_of(application), "account": account.name}
        yield Hindrance(Obstacle.SYNCHRONIZATION, message % names)


@dataclass(frozen=True, slots=True)
class Bill:
    """Who is billed, as it will stand on the invoice."""

    name: str
    address: tuple[str, ...]
    country: str
    tax_number: str
    contact: str
    email: str
    terms: str


def bill_of(payer: Account) -> Bill:
    """Return who is billed, for verification."""
    address = payer.addresses.filter(is_billing=True).first()
    lines = (
        ()
        if address is None
        else (address.line1, address.line2, f"{address.postcode} {address.city}")
    )
    contact = payer.contacts.filter(is_billing_contact=True).order_by("id").first()
    method = payer.payment_method
    return Bill(
        name=payer.name,
        address=tuple(each.strip() for each in lines if each.strip()),
        country=address.country if address is not None else "",
        tax_number=payer.tax_number,
        contact=f"{contact.first_name} {contact.last_name}" if contact else "",
        email=contact.email if contact else payer.email,
        terms=method.name if method is not None else "",
    )


def contacts_for(*, receiver: Account, payer: Account) -> tuple[Contact, ...]:
    """Return who can get the coupon: the people of the receiver, then of its payer."""
    accounts = {each for each in (receiver.pk, payer.pk, receiver.parent_id) if each}
    people = Contact.objects.filter(account__in=accounts).select_related("account")
    found = list(people.order_by("first_name", "last_name", "id")[:CONTACTS_MAX])
    return tuple(
        sorted(
            found,
            key=lambda each: (
                each.account_id != receiver.pk,
                not each.is_order_contact,
            ),
        )
    )


def _gone(item: BasketItem) -> Hindrance:
    message = _("%(product)s is no longer sold. Remove it to go on.")
    return Hindrance(Obstacle.PRICE, message % {"product": item.product.name})


def _priceless(item: BasketItem, refusal: NoPrice) -> Hindrance:
    names = {"product": item.product.name, "least": refusal.facts.get("least")}
    if names["least"]:
        message = _("%(product)s is sold from %(least)s licenses on. Take so many.")
    else:
        message = _("%(product)s has no price for you now. Ask us, or remove it.")
    return Hindrance(Obstacle.PRICE, message % names)


def _mine(member: Membership) -> QuerySet[Basket]:
    baskets = Basket.objects.filter(user=member.user, account=member.account)
    return baskets.select_related(
        "receiver__bill_to", "receiver__parent", "recipient", "order"
    )
