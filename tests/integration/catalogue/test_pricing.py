"""Which price holds; and that what is shown is what is ordered and what is billed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account, AccountKind
from purveyor.domain.catalogue.models import Price, PriceList, Product
from purveyor.domain.catalogue.pricing import (
    DEFAULT,
    OF_ITS_KIND,
    OWN,
    NoPrice,
    has_price,
    lists_for,
    price_book,
)
from purveyor.domain.invoices.models import InvoiceLine
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import (
    create_order,
    put_items,
)
from purveyor.flows.execution.outcome import item_rows
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel.money import Money
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import BUNDLE, a_price, a_price_list, a_product
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.orders import an_execution
from tests.factories.provisioning import a_link, a_setup

RESELLER = AccountKind.RESELLER
YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)


def price_for(
    payer: Account, product: Product, quantity: int = 1, *, on: date = TODAY
) -> str:
    """Return what one license costs an account, and by which list."""
    book = price_book(payer=payer, currency=payer.currency, on=on, products=[product])
    price = book.price_of(product, quantity)
    return f"{price.unit_price} {price.price_list.name}"


def listed(name: str, price: str, **fields: Any) -> PriceList:
    """Return a list with a price of the mailbox license."""
    found = a_price_list(name=name, **fields)
    a_price(product=a_product(), price=price, on=found)
    return found


# ------------------------------------------------------------------ the rule


def test_the_own_list_comes_before_that_of_the_kind_and_before_the_default() -> None:
    north, other = a_reseller(), a_reseller(name="Other")
    product, direct = a_product(price="9.90"), an_account()
    listed("Resellers", "9.00", kind=RESELLER)
    listed("Northwind", "8.00", account=north)

    assert price_for(north, product) == "8.00 Northwind"
    assert price_for(other, product) == "9.00 Resellers"
    assert price_for(direct, product) == "9.90 Standard EUR"


def test_a_list_without_this_product_falls_through_to_the_next() -> None:
    north = a_reseller()
    a_product(price="9.90")
    bundle = a_product(external_id=BUNDLE, price="20.00")
    listed("Northwind", "8.00", account=north)
    resellers = listed("Resellers", "9.00", kind=RESELLER)

    assert price_for(north, bundle) == "20.00 Standard EUR"
    a_price(product=bundle, price="19.00", on=resellers)
    assert price_for(north, bundle) == "19.00 Resellers"


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({}, True),
        ({"first_date": TODAY, "last_date": TODAY}, True),
        ({"first_date": TOMORROW}, False),
        ({"last_date": YESTERDAY}, False),
        ({"is_active": False}, False),
        ({"currency": "USD"}, False),
    ],
    ids=["always", "today only", "not yet", "ended", "not active", "other currency"],
)
def test_a_list_holds_if_it_is_active_valid_and_in_the_currency(fields, holds) -> None:
    north, product = a_reseller(), a_product(price="9.90")
    listed("Northwind", "8.00", account=north, **fields)

    expected = "8.00 Northwind" if holds else "9.90 Standard EUR"
    assert price_for(north, product) == expected


def test_of_equally_near_lists_the_one_that_began_last_holds() -> None:
    north, product = a_reseller(), a_product()
    listed("January", "8.00", account=north, first_date=TODAY.replace(day=1))
    listed("Since ever", "7.00", account=north)
    listed("A week", "6.00", account=north, first_date=TODAY - timedelta(7))
    listed("Since ever too", "5.00", account=north)

    found = lists_for(payer=north, currency="EUR", on=TODAY)

    assert price_for(north, product) == "6.00 A week"
    assert [(each.name, each.nearness) for each in found] == [
        ("A week", OWN),
        ("January", OWN),
        ("Since ever too", OWN),
        ("Since ever", OWN),
        ("Standard EUR", DEFAULT),
    ]


def test_a_list_for_a_kind_says_so_and_the_nearest_reason_counts() -> None:
    north = a_reseller()
    both = listed("Both", "8.00", kind=RESELLER)
    both.assignments.create(account=north)
    listed("Resellers", "9.00", kind=RESELLER)

    found = lists_for(payer=north, currency="EUR", on=TODAY)

    assert [(each.name, each.nearness) for each in found] == [
        ("Both", OWN),
        ("Resellers", OF_ITS_KIND),
        ("Standard EUR", DEFAULT),
    ]


def test_the_prices_of_an_end_customer_are_those_of_the_one_who_pays() -> None:
    north = a_reseller()
    lea, product = an_end_customer(reseller=north), a_product(price="9.90")
    listed("Northwind", "8.00", account=north)
    listed("Lea", "1.00", account=lea)
    a_setup()

    order = Order(account=lea)
    create_order(order=order, actor=DAN, now=NOON)
    (item,) = put_items(order=order, lines=[Line(product, 1)], actor=DAN, now=NOON)

    assert (item.unit_price, str(item.price_list)) == (
        Decimal("8.00"),
        "Northwind (EUR)",
    )


# ------------------------------------------------------------------ steps


@pytest.mark.parametrize(
    ("quantity", "price"), [(1, "9.90"), (9, "9.90"), (10, "9.00"), (99, "8.00")]
)
def test_the_step_that_is_reached_holds_for_all_licenses(quantity, price) -> None:
    product = a_product(price="9.90")
    a_price(product=product, price="9.00", from_quantity=10)
    a_price(product=product, price="8.00", from_quantity=50)

    told = price_for(an_account(), product, quantity)

    assert told == f"{price} Standard EUR"


def test_a_list_whose_steps_begin_later_falls_through_for_fewer() -> None:
    north, product = a_reseller(), a_product(price="9.90")
    own = a_price_list(name="Northwind", account=north)
    a_price(product=product, price="5.00", on=own, from_quantity=100)

    assert price_for(north, product, 99) == "9.90 Standard EUR"
    assert price_for(north, product, 100) == "5.00 Northwind"


def test_who_orders_too_few_is_told_from_how_many_on_there_is_a_price() -> None:
    product = a_product()
    Price.objects.update(from_quantity=10)

    with pytest.raises(NoPrice, match="a price from 10 licenses only") as refusal:
        price_for(an_account(), product, 9)

    assert refusal.value.facts["least"] == 10


# ------------------------------------------------------------------ no price


def test_a_product_without_a_price_is_not_sold_and_says_where_to_add_one() -> None:
    product = a_product()
    zurich = an_account(name="Zurich AG", currency="CHF")

    with pytest.raises(NoPrice, match="no price in CHF for Zurich AG") as refusal:
        price_for(zurich, product)

    assert refusal.value.facts == {"product": product.code, "currency": "CHF"}


@pytest.mark.parametrize(
    ("spoil", "is_priced"),
    [
        ({}, True),
        ({"is_active": False}, False),
        ({"last_date": YESTERDAY}, False),
        ({"is_default": False}, False),
    ],
    ids=["default", "not active", "ended", "for nobody"],
)
def test_a_product_has_a_price_if_somebody_can_buy_it_today(spoil, is_priced) -> None:
    product = a_product()
    PriceList.objects.update(**spoil)

    priced = Product.objects.filter(has_price(on=TODAY))

    assert list(priced) == ([product] if is_priced else [])


def test_the_prices_of_an_order_take_two_statements(django_assert_num_queries) -> None:
    north = a_reseller()
    products = [a_product(code=f"P-{n}") for n in range(9)]
    listed("Northwind", "8.00", account=north)

    with django_assert_num_queries(2):
        book = price_book(payer=north, currency="EUR", on=TODAY, products=products)
        told = {str(book.price_of(each, 5).price_list) for each in products}

    assert told == {"Standard EUR"}


# ------------------------------------------------------------------ up to the bill


@dataclass(frozen=True)
class Spec:
    """A price list as the test knows it: plain values, and no product code."""

    held_by: str  # own, kind, default, other account, other kind
    currency: str
    is_active: bool
    first: int | None  # days from today
    last: int | None
    prices: dict[int, int]  # in the smallest coin, by step

    @property
    def holds_today(self) -> bool:
        begun = self.first is None or self.first <= 0
        return self.is_active and begun and (self.last is None or self.last >= 0)


CENTS = {"EUR": 100, "USD": 100, "JPY": 1}
NEAR = {"own": 0, "kind": 1, "default": 2}
DAYS = st.none() | st.integers(-2, 2)
SPECS = st.builds(
    Spec,
    held_by=st.sampled_from((*NEAR, "other account", "other kind")),
    currency=st.sampled_from(tuple(CENTS)),
    is_active=st.sampled_from((True, True, False)),
    first=DAYS,
    last=DAYS,
    prices=st.dictionaries(
        st.sampled_from((1, 10, 50)), st.integers(0, 9_999), max_size=3
    ),
).filter(lambda s: s.first is None or s.last is None or s.first <= s.last)


def expected_price(
    specs: list[Spec], currency: str, quantity: int
) -> tuple[Decimal, int] | None:
    """Return the price and the place of its list, by the words of the rule."""
    holding = [
        (NEAR[spec.held_by], -(spec.first if spec.first is not None else -99), -place)
        for place, spec in enumerate(specs)
        if spec.held_by in NEAR and spec.currency == currency and spec.holds_today
    ]
    for _near, _since, place in sorted(holding):
        reached = [step for step in specs[-place].prices if step <= quantity]
        if reached:
            coins = specs[-place].prices[max(reached)]
            return Decimal(coins) / CENTS[currency], -place
    return None


def without_rivals(specs: Iterable[Spec]) -> list[Spec]:
    """Return the lists without default ones that begin on the same day as another."""
    taken: set[tuple[str, int | None]] = set()
    kept = []
    for spec in specs:
        place = (spec.currency, spec.first)
        if spec.held_by == "default" and spec.is_active:
            if place in taken:
                continue
            taken.add(place)
        kept.append(spec)
    return kept


def make_lists(specs: list[Spec], product: Product, payer: Account) -> None:
    other = an_account()
    held_by: dict[str, dict[str, Any]] = {
        "own": {"account": payer},
        "kind": {"kind": payer.kind},
        "default": {},
        "other account": {"account": other},
        "other kind": {"kind": RESELLER},
    }
    for place, spec in enumerate(specs):
        price_list = a_price_list(
            name=f"List {place}",
            currency=spec.currency,
            is_active=spec.is_active,
            first_date=None if spec.first is None else TODAY + timedelta(spec.first),
            last_date=None if spec.last is None else TODAY + timedelta(spec.last),
            **held_by[spec.held_by],
        )
        for step, coins in spec.prices.items():
            price = str(Decimal(coins) / CENTS[spec.currency])
            a_price(
                product=product,
                price=price,
                cost="0",  # what is sold at a loss waits for a person
                on=price_list,
                from_quantity=step,
            )


@given(
    specs=st.lists(SPECS, max_size=6).map(without_rivals),
    currency=st.sampled_from(tuple(CENTS)),
    quantity=st.integers(1, 60),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_price_shown_is_the_price_ordered_and_billed(
    specs: list[Spec], currency: str, quantity: int
) -> None:
    with transaction.atomic():
        payer, product = an_account(currency=currency), a_product()
        PriceList.objects.all().delete()
        make_lists(specs, product, payer)
        expected = expected_price(specs, currency, quantity)

        if expected is None:
            with pytest.raises(NoPrice):
                price_for(payer, product, quantity)
        else:
            check_the_way_to_the_bill(payer, product, quantity, expected)
        transaction.set_rollback(True)


def check_the_way_to_the_bill(
    payer: Account, product: Product, quantity: int, expected: tuple[Decimal, int]
) -> None:
    price, name = expected[0].quantize(Decimal("0.01")), f"List {expected[1]}"
    a_setup()
    a_link(account=payer)
    order = Order(account=payer)
    create_order(order=order, actor=DAN, now=NOON)
    lines = [Line(product, quantity)]
    (item,) = put_items(order=order, lines=lines, actor=DAN, now=NOON)
    (row,) = item_rows(order)
    submit_order(order=order, actor=DAN, now=NOON)
    an_execution(order=order, option=InvoiceOption.ISSUE)
    charge = InvoiceLine.objects.get().charge

    asked = price_for(payer, product, quantity)
    assert asked == f"{price} {name}"
    assert (row.unit_price, row.price_list) == (Money(price, payer.currency), name)
    assert (item.unit_price, str(item.price_list)) == (
        price,
        f"{name} ({payer.currency})",
    )
    assert (charge.unit_price, charge.currency) == (price, payer.currency)
    assert charge.net == row.net == Money(price * quantity, payer.currency)
