"""Orders of end customers that wait for their reseller's yes."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from purveyor.domain.accounts.models import Account, MemberRole
from purveyor.domain.accounts.queries import reseller_of
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Approval, Order
from purveyor.faces.storefront.frame.lists import ROWS_A_PAGE
from purveyor.flows.checkout.models import Basket
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import a_product
from tests.factories.members import a_member, a_visit
from tests.factories.orders import a_submitted_order, is_executed_by_hand
from tests.factories.provisioning import a_link, a_setup
from tests.support.shopping import (
    buys,
    fills_in_details,
    fills_the_basket,
    page,
)

HERE = "/customers/approvals/"


@pytest.fixture
def lea() -> Account:
    """Return an end customer whose orders wait, in a shop that sells one product."""
    a_setup()
    a_product()
    lea = an_end_customer(
        reseller=a_reseller(), name="Lea", needs_reseller_approval=True
    )
    a_link(account=lea)
    return lea


def at(account: Account | None, role: MemberRole = MemberRole.BUYER) -> Client:
    """Return a browser of one of an account's people."""
    assert account is not None
    email = f"{role}-{account.number}@x.example".lower()
    return a_visit(a_member(account=account, role=role, email=email))


def limits(customer: Account, credit: Decimal) -> None:
    """Set the credit limit of a customer's reseller."""
    reseller = reseller_of(customer)
    Account.objects.filter(pk=reseller.pk).update(credit_limit=credit)


def answers(client: Client, verb: str, **given: str) -> Any:
    """Answer the only question there is."""
    asked = Approval.objects.get().pk
    typed = {f"{asked}-{name}": value for name, value in given.items()}
    return client.post(f"{HERE}{asked}/{verb}/", typed)


def test_an_order_waits_and_runs_once_its_reseller_agrees(lea: Account) -> None:
    order = buys(at(lea))
    north = at(lea.parent)

    assert order.state == OrderState.AWAITING_APPROVAL
    shown = page(north, HERE)
    assert f"/orders/{order.number}/" in shown
    assert "10 × BitTitan Mailbox License" in shown
    assert "€117.81" in shown
    assert "Orders of Lea need your approval" in shown
    answers(north, "approve")

    order.refresh_from_db()
    assert order.state == OrderState.EXECUTED
    assert Asset.objects.get().account == lea
    told = page(north, HERE)
    assert f"You agreed to order {order.number}. It runs;" in told
    assert "No order waits for you" in told


def test_both_sides_read_what_the_order_waits_for(lea: Account) -> None:
    customer, north = at(lea), at(lea.parent)
    address = f"/orders/{buys(customer).number}/"

    assert "Northwind has to agree to this order first" in page(customer, address)
    assert HERE not in page(customer, address)
    assert f'href="{HERE}"' in page(north, address)
    readers = at(lea.parent, MemberRole.READ_ONLY)
    assert "It waits for the approval of your account." in page(readers, address)
    assert HERE not in page(readers, address)


def test_whoever_orders_reads_before_who_has_to_agree(lea: Account) -> None:
    customer, north = at(lea), at(lea.parent)

    def review(client: Client, **given: Account) -> str:
        basket = fills_the_basket(client)
        for name, account in given.items():
            Basket.objects.filter(pk=basket.pk).update(**{name: account})
        fills_in_details(client, basket)
        return page(client, f"/checkout/{basket.key}/review/")

    told = review(customer)
    assert "Northwind has to agree before the order runs." in told
    assert "The prices are those you see." not in told  # none is shown
    Basket.objects.all().delete()
    told = review(north, receiver=lea)
    assert "has to agree" not in told
    assert "The prices are those you see." in told


def test_a_rejected_order_tells_its_buyer_why(lea: Account) -> None:
    customer, north = at(lea), at(lea.parent)
    order = buys(customer)

    answers(north, "reject", because="Use the licenses of May first.")

    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    assert f"You rejected order {order.number}. Lea reads" in page(north, HERE)
    told = page(customer, f"/orders/{order.number}/")
    assert "Use the licenses of May first." in told


