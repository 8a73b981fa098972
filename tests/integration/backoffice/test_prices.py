"""Billing > Price lists: for whom they hold, and what has no price."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import AccountKind
from purveyor.domain.catalogue.models import Price, PriceList
from tests.factories.accounts import a_reseller, an_account
from tests.factories.catalogue import a_price_list, a_product
from tests.factories.moments import TODAY
from tests.support.staff import queries_of, value_of, words


@pytest.fixture
def billing(staff) -> Client:
    return staff("Billing")


def page_of(price_list: PriceList) -> str:
    return reverse("bss:catalogue_pricelist_change", args=[price_list.pk])


def form(**fields: Any) -> dict[str, Any]:
    """Return what the form of a price list sends, without rows unless told."""
    empty = {
        f"{prefix}-{name}": 0
        for prefix in ("assignments", "prices")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    return {"name": "Standard EUR", "is_active": "on", **empty, **fields}


# ------------------------------------------------------------------ lists


def test_the_list_says_for_whom_each_holds_and_since_when(billing: Client) -> None:
    a_product()
    a_price_list(name="Partners", kind=AccountKind.RESELLER, owner=None)
    a_price_list(
        name="Special", account=an_account(), first_date=TODAY + timedelta(days=1)
    )
    a_price_list(name="Old", is_default=False, last_date=TODAY - timedelta(days=1))

    told = words(billing.get(reverse("bss:catalogue_pricelist_changelist")))

    assert "Standard EUR EUR Valid Always Everyone else 1 –" in told
    assert "Partners EUR Valid Always Reseller 0 –" in told
    assert "Special EUR Not yet valid from 16 Jan 2030 1 account 0 –" in told
    assert "Old EUR Ended until 14 Jan 2030 Nobody yet 0 –" in told


@pytest.mark.once
def test_the_list_takes_as_many_statements_for_many_lists(billing: Client) -> None:
    address = reverse("bss:catalogue_pricelist_changelist")
    a_price_list()
    few = queries_of(billing, address)
    for number in range(12):
        made = a_price_list(name=f"L{number}", kind=AccountKind.RESELLER)
        made.assignments.create(account=an_account())

    assert queries_of(billing, address) == few == 8


@pytest.mark.once
def test_a_page_takes_as_many_statements_for_many_prices(billing: Client) -> None:
    price_list = a_price_list()
    few = queries_of(billing, page_of(price_list))
    for number in range(12):
        a_product(code=f"P{number}")
        price_list.assignments.create(account=an_account())

    assert queries_of(billing, page_of(price_list)) <= few + 2


def test_a_list_is_made_for_kinds_and_accounts_with_steps(billing: Client) -> None:
    north, product = a_reseller(), a_product()
    sent = form(
        name="Partners",
        currency="EUR",
        first_date="2030-01-01",
        last_date="2030-12-31",
        kinds=["RESELLER"],
        **{
            "assignments-TOTAL_FORMS": 1,
            "assignments-0-account": north.pk,
            "prices-TOTAL_FORMS": 2,
            "prices-0-product": product.pk,
            "prices-0-from_quantity": 1,
            "prices-0-unit_price": "9.00",
            "prices-0-unit_cost": "7.00",
            "prices-1-product": product.pk,
            "prices-1-from_quantity": 50,
            "prices-1-unit_price": "8.00",
            "prices-1-unit_cost": "7.00",
        },
    )

    billing.post(reverse("bss:catalogue_pricelist_add"), sent)

    made = PriceList.objects.get(name="Partners")
    assert (made.is_default, str(made.last_date)) == (False, "2030-12-31")
    held = made.assignments.order_by("pk")
    assert [(each.kind, each.account) for each in held] == [
        ("RESELLER", None),
        ("", north),
    ]
    assert list(made.prices.values_list("from_quantity", flat=True)) == [1, 50]


def test_the_same_step_twice_is_refused_and_nothing_typed_is_lost(
    billing: Client,
) -> None:
    product = a_product()
    price_list = PriceList.objects.get()
    sent = form(
        **{
            "is_default": "on",
            "prices-TOTAL_FORMS": 1,
            "prices-0-product": product.pk,
            "prices-0-from_quantity": 1,
            "prices-0-unit_price": "8.88",
            "prices-0-unit_cost": "7.00",
        }
    )

    answer = billing.post(page_of(price_list), sent)

    assert "This list has a price of this product from this quantity" in words(answer)
    assert value_of(answer, "prices-0-unit_price") == "8.88"
    assert Price.objects.count() == 1


def test_a_price_that_is_deleted_is_told_in_the_history(billing: Client) -> None:
    a_product()
    price = Price.objects.get()
    sent = form(
        **{
            "is_default": "on",
            "prices-TOTAL_FORMS": 1,
            "prices-INITIAL_FORMS": 1,
            "prices-0-id": price.pk,
            "prices-0-unit_price": "9.90",
            "prices-0-unit_cost": "7.00",
            "prices-0-DELETE": "on",
        }
    )

    billing.post(page_of(price.price_list), sent)

    assert not Price.objects.exists()
    history = reverse("bss:catalogue_pricelist_history", args=[price.price_list_id])
    assert "Took a price away" in words(billing.get(history))


# ------------------------------------------------------------------ products


def test_a_product_without_a_price_says_that_it_cannot_be_sold(staff) -> None:
    priced, unpriced = a_product(code="A"), a_product(code="B", price="1")
    Price.objects.filter(product=unpriced).delete()
    sales = staff("Sales")
    products = reverse("bss:catalogue_product_changelist")

    lacking = words(sales.get(products, {"price": "no"}))
    page = words(sales.get(reverse("bss:catalogue_product_change", args=[unpriced.pk])))
    other = words(sales.get(reverse("bss:catalogue_product_change", args=[priced.pk])))

    assert "B BitTitan Mailbox License" in lacking
    assert "Published No price" in lacking
    assert "A BitTitan" not in lacking
    assert "has no price today, so it cannot be sold" in page
    assert "cannot be sold" not in other
    assert "Standard EUR (EUR) Valid Always 1 €9.90 €7.00" in other
    assert "BitTitan Mailbox License (no price)" in words(
        sales.get(reverse("bss:orders_order_add"))
    )


def test_an_account_shows_the_lists_that_hold_for_it_and_why(staff) -> None:
    north = a_reseller()
    a_product()
    a_price_list(name="Northwind", account=north)
    a_price_list(name="Partners", kind=AccountKind.RESELLER)
    a_price_list(name="Others", account=an_account())

    page = words(
        staff("Sales").get(reverse("bss:accounts_account_change", args=[north.pk]))
    )

    assert "Northwind (EUR) Its own list Always" in page
    assert "Partners (EUR) Its account kind Always" in page
    assert "Standard EUR (EUR) Default of its currency Always" in page
    assert "Others (EUR)" not in page
