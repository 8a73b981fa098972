"""Execute Order shows what holds it back, and holds to what it has shown."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import Account, Contact, Organization
from purveyor.domain.catalogue.models import Application, Price
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Execution, Order
from purveyor.domain.orders.operations import cancel_order
from purveyor.domain.provisioning.models import ServiceManagerSetup
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_price, a_product
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.orders import a_submitted_order
from tests.factories.troubles import a_silent_vendor
from tests.support.execution_dialog import dialog, looks, presses, sees
from tests.support.staff import (
    FROM_SCRIPT,
    SALES,
    queries_of,
    signed_in,
    value_of,
    words,
)

#: Statements of the dialog, session and person among them.
DIALOG_MAX = 15
#: Statements of pressing its button: the order, what is so now, and the execution.
EXECUTE_MAX = 36


@pytest.fixture
def sales() -> Client:
    return signed_in(*SALES, "assets.view_asset", "invoices.view_invoice")


@pytest.fixture
def chief() -> Client:
    """Return the browser of a person who may accept thin margins."""
    return signed_in(*SALES, "orders.accept_margin", email="chief@aurora.example")


# ------------------------------------------------------------------ what is shown


def test_it_shows_price_tax_and_margin_at_todays_cost(sales: Client) -> None:
    order = a_submitted_order()
    Price.objects.update(unit_cost="8.00")

    page = sees(sales, order)

    assert "at €9.90, net €99.00, VAT 19 % €18.81" in page
    assert "Margin €19.00 at today's cost" in page


def test_it_shows_what_is_left_of_the_credit(sales: Client) -> None:
    limited = a_submitted_order(account=an_account(name="Contoso", credit_limit="500"))
    unlimited = a_submitted_order(account=an_account(name="Fabrikam"))

    left = "Contoso has €382.19 of its credit limit of €500.00 left after this order"
    assert left in sees(sales, limited)
    assert "Fabrikam has unlimited credit" in sees(sales, unlimited)


def test_it_shows_the_invoice_as_it_will_be(sales: Client) -> None:
    order = a_submitted_order(account=an_account(name="Contoso"), po_code="PO-7")

    page = sees(sales, order)

    assert "Contoso Main Street 1 10115 Berlin" in page
    assert "15 Jan 2030, due 14 Feb 2030" in page
    assert "PO-7" in page
    assert "Total €117.81" in page


def test_it_points_to_a_likely_duplicate(sales: Client) -> None:
    account = an_account()
    first = a_submitted_order(account=account)
    Order.objects.update(submitted_at=NOON - timedelta(minutes=3))
    order = a_submitted_order(account=account)

    page = sales.get(dialog(order), headers=FROM_SCRIPT)

    told = words(page).replace("\xa0", " ")
    assert "10 × BitTitan Mailbox License for the same account, 3 minutes ago:" in told
    assert reverse("bss:orders_order_change", args=[first.pk]) in page.content.decode()


@pytest.mark.parametrize(
    "why", ["older", "cancelled", "other quantity", "other account"]
)
def test_what_is_no_duplicate_is_not_called_one(why: str, sales: Client) -> None:
    account = an_account()
    first = a_submitted_order(
        account=an_account() if why == "other account" else account,
        quantity=11 if why == "other quantity" else 10,
    )
    if why == "older":
        Order.objects.update(submitted_at=NOON - timedelta(days=2))
    if why == "cancelled":
        cancel_order(order=first, because="Twice.", actor=DAN, now=NOON)
    order = a_submitted_order(account=account)

    assert "Nothing like it was ordered within a day" in sees(sales, order)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ("silent", "BitTitan is not answering since 15 Jan 2030"),
        ("blocked", "BitTitan refuses our credentials since 15 Jan 2030"),
        ("off", "BitTitan is switched off under Setup > Applications"),
        ("unfinished", "The settings of BitTitan under Setup > Applications are not"),
    ],
)
def test_it_says_what_keeps_the_vendor_from_it(
    trouble: str, told: str, sales: Client
) -> None:
    order = a_submitted_order()
    if trouble in {"silent", "blocked"}:
        a_silent_vendor(is_blocked=trouble == "blocked")
    if trouble == "off":
        Application.objects.update(is_active=False)
    if trouble == "unfinished":
        ServiceManagerSetup.objects.update(values={})

    assert told in sees(sales, order)
    assert "the coupons wait" in sees(sales, order)


def test_what_is_ticked_is_asked_about_without_tokens_in_the_address(
    sales: Client,
) -> None:
    """Addresses stand in logs and have a limit; the token of many items is longer."""
    order = a_submitted_order(items=2)

    address = reverse("bss:orders_order_deliver", args=[order.pk])
    page = sales.get(address, headers=FROM_SCRIPT)

    kept_out = re.search(r'hx-params="not ([^"]+)"', page.content.decode())
    assert kept_out is not None
    assert set(kept_out[1].split(",")) == {"csrfmiddlewaretoken", "seen"}


def test_the_dialog_asks_the_database_few_questions(sales: Client) -> None:
    establish_notifications()
    account = an_account(credit_limit="9999")
    small = a_submitted_order(account=account)
    large = a_submitted_order(account=account, items=10)

    few, many = queries_of(sales, dialog(small)), queries_of(sales, dialog(large))

    assert few == many <= DIALOG_MAX


@pytest.mark.parametrize("items", [1, 10])
def test_pressing_the_button_asks_the_database_few_questions(
    items: int, sales: Client, django_assert_max_num_queries: Any
) -> None:
    establish_notifications()
    order = a_submitted_order(account=an_account(credit_limit="9999"), items=items)
    sent = looks(sales, order, option="ISSUE")

    with django_assert_max_num_queries(EXECUTE_MAX):
        presses(sales, order, sent)

    assert Execution.objects.count() == 1


# ------------------------------------------------------------------ what it holds to


def test_what_was_shown_is_what_is_executed(sales: Client) -> None:
    order = a_submitted_order()

    answer = presses(sales, order, looks(sales, order))

    assert answer.headers["HX-Redirect"]
    assert Order.objects.get().state == OrderState.EXECUTED


def raises_the_price() -> None:
    a_price(product=a_product(), price="12.00")


def gives_it_away() -> None:
    Price.objects.update(unit_price=0)


def raises_the_cost() -> None:
    a_price(product=a_product(), price="9.90", cost="8.00")


def lowers_the_limit() -> None:
    Account.objects.update(credit_limit="450")


def moves_the_buyer() -> None:
    Account.objects.update(name="Contoso AG")


def silences_the_vendor() -> None:
    a_silent_vendor()


def orders_the_same() -> None:
    a_submitted_order(account=Account.objects.get())


def raises_the_floor() -> None:
    Organization.objects.update(margin_min_percent=5)


CHANGES = [
    (raises_the_price, "The price of BitTitan Mailbox License is €12.00 now, it was"),
    (gives_it_away, "The price of BitTitan Mailbox License is €0.00 now, it was"),
    (raises_the_cost, "The cost of BitTitan Mailbox License is €80.00 now, it was €70"),
    (
        lowers_the_limit,
        "The available credit of Contoso is €332.19 now, it was €382.19",
    ),
    (moves_the_buyer, "The buyer on the invoice is Contoso AG, Main Street 1, 10115"),
    (silences_the_vendor, "The state of BitTitan is not answering now, it was ready."),
    (orders_the_same, "A likely duplicate is new: O-000002."),
    (raises_the_floor, "The least margin is 5 % now, it was 0 %."),
]


@pytest.mark.parametrize(
    ("change", "told"), CHANGES, ids=[change.__name__ for change, _told in CHANGES]
)
def test_what_changed_since_is_refused_by_name(
    change: Any, told: str, sales: Client
) -> None:
    order = a_submitted_order(account=an_account(name="Contoso", credit_limit="500"))
    later = (TODAY + timedelta(days=9)).isoformat()
    sent = looks(sales, order, start_date=later)
    change()

    refused = presses(sales, order, sent)
    none_yet = Execution.objects.count()
    sent["seen"] = value_of(refused, "seen")
    presses(sales, order, sent)

    assert f"Nothing was executed. {told}" in words(refused) or (
        told in words(refused) and "Nothing was executed." in words(refused)
    )
    assert value_of(refused, "start_date") == later
    assert 'value="DRAFT" checked' in refused.content.decode()
    assert (none_yet, Execution.objects.count()) == (0, 1)


def test_a_long_list_of_differences_is_cut(sales: Client) -> None:
    order = a_submitted_order(items=6)
    sent = looks(sales, order)
    Price.objects.update(unit_price="12.00", unit_cost="8.00")

    page = words(presses(sales, order, sent))

    assert page.count(" now, it was ") == 3
    assert "And 9 more differences." in page


@pytest.mark.parametrize("seen", ["", "forged", "of another order"])
def test_nothing_is_executed_that_was_not_shown(seen: str, sales: Client) -> None:
    order, other = a_submitted_order(), a_submitted_order()
    if seen == "of another order":
        seen = looks(sales, other)["seen"]

    refused = presses(sales, order, looks(sales, order, seen=seen))

    assert "ook at " in words(refused)
    assert not Execution.objects.exists()


def test_another_recipient_of_the_copy_is_named(sales: Client) -> None:
    establish_notifications()
    order = a_submitted_order()
    sent = looks(sales, order)
    Contact.objects.all().delete()
    Order.objects.update(recipient_email="lea@contoso.example")

    page = words(presses(sales, order, sent))

    assert "is lea@contoso.example now, it was mia@" in page


# ------------------------------------------------------------------ thin margins


def sold_at_a_loss() -> Order:
    """Return an order whose cost has risen above its price."""
    order = a_submitted_order()
    Price.objects.update(unit_cost="10.40")
    return order


def test_a_loss_is_not_executed_by_who_may_not_accept_it(sales: Client) -> None:
    order = sold_at_a_loss()

    page = sees(sales, order)
    refused = presses(sales, order, looks(sales, order, because="Let me."))

    assert "is sold at a loss: it brings €99.00 and costs €104.00 today." in page
    assert "Ask a colleague who may accept thin margins" in page
    assert "would be sold at a loss" in words(refused)
    assert not Execution.objects.exists()


def test_a_loss_is_executed_with_a_reason_that_is_kept(chief: Client) -> None:
    order = sold_at_a_loss()

    refused = presses(chief, order, looks(chief, order))
    presses(chief, order, looks(chief, order, because="First order of a big one."))

    history = reverse("bss:orders_order_history", args=[order.pk])
    assert "A person who may accept that has to say why." in words(refused)
    assert Execution.objects.get().margin_because == "First order of a big one."
    assert "First order of a big one." in words(chief.get(history))
    assert "BitTitan Mailbox License -€5.00" in words(chief.get(history))


@pytest.mark.parametrize(("floor", "is_thin"), [("29.29", False), ("29.30", True)])
def test_the_profile_says_how_thin_is_too_thin(
    floor: str, is_thin: bool, chief: Client
) -> None:
    order = a_submitted_order()  # 99.00 less 70.00: 29.29 %
    Organization.objects.update(margin_min_percent=floor)

    page = sees(chief, order)

    assert ("less than the least margin of" in page) is is_thin
    assert ("Why it is sold so cheaply" in page) is is_thin


def test_a_reason_without_need_is_not_kept(chief: Client) -> None:
    order = a_submitted_order()

    presses(chief, order, looks(chief, order, because="Just so."))

    assert Execution.objects.get().margin_because == ""


# ------------------------------------------------------------------ credit


def test_above_the_limit_it_offers_to_ask_for_approval(sales: Client) -> None:
    order = a_submitted_order(account=an_account(name="Contoso"))
    Account.objects.update(credit_limit="100")

    sent = looks(sales, order)
    page = sees(sales, order)
    refused = presses(sales, order, sent)
    asked = presses(sales, order, {**sent, "ask_for_approval": "1"})

    assert "Contoso is €17.81 above its credit limit of €100.00." in page
    assert "Ask for approval" in page
    assert "Contoso is €17.81 above its credit limit" in words(refused)
    assert asked.headers["HX-Redirect"]
    assert Order.objects.get().state == OrderState.AWAITING_APPROVAL