def test_a_rejection_is_news_for_whoever_ordered(lea: Account) -> None:
    buys(at(lea))

    answers(at(lea.parent), "reject", because="Not now.")

    assert Entry.objects.get(verb="reject").news_due_at is not None


def test_a_rejection_asks_for_a_reason(lea: Account) -> None:
    order = buys(at(lea))

    answer = answers(at(lea.parent), "reject", because=" ")

    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()
    order.refresh_from_db()
    assert order.state == OrderState.AWAITING_APPROVAL


def test_an_answer_counts_once(lea: Account) -> None:
    order = buys(at(lea))
    north = at(lea.parent)

    answers(north, "approve")
    answers(north, "reject", because="No.")

    order.refresh_from_db()
    assert order.state == OrderState.EXECUTED
    assert 'class="message error"' in page(north, HERE)


def test_above_the_credit_somebody_else_is_asked_next(lea: Account) -> None:
    limits(lea, Decimal(100))
    order = buys(at(lea))
    north = at(lea.parent)

    assert "€17.81 above the credit that Northwind has left" in page(north, HERE)
    asked = order.approvals.get(cause="RESELLER").pk
    north.post(f"{HERE}{asked}/approve/")

    assert "somebody of ours looks at it next" in page(north, HERE)
    order.refresh_from_db()
    assert order.state == OrderState.AWAITING_APPROVAL


def test_what_staff_executes_waits_for_staff_after_the_yes(lea: Account) -> None:
    is_executed_by_hand(external_id="BT-MAILBOX")
    order = buys(at(lea))
    north = at(lea.parent)

    answers(north, "approve")

    order.refresh_from_db()
    assert order.state == OrderState.SUBMITTED
    assert "Our staff execute it next." in page(north, HERE)


def test_what_staff_keyed_in_is_not_run_by_a_yes(lea: Account) -> None:
    order = a_submitted_order(account=lea)

    answers(at(lea.parent), "approve")

    order.refresh_from_db()
    assert order.state == OrderState.SUBMITTED


def test_what_a_reseller_orders_itself_waits_for_nobody(lea: Account) -> None:
    north = at(lea.parent)
    a_link(account=lea.parent or lea)

    assert buys(north).state == OrderState.EXECUTED


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (MemberRole.ADMIN, 302),
        (MemberRole.BUYER, 302),
        (MemberRole.BILLING_AGENT, 403),
        (MemberRole.READ_ONLY, 403),
    ],
)
def test_only_roles_that_may_answer_do(
    lea: Account, role: MemberRole, status: int
) -> None:
    buys(at(lea))
    client = at(lea.parent, role)

    assert client.get(HERE).status_code == (200 if status == 302 else 403)
    assert ("Orders to approve" in page(client, "/customers/")) is (status == 302)
    assert answers(client, "approve").status_code == status


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_nobody_answers_for_others(lea: Account, verb: str) -> None:
    order = buys(at(lea))

    rival = at(a_reseller(name="Southwind"), MemberRole.ADMIN)
    assert order.number not in page(rival, HERE)
    assert answers(rival, verb, because="Mine.").status_code == 404
    for account in (lea, an_account()):
        asked = answers(at(account, MemberRole.ADMIN), verb, because="Mine.")
        assert asked.status_code == 403
    order.refresh_from_db()
    assert order.state == OrderState.AWAITING_APPROVAL


def test_questions_about_credit_are_not_for_resellers(lea: Account) -> None:
    Account.objects.filter(pk=lea.pk).update(needs_reseller_approval=False)
    limits(lea, Decimal(1))
    order = buys(at(lea))
    north = at(lea.parent)

    assert order.state == OrderState.AWAITING_APPROVAL
    assert "No order waits for you" in page(north, HERE)
    assert answers(north, "approve").status_code == 404


