"""Sales > Orders to approve: what, why, how much, and the two answers."""

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Approval, Order
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.orders import a_draft_order, a_submitted_order, an_execution
from tests.support.staff import FROM_SCRIPT, SALES, queries_of, signed_in, words

PAGE = "bss:orders_to_approve"
CHANGE = "bss:orders_order_change"
PAGE_MAX = 12  # session and person among them, whatever waits


@pytest.fixture
def ines() -> Client:
    """Return the browser of Ines of billing, who approves."""
    return signed_in(
        "orders.view_order",
        "orders.approve_order",
        "invoices.view_invoice",
        "accounts.view_account",
    )


def answered(client: Client, answer: str, *, because: str, query: str = "") -> str:
    address = reverse(f"bss:{answer}_order", args=[Approval.objects.get().pk])
    told = client.post(
        f"{address}{query}",
        {"_form_submitted": "True", "because": because},
        headers=FROM_SCRIPT,
    )
    return told.headers.get("HX-Redirect") or words(told)


def test_with_nothing_to_approve_the_page_says_what_would_stand_there(
    ines: Client,
) -> None:
    page = words(ines.get(reverse(PAGE)))

    assert "No order waits for approval" in page
    assert "above its payer's available credit" in page


def test_the_page_shows_what_why_and_how_much(ines: Client) -> None:
    account = an_account(name="Contoso", credit_limit="250")
    an_execution(account=account)
    a_submitted_order(account=account)
    order = a_submitted_order(account=account)

    page = words(ines.get(reverse(PAGE)))

    assert f"{order.number} Contoso" in page
    assert "With this order Contoso would be €103.43 above its credit limit." in page
    assert "10 × BitTitan Mailbox License" in page
    assert (
        "Credit limit €250.00 Owed €117.81 Not yet invoiced €0.00 "
        "Open orders €117.81 This order €117.81 Over by €103.43"
    ) in page
    assert "Asked by dan@distributor.example, 15 Jan 2030, 13:00." in page


def test_the_page_names_the_reseller_who_has_to_agree(ines: Client) -> None:
    lea = an_end_customer(
        name="Lea's", reseller=a_reseller(), needs_reseller_approval=True
    )
    a_submitted_order(account=lea)

    page = words(ines.get(reverse(PAGE)))

    assert "Northwind has to agree that Lea's orders." in page
    assert "Billing to Northwind" in page


def test_an_order_is_approved(ines: Client) -> None:
    a_submitted_order(account=an_account(credit_limit="0"))

    went_to = answered(ines, "approve", because="Paid today.")

    assert went_to == reverse(PAGE)
    assert Order.objects.get().state == OrderState.SUBMITTED
    assert Approval.objects.get().because == "Paid today."
    assert "Order O-000001 is approved." in words(ines.get(went_to))


def test_an_order_is_rejected_with_a_reason_from_its_own_page(ines: Client) -> None:
    order = a_submitted_order(account=an_account(credit_limit="0"))

    refused = answered(ines, "reject", because="")
    went_to = answered(ines, "reject", because="Pay first.", query="?from_order=1")

    assert "Say why the order is rejected: whoever ordered will ask." in refused
    assert went_to == reverse(CHANGE, args=[order.pk])
    assert "Cancelled because: Pay first." in words(ines.get(went_to))


def test_an_answer_that_comes_late_is_refused_and_stays_typed(ines: Client) -> None:
    a_submitted_order(account=an_account(credit_limit="0"))
    answered(ines, "approve", because="")

    late = answered(ines, "reject", because="Pay first.")

    assert "Order O-000001 is “Submitted”" in late
    assert "Pay first." in late


def test_the_orders_page_says_what_it_waits_for(ines: Client) -> None:
    order = a_submitted_order(account=an_account(name="Contoso", credit_limit="0"))
    sales = signed_in(*SALES, email="sales@aurora.example")

    page = ines.get(reverse(CHANGE, args=[order.pk]))
    to_sales = sales.get(reverse(CHANGE, args=[order.pk]))

    reason = "With this order Contoso would be €117.81 above its credit limit."
    assert reason in words(page)
    assert reason in words(to_sales)
    assert reverse("bss:approve_order", args=[1]).rsplit("/", 3)[0] in (
        page.content.decode()
    )
    assert "/approve/" not in to_sales.content.decode()
    assert "once a colleague who may approve orders agrees" in words(to_sales)
    assert "once a colleague who may approve orders agrees" not in words(page)


def test_who_submits_is_told_that_it_waits() -> None:
    sales = signed_in(*SALES)
    order = a_draft_order(account=an_account(credit_limit="0"))
    item = order.items.get()
    sent = {
        "account": order.account_id,
        "bill_to": "",
        "currency": "",
        "recipient": "",
        "po_code": "",
        "notes": "",
        "items-TOTAL_FORMS": 1,
        "items-INITIAL_FORMS": 1,
        "items-0-id": item.pk,
        "items-0-order": order.pk,
        "items-0-product": item.product_id,
        "items-0-quantity": 10,
        "items-0-discount_percent": "",
        "orders_order_submit": "1",
    }

    answer = sales.post(reverse(CHANGE, args=[order.pk]), sent)

    assert "is stored. It awaits approval, see below." in words(
        sales.get(answer["Location"])
    )


def test_the_dashboard_counts_what_waits_for_those_who_may_approve(
    ines: Client,
) -> None:
    a_submitted_order(account=an_account(credit_limit="0"))
    sales = signed_in(*SALES, email="sales@aurora.example")

    told = "1 wait for somebody to agree"
    billing = {"view": "billing"}
    assert told in words(ines.get(reverse("bss:index"), billing))
    assert told not in words(sales.get(reverse("bss:index"), billing))


def test_the_page_of_an_account_shows_its_credit(ines: Client) -> None:
    account = an_account(credit_limit="500")
    an_execution(account=account)

    page = words(ines.get(reverse("bss:accounts_account_change", args=[account.pk])))

    assert "Limit €500.00 Used €117.81 Available €382.19" in page
    assert "Owed on invoices €117.81, not yet invoiced €0.00" in page


def test_the_page_asks_the_same_however_many_wait(ines: Client) -> None:
    for _n in range(2):
        a_submitted_order(account=an_account(credit_limit="0"), items=2)
    few = queries_of(ines, reverse(PAGE))
    for _n in range(8):
        a_submitted_order(account=an_account(credit_limit="0"), items=3)

    assert queries_of(ines, reverse(PAGE)) == few <= PAGE_MAX
