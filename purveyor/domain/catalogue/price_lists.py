"""What is done with price lists. What was sold keeps its price."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account, AccountKind
from purveyor.domain.catalogue.models import (
    STEP_MAX,
    Assignment,
    Price,
    PriceList,
    Product,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.operations import keep, line, log, log_all
from purveyor.kernel.money import Money

AMOUNT_MAX = Decimal(10_000_000_000)
CENT = Decimal("0.01")


class WrongPrice(Refused):
    """A price or cost is an amount of the list's currency, from nought on."""

    code = "catalogue.wrong_price"


class WrongStep(Refused):
    """A price begins with a whole number of licenses within bounds."""

    code = "catalogue.wrong_step"


@dataclass(frozen=True, slots=True)
class Put:
    """What one license is to cost, from so many licenses on."""

    product: Product
    unit_price: Decimal
    unit_cost: Decimal
    from_quantity: int = 1

    @property
    def step(self) -> tuple[int, int]:
        """Which price of a list it is."""
        return (self.product.pk, self.from_quantity)


def create_price_list(
    *,
    name: str,
    currency: str,
    facts: Mapping[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> PriceList:
    """Create a price list, from plain values; it is a default one unless told."""
    given = {"is_default": True, **(facts or {})}
    price_list = PriceList(name=name, currency=currency, **given)
    keep_price_list(price_list=price_list, changed=(), actor=actor, now=now)
    return price_list


def keep_price_list(
    *, price_list: PriceList, changed: Collection[str], actor: str, now: datetime
) -> None:
    """
    Save the head of a price list: name, days, owner, whether it is active.

    :raises Refused: if another default list of its currency begins on the same day.
    """
    keep(price_list, changed=changed, actor=actor, at=now)


# ---------------------------------------------------------------- for whom it holds


@transaction.atomic
def assign_to_kinds(
    *, price_list: PriceList, kinds: Collection[str], actor: str, now: datetime
) -> None:
    """Let a price list hold for all accounts of some kinds, and of no others."""
    held = price_list.assignments.exclude(kind="")
    before = set(held.values_list("kind", flat=True))
    held.exclude(kind__in=kinds).delete()
    for kind in sorted(set(kinds) - before):
        Assignment.objects.create(price_list=price_list, kind=kind)
    log(
        price_list,
        "assign_kinds",
        actor=actor,
        at=now,
        before=_named(before),
        after=_named(kinds),
    )


@transaction.atomic
def assign_to_accounts(
    *,
    price_list: PriceList,
    added: Collection[Account],
    removed: Collection[Account],
    actor: str,
    now: datetime,
) -> None:
    """Let a price list hold for some accounts of its own, and no longer for others."""
    price_list.assignments.filter(account__in=removed).delete()
    for account in added:
        Assignment.objects.get_or_create(price_list=price_list, account=account)
    log(
        price_list,
        "assign_accounts",
        actor=actor,
        at=now,
        added=[account.name for account in added],
        removed=[account.name for account in removed],
    )


def _named(kinds: Collection[str]) -> str:
    return ", ".join(str(AccountKind(kind).label) for kind in sorted(kinds)) or "–"


# ---------------------------------------------------------------- prices


def put_price(
    *, price_list: PriceList, put: Put, actor: str, now: datetime
) -> tuple[int, int]:
    """
    Set what a product costs on a price list, and tell the old and the new price.

    :raises WrongPrice: if it is no amount of the list's currency.
    :raises WrongStep: if it begins with no possible quantity.
    """
    return put_prices(price_list=price_list, puts=[put], actor=actor, now=now)


@transaction.atomic
def put_prices(
    *, price_list: PriceList, puts: Sequence[Put], actor: str, now: datetime
) -> tuple[int, int]:
    """
    Set many prices of a list at once, with a journal line each.

    Returns how many were added and changed; what is set to what it is stays as it is.

    :raises WrongPrice: if one is no amount of the list's currency.
    :raises WrongStep: if one begins with no possible quantity.
    """
    for put in puts:
        check_put(put, price_list.currency)
    PriceList.objects.select_for_update().get(pk=price_list.pk)
    held = prices_by_step(price_list)
    added, changed, told = [], [], []
    for put in puts:
        price = held.get(put.step)
        before = price_told(price) if price else ""
        if price is None:
            price = Price(
                price_list=price_list,
                product=put.product,
                from_quantity=put.from_quantity,
            )
            added.append(price)
        elif (price.unit_price, price.unit_cost) == (put.unit_price, put.unit_cost):
            continue
        else:
            changed.append(price)
        price.unit_price, price.unit_cost = put.unit_price, put.unit_cost
        told.append(_line(price, put.product, before, actor=actor, now=now))
    Price.objects.bulk_create(added)
    Price.objects.bulk_update(changed, ["unit_price", "unit_cost"], batch_size=200)
    log_all(told)
    return len(added), len(changed)


@transaction.atomic
def remove_price(*, price: Price, actor: str, now: datetime) -> None:
    """Take a price off its list. Without one the product is not sold from that list."""
    before = price_told(price)
    log(
        price.price_list,
        "remove_price",
        actor=actor,
        at=now,
        before=before,
        product=price.product.name,
    )
    price.delete()


def prices_by_step(price_list: PriceList) -> dict[tuple[int, int], Price]:
    """Return the prices of a list by product and quantity."""
    held = list(Price.objects.filter(price_list=price_list).order_by("pk"))
    for price in held:
        price.price_list = price_list
    return {(each.product_id, each.from_quantity): each for each in held}


def check_put(put: Put, currency: str) -> None:
    """
    Check a price before it is set.

    :raises WrongPrice: if price or cost is no amount of the currency.
    :raises WrongStep: if it begins with no possible quantity.
    """
    for amount in (put.unit_price, put.unit_cost):
        check_amount(amount, currency)
    if not 1 <= put.from_quantity <= STEP_MAX:
        message = _("A price begins with 1 to %(most)s licenses, not %(given)s.")
        facts = {"most": f"{STEP_MAX:,}", "given": put.from_quantity}
        raise WrongStep(message % facts)


def check_amount(amount: Decimal, currency: str) -> None:
    """
    Check a price or a cost: what stands on the list is what can be billed.

    :raises WrongPrice: if it is negative, too large, or finer than the currency.
    """
    if not 0 <= amount < AMOUNT_MAX:
        message = _("A price is from 0 to below %(most)s, not %(given)s.")
        raise WrongPrice(message % {"most": f"{AMOUNT_MAX:,}", "given": amount})
    if not amount == Money(amount, currency).amount == amount.quantize(CENT):
        message = _("%(given)s is finer than what is billed in %(currency)s. Round it.")
        raise WrongPrice(message % {"given": amount, "currency": currency})


def price_told(price: Price) -> str:
    """Return a price as the journal tells it: the same in every language."""
    step = f"{price.from_quantity}+: " if price.from_quantity > 1 else ""
    currency = price.price_list.currency
    return f"{step}{price.unit_price} {currency} (cost {price.unit_cost})"


def _line(
    price: Price, product: Product, before: str, *, actor: str, now: datetime
) -> Entry:
    return line(
        price.price_list,
        "set_price",
        actor=actor,
        at=now,
        before=before,
        after=price_told(price),
        product=product.name,
    )