def test_the_way_says_how_many_wait(lea: Account) -> None:
    north = at(lea.parent)
    waiting = re.compile(r'class="count">(\d+)<span class="unseen"> orders to approve')

    assert not waiting.search(page(north, "/"))
    for _n in range(2):
        a_submitted_order(account=lea)

    assert waiting.findall(page(north, "/")) == ["2"]
    tab = re.compile(r'>Orders to approve <b class="count">(\d+)</b>')
    assert tab.findall(page(north, "/customers/")) == ["2"]


def test_the_page_needs_as_many_statements_for_many(
    lea: Account, django_assert_num_queries: Any
) -> None:
    for _n in range(3):
        a_submitted_order(account=lea)
    north = at(lea.parent)
    page(north, HERE)

    with django_assert_num_queries(10):
        page(north, HERE)


def test_many_wait_on_pages_that_follow_each_other(lea: Account) -> None:
    orders = [a_submitted_order(account=lea).number for _n in range(ROWS_A_PAGE + 2)]
    north = at(lea.parent)

    first = page(north, HERE)
    following = re.search(r'href="\?(after=\d+)" rel="next"', first)
    assert following is not None
    second = page(north, f"{HERE}?{following[1]}")

    listed = re.compile(r">Order (O-\d+)</a>")
    assert listed.findall(first) == orders[:ROWS_A_PAGE]
    assert listed.findall(second) == orders[ROWS_A_PAGE:]
    assert 'rel="next"' not in second


def test_a_rejection_without_a_reason_stays_on_its_page(lea: Account) -> None:
    for _n in range(ROWS_A_PAGE + 1):
        a_submitted_order(account=lea)
    *_others, before, last = Approval.objects.order_by("pk")
    here = f"{HERE}{last.pk}/reject/?after={before.pk}"
    north = at(lea.parent)

    assert here in page(north, f"{HERE}?after={before.pk}")
    answer = north.post(here, {f"{last.pk}-because": " "})

    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_a_page_on_which_nothing_waits_any_more_leads_to_the_first(
    lea: Account,
) -> None:
    a_submitted_order(account=lea)
    last = Approval.objects.get().pk
    rival = a_reseller(name="Southwind")

    assert at(lea.parent).get(f"{HERE}?after={last}")["Location"] == HERE
    assert at(rival).get(f"{HERE}?after={last}")["Location"] == HERE


def test_whether_orders_wait_is_set_and_told(lea: Account) -> None:
    north = at(lea.parent)
    here = f"/customers/{lea.number}/"

    assert "waits for your yes" in page(north, here)
    answer = north.post(f"{here}approval/", {"needed": "off"})
    assert answer["Location"] == here
    assert "What Lea orders runs at once from now on." in page(north, here)
    assert buys(at(lea)).state == OrderState.EXECUTED
    north.post(f"{here}approval/", {"needed": "on"})
    north.post(f"{here}approval/", {"needed": "on"})

    lea.refresh_from_db()
    assert lea.needs_reseller_approval
    edits = Entry.objects.filter(record_type="accounts.account", verb="edit")
    changes = [each.facts["changes"] for each in edits.order_by("pk")]
    flag = "needs_reseller_approval"
    assert changes == [{flag: [True, False]}, {flag: [False, True]}]


def test_nobody_sets_it_for_others(lea: Account) -> None:
    here = f"/customers/{lea.number}/approval/"
    rival = at(a_reseller(name="Southwind"), MemberRole.ADMIN)

    assert rival.post(here, {"needed": "off"}).status_code == 404
    for client in (at(lea, MemberRole.ADMIN), at(lea.parent, MemberRole.READ_ONLY)):
        assert client.post(here, {"needed": "off"}).status_code == 403
    lea.refresh_from_db()
    assert lea.needs_reseller_approval
    assert not Order.objects.exists()
