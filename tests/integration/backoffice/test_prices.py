"""Billing > Price lists, and the way of a spreadsheet into one."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from purveyor.domain.accounts.models import AccountKind
from purveyor.domain.catalogue.lifecycle import ImportState
from purveyor.domain.catalogue.models import Price, PriceImport, PriceList
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_account
from tests.factories.catalogue import a_price, a_price_list, a_product
from tests.factories.moments import TODAY
from tests.support.staff import queries_of, value_of, words

pytestmark = pytest.mark.both

FILE = "Code;Price;Cost\nA;10,50;7\nB;20;15\nno;1;1\nB;x;1\n"


@pytest.fixture
def billing(staff) -> Client:
    return staff("Billing")


@pytest.fixture
def price_list() -> PriceList:
    """Return a list with a price of product A, and none of B."""
    a_product(code="A", price="9.90")
    found = PriceList.objects.get()
    a_product(code="B", price="1", currency="USD")
    return found


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


def send(client: Client, price_list: PriceList, text: str = FILE) -> Any:
    file = SimpleUploadedFile("prices.csv", text.encode())
    address = reverse("bss:import_prices", args=[price_list.pk])
    return client.post(address, {"file": file}, follow=True)


def confirm(client: Client, page: Any, **fields: str) -> Any:
    address = page.redirect_chain[-1][0] if page.redirect_chain else page.request
    token = value_of(page, "token")
    return client.post(address, {"token": token, **fields}, follow=True)


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


def test_the_list_takes_as_many_statements_for_many_lists(billing: Client) -> None:
    address = reverse("bss:catalogue_pricelist_changelist")
    a_price_list()
    few = queries_of(billing, address)
    for number in range(12):
        made = a_price_list(name=f"L{number}", kind=AccountKind.RESELLER)
        made.assignments.create(account=an_account())

    assert queries_of(billing, address) == few == 10


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
    steps = made.prices.order_by("from_quantity")
    assert list(steps.values_list("from_quantity", flat=True)) == [1, 50]


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
    assert "took a price away: 9.90 EUR (cost 7.00)" in words(billing.get(history))


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
    assert "Standard EUR Valid Always 1 €9.90 €7.00" in other
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
    assert "Standard EUR Default of its currency Always" in page
    assert "Others (EUR)" not in page


# ------------------------------------------------------------------ spreadsheets


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_the_prices_and_what_lacks_one(
    kind, billing: Client, price_list: PriceList
) -> None:
    a_price(product=a_product(code="A"), price="9.00", from_quantity=50)
    address = reverse("bss:export_prices", args=[price_list.pk])

    answer = billing.get(address, {"as": kind})

    content = answer.getvalue()
    if kind == "csv":
        rows = [line.split(",") for line in content.decode("utf-8-sig").splitlines()]
    else:
        sheet = load_workbook(BytesIO(content)).worksheets[0]
        rows = [["" if c is None else str(c) for c in r] for r in sheet.values]
    assert rows[0] == ["Code", "Product", "From quantity", "Price", "Cost", "Currency"]
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("A", "1"),
        ("A", "50"),
        ("B", "1"),
    ]
    assert rows[3][3] == ""
    assert f"standard-eur-2030-01-15.{kind}" in answer["Content-Disposition"]


def test_a_file_is_shown_row_by_row_before_anything_is_written(
    billing: Client, price_list: PriceList
) -> None:
    page = send(billing, price_list)

    told = words(page)
    assert "2 prices would be set. Nothing is written yet." in told
    assert (
        "4 Wrong – no There is no product with the code “no”. Correct it. – – –" in told
    )
    assert "5 Wrong" in told
    assert "The price “x” is not a number. Write it like 1234.50." in told
    assert "was €9.90 → €10.50" in told
    assert Price.objects.filter(price_list=price_list).count() == 1


def test_wrong_rows_need_a_tick_and_the_rest_is_imported(
    billing: Client, price_list: PriceList
) -> None:
    page = send(billing, price_list)

    refused = confirm(billing, page)
    assert "2 rows are wrong. Tick “Leave the wrong rows out”" in words(refused)
    assert Price.objects.filter(price_list=price_list).count() == 1

    done = confirm(billing, page, leaves_out_wrong="on")
    assert "Prices are imported: 1 added, 1 changed." in words(done)
    assert Price.objects.filter(price_list=price_list).count() == 2
    assert Entry.objects.filter(verb="set_price").count() == 2


def test_a_preview_that_is_stale_is_shown_anew(
    billing: Client, price_list: PriceList
) -> None:
    page = send(billing, price_list)
    Price.objects.filter(price_list=price_list).update(unit_price="9.80")

    answer = confirm(billing, page, leaves_out_wrong="on")

    assert "have changed since this preview" in words(answer)
    assert "was €9.80 → €10.50" in words(answer)
    assert "Prices are imported" in words(
        billing.post(
            reverse("bss:price_import", args=[PriceImport.objects.get().pk]),
            {"token": value_of(answer, "token"), "leaves_out_wrong": "on"},
            follow=True,
        )
    )


def test_rows_are_shown_by_kind_and_page(
    billing: Client, price_list: PriceList
) -> None:
    rows = "".join(f"X{n};1;1\n" for n in range(60))
    send(billing, price_list, f"Code;Price;Cost\nA;10;7\n{rows}")
    address = reverse("bss:price_import", args=[PriceImport.objects.get().pk])

    wrong = words(billing.get(address, {"show": "WRONG", "p": "3"}))
    changed = words(billing.get(address, {"show": "CHANGED"}))

    assert "X59" in wrong
    assert "X58" in wrong
    assert "X9 " not in wrong
    assert "€10.00" in changed
    assert "X59" not in changed


def test_a_file_that_is_no_spreadsheet_is_refused_at_its_field(
    billing: Client, price_list: PriceList
) -> None:
    answer = send(billing, price_list, "Code;Price\nA;1")

    assert "The column “cost” is missing." in words(answer)
    assert not PriceImport.objects.exists()


def test_an_import_is_discarded(billing: Client, price_list: PriceList) -> None:
    send(billing, price_list)
    found = PriceImport.objects.get()

    answer = billing.post(
        reverse("bss:discard_price_import", args=[found.pk]), follow=True
    )

    found.refresh_from_db()
    assert found.state == ImportState.DISCARDED
    assert "No price was changed." in words(answer)


def test_who_may_only_look_imports_nothing(staff, price_list: PriceList) -> None:
    send(staff("Billing"), price_list)
    found, sales = PriceImport.objects.get(), staff("Sales")
    address = reverse("bss:price_import", args=[found.pk])

    assert "Import 2 prices" not in words(sales.get(address))
    assert sales.post(address, {"token": "x"}).status_code == 403
    assert send(sales, price_list).status_code == 403
    discard = reverse("bss:discard_price_import", args=[found.pk])
    assert sales.post(discard).status_code == 403
