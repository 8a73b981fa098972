"""What is done with price lists leaves journal lines with the old and the new price."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from purveyor.domain.accounts.models import AccountKind
from purveyor.domain.catalogue.models import Price, PriceList
from purveyor.domain.catalogue.price_lists import (
    Put,
    WrongPrice,
    WrongStep,
    assign_to_accounts,
    assign_to_kinds,
    create_price_list,
    keep_price_list,
    put_price,
    put_prices,
    remove_price,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_account
from tests.factories.catalogue import a_price_list, a_product
from tests.factories.moments import DAN, TODAY


def put(price: str, cost: str = "7.00", *, from_quantity: int = 1, **which: Any) -> Put:
    product = a_product(**which)
    return Put(product, Decimal(price), Decimal(cost), from_quantity)


def lines() -> list[tuple[str, str, str]]:
    entries = Entry.objects.filter(record_type="catalogue.pricelist").order_by("pk")
    return [(each.verb, each.before, each.after) for each in entries]


# ------------------------------------------------------------------ prices


def test_a_price_is_set_and_set_again_and_both_are_told(now: datetime) -> None:
    product = a_product(price="9.90", cost="7.00")
    price_list = PriceList.objects.get()
    new = Put(product, Decimal("11.00"), Decimal("7.50"))

    counts = put_price(price_list=price_list, put=new, actor=DAN, now=now)

    price = Price.objects.get()
    assert counts == (0, 1)
    assert (price.unit_price, price.unit_cost) == (Decimal("11.00"), Decimal("7.50"))
    assert lines() == [
        ("set_price", "9.90 EUR (cost 7.00)", "11.00 EUR (cost 7.50)"),
    ]
    assert Entry.objects.get().facts == {"product": product.name}


def test_a_step_is_a_price_of_its_own(now: datetime) -> None:
    a_product(price="9.90")
    price_list, step = PriceList.objects.get(), put("8.00", from_quantity=50)

    assert put_price(price_list=price_list, put=step, actor=DAN, now=now) == (1, 0)

    steps = Price.objects.order_by("from_quantity")
    assert [(each.from_quantity, str(each.unit_price)) for each in steps] == [
        (1, "9.90"),
        (50, "8.00"),
    ]
    assert lines() == [("set_price", "", "50+: 8.00 EUR (cost 7.00)")]


def test_what_is_set_to_what_it_is_leaves_no_line(now: datetime) -> None:
    product = a_product(price="9.90", cost="7.00")
    same = Put(product, Decimal("9.90"), Decimal("7.00"))

    counts = put_price(price_list=PriceList.objects.get(), put=same, actor=DAN, now=now)

    assert (counts, lines()) == ((0, 0), [])


@pytest.mark.parametrize(
    ("price", "cost", "refusal"),
    [
        ("-0.01", "7", "from 0"),
        ("9", "-1", "from 0"),
        ("1.005", "1", "finer than what is billed in EUR"),
        ("10000000000", "1", "below 10,000,000,000"),
    ],
)
def test_a_price_that_is_none_is_refused(price, cost, refusal, now: datetime) -> None:
    a_product(price="9.90")
    price_list = PriceList.objects.get()

    with pytest.raises(WrongPrice, match=refusal):
        put_price(price_list=price_list, put=put(price, cost), actor=DAN, now=now)

    assert Price.objects.get().unit_price == Decimal("9.90")


def test_a_currency_without_small_change_has_whole_prices(now: datetime) -> None:
    yen = a_price_list(currency="JPY")

    with pytest.raises(WrongPrice, match=r"9\.90 is finer than what is billed in JPY"):
        put_price(price_list=yen, put=put("9.90", "7"), actor=DAN, now=now)

    assert put_price(price_list=yen, put=put("990", "700"), actor=DAN, now=now)


@pytest.mark.parametrize("quantity", [0, -1, 10_001])
def test_a_step_begins_with_a_possible_quantity(quantity, now: datetime) -> None:
    price_list = a_price_list()

    with pytest.raises(WrongStep, match="1 to 10,000"):
        put_price(
            price_list=price_list,
            put=put("9", from_quantity=quantity),
            actor=DAN,
            now=now,
        )


def test_many_prices_take_few_statements(
    now: datetime, django_assert_num_queries
) -> None:
    price_list = a_price_list(name="Other", is_default=False)
    puts = [put("9.90", code=f"P-{n}") for n in range(30)]
    put_prices(price_list=price_list, puts=puts[:15], actor=DAN, now=now)
    raised = [Put(each.product, Decimal(12), Decimal(7)) for each in puts]

    with django_assert_num_queries(7):
        counts = put_prices(price_list=price_list, puts=raised, actor=DAN, now=now)

    assert counts == (15, 15)
    assert len(lines()) == 15 + 30


def test_a_price_is_taken_away_and_the_journal_says_which(now: datetime) -> None:
    product = a_product(price="9.90")

    remove_price(price=Price.objects.get(), actor=DAN, now=now)

    assert not Price.objects.exists()
    assert lines() == [("remove_price", "9.90 EUR (cost 7.00)", "")]
    assert Entry.objects.get().facts == {"product": product.name}


# ------------------------------------------------------------------ the head


def test_a_currency_has_one_default_list_at_a_time(now: datetime) -> None:
    create_price_list(name="Standard", currency="EUR", actor=DAN, now=now)

    with pytest.raises(Refused, match="begins on the same day"):
        create_price_list(name="Other", currency="EUR", actor=DAN, now=now)

    later = {"first_date": TODAY}
    create_price_list(name="2030", currency="EUR", facts=later, actor=DAN, now=now)
    with pytest.raises(Refused, match="begins on the same day"):
        create_price_list(name="Two", currency="EUR", facts=later, actor=DAN, now=now)
    retired = {**later, "is_active": False}
    create_price_list(name="Old", currency="EUR", facts=retired, actor=DAN, now=now)
    assert PriceList.objects.count() == 3


def test_a_list_does_not_end_before_it_begins(now: datetime) -> None:
    price_list = a_price_list(first_date=TODAY)
    price_list.last_date = TODAY.replace(day=14)

    with pytest.raises(Refused, match="lies before the first one"):
        keep_price_list(
            price_list=price_list, changed=("last_date",), actor=DAN, now=now
        )


def test_kinds_are_chosen_and_the_journal_tells_both(now: datetime) -> None:
    price_list = a_price_list(name="Partners", kind=AccountKind.END_CUSTOMER)

    assign_to_kinds(
        price_list=price_list,
        kinds=[AccountKind.RESELLER, AccountKind.DIRECT_CUSTOMER],
        actor=DAN,
        now=now,
    )

    kinds = price_list.assignments.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["DIRECT_CUSTOMER", "RESELLER"]
    assert lines() == [("assign_kinds", "End customer", "Direct customer, Reseller")]


def test_accounts_are_added_and_removed(now: datetime) -> None:
    north, other = a_reseller(), an_account(name="Other")
    price_list = a_price_list(name="Special", account=other)

    assign_to_accounts(
        price_list=price_list, added=[north], removed=[other], actor=DAN, now=now
    )

    assert [each.account for each in price_list.assignments.all()] == [north]
    line = Entry.objects.get(verb="assign_accounts")
    assert line.facts == {"added": ["Northwind"], "removed": ["Other"]}
