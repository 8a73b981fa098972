"""Sales > Orders: drafts are typed, refused without losing a word, and submitted."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Product
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import cancel_order, cancel_rest
from purveyor.kernel import clock
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import a_price, a_product
from tests.factories.moments import DAN, NOON
from tests.factories.orders import (
    a_draft_order,
    a_part_executed_order,
    a_submitted_order,
    an_execution,
)
from tests.factories.provisioning import a_setup
from tests.support.staff import SALES, queries_of, signed_in, value_of, words

ADD = "bss:orders_order_add"
CHANGE = "bss:orders_order_change"
LIST = "bss:orders_order_changelist"


@pytest.fixture
def sales() -> Client:
    return signed_in(*SALES)


def typed(
    buyer: Account | None, *lines: tuple[Product, object], **fields: object
) -> dict[str, Any]:
    """Return what a browser sends of the form of an order."""
    sent: dict[str, Any] = {
        "account": buyer.pk if buyer else "",
        "bill_to": "",
        "currency": "",
        "recipient": "",
        "po_code": "PO-2030-7",
        "notes": "Call Mia before.",
        "items-TOTAL_FORMS": len(lines),
        "items-INITIAL_FORMS": 0,
        **fields,
    }
    for n, (product, quantity) in enumerate(lines):
        sent[f"items-{n}-product"] = product.pk
        sent[f"items-{n}-quantity"] = quantity
        sent[f"items-{n}-discount_percent"] = ""
    return sent


def test_a_draft_is_created_with_its_items_at_the_prices_of_now(sales: Client) -> None:
    a_setup()
    account, product = an_account(), a_product(price="9.90")

    answer = sales.post(reverse(ADD), typed(account, (product, 10)))

    order = Order.objects.get()
    assert answer["Location"] == reverse(CHANGE, args=[order.pk])
    assert order.state == OrderState.DRAFT
    assert order.bill_to == account
    assert order.currency == "EUR"
    assert [(i.quantity, str(i.unit_price)) for i in order.items.all()] == [
        (10, "9.90")
    ]
    assert "€117.81" in words(sales.get(answer["Location"]))


def test_an_end_customer_is_billed_through_its_reseller(sales: Client) -> None:
    a_setup()
    lea = an_end_customer(reseller=a_reseller())

    sales.post(reverse(ADD), typed(lea, (a_product(), 1)))

    assert Order.objects.get().bill_to == lea.parent


def test_a_draft_is_edited_and_its_items_set_anew(sales: Client) -> None:
    order = a_draft_order(quantity=10)
    item = order.items.get()
    sent = typed(order.account, (item.product, 25), po_code="PO-8")
    sent |= {"items-INITIAL_FORMS": 1, "items-0-id": item.pk, "items-0-order": order.pk}

    sales.post(reverse(CHANGE, args=[order.pk]), sent)

    order.refresh_from_db()
    assert order.po_code == "PO-8"
    assert [line.quantity for line in order.items.all()] == [25]


def test_submit_saves_what_was_typed_and_submits_it(sales: Client) -> None:
    a_setup()

    sent = typed(an_account(), (a_product(), 3), orders_order_submit="1")
    sales.post(reverse(ADD), sent)

    order = Order.objects.get()
    assert order.state == OrderState.SUBMITTED
    assert order.recipient_email.startswith("mia@")


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1000000000", ""])
def test_a_wrong_quantity_is_refused_and_stays_typed(
    sales: Client, quantity: str
) -> None:
    a_setup()

    answer = sales.post(reverse(ADD), typed(an_account(), (a_product(), quantity)))

    assert "The quantity must be a whole number from 1 to 10000." in words(answer)
    assert value_of(answer, "items-0-quantity") == quantity
    assert "Call Mia before." in answer.content.decode()
    assert not Order.objects.exists()


def test_an_unknown_account_is_refused(sales: Client) -> None:
    a_setup()

    answer = sales.post(reverse(ADD), typed(None, (a_product(), 1), account=999_999))

    assert "There is no such account. Choose one from the list." in words(answer)
    assert "PO-2030-7" in answer.content.decode()


def test_an_unpublished_product_is_refused_by_name(sales: Client) -> None:
    a_setup()
    product = a_product(is_published=False)

    answer = sales.post(reverse(ADD), typed(an_account(), (product, 4)))

    assert f"{product.name} is not published and cannot be sold." in words(answer)
    assert "Call Mia before." in answer.content.decode()
    assert not Order.objects.exists()


def test_a_foreign_currency_is_refused_at_its_field(sales: Client) -> None:
    a_setup()
    account, product = an_account(name="Fabrikam"), a_product()
    a_price(product=product, price="11.00", currency="USD")

    answer = sales.post(reverse(ADD), typed(account, (product, 4), currency="USD"))

    told = "Fabrikam is billed in EUR, not in USD. Change the currency."
    assert answer.context["adminform"].form.errors["currency"] == [told]
    assert "Call Mia before." in answer.content.decode()
    assert not Order.objects.exists()


def test_an_empty_order_is_not_submitted_and_nothing_is_lost(sales: Client) -> None:
    a_setup()

    answer = sales.post(reverse(ADD), typed(an_account(), orders_order_submit="1"))

    assert "Add at least one product before you submit the order." in words(answer)
    assert "Call Mia before." in answer.content.decode()
    assert not Order.objects.exists()


def test_a_submitted_order_is_shown_and_can_no_longer_be_edited(sales: Client) -> None:
    order = a_submitted_order()

    page = words(sales.get(reverse(CHANGE, args=[order.pk])))
    answer = sales.post(reverse(CHANGE, args=[order.pk]), typed(order.account))

    assert "Submitted" in page
    assert "Margin €29.00" in page
    assert answer.status_code == 403
    assert order.items.count() == 1


def test_the_shortcuts_follow_the_state_of_the_order(sales: Client) -> None:
    draft, submitted = a_draft_order(), a_submitted_order()

    of_draft = words(sales.get(reverse(CHANGE, args=[draft.pk])))
    of_submitted = words(sales.get(reverse(CHANGE, args=[submitted.pk])))

    assert "Shortcuts" in of_draft
    assert "Execute Order" not in of_draft
    assert "Order Delivery" not in of_draft
    assert "Execute Order" in of_submitted
    assert "Order Delivery" in of_submitted


def test_cancelling_needs_a_reason(sales: Client) -> None:
    order = a_submitted_order()
    dialog = reverse("bss:orders_order_cancel", args=[order.pk])

    refused = sales.post(dialog, {"_form_submitted": "True", "because": " "})
    sales.post(dialog, {"_form_submitted": "True", "because": "Ordered twice"})

    order.refresh_from_db()
    assert "Say why the order is cancelled." in words(refused)
    assert (order.state, order.cancelled_because) == ("CANCELLED", "Ordered twice")


def test_the_rest_is_cancelled_after_a_look_at_what_stays(sales: Client) -> None:
    order = a_part_executed_order()
    dialog = reverse("bss:orders_order_cancel_rest", args=[order.pk])

    asked = words(sales.get(dialog))
    refused = sales.post(dialog, {"_form_submitted": "True", "because": " "})
    sales.post(dialog, {"_form_submitted": "True", "because": "Too dear"})

    stays, _, goes = asked.partition("Will not come")
    assert "10 × BitTitan Mailbox License €99.00 net €117.81 with tax" in stays
    assert "10 × BitTitan User Migration Bundle" in goes
    assert "Say why the order is cancelled." in words(refused)
    order.refresh_from_db()
    assert (order.state, order.cancelled_because) == ("EXECUTED", "Too dear")
    page = sales.get(reverse(CHANGE, args=[order.pk]))
    assert "The rest was cancelled because: Too dear" in words(page)
    assert "Total €117.81" in words(page)
    assert page.content.decode().count(">Cancelled</span>") == 2


def test_only_of_what_is_executed_in_part_the_rest_is_offered(sales: Client) -> None:
    part, whole = a_part_executed_order(), a_submitted_order()

    of_part = words(sales.get(reverse(CHANGE, args=[part.pk])))
    of_whole = words(sales.get(reverse(CHANGE, args=[whole.pk])))

    assert "Cancel the rest" in of_part
    assert "Cancel the rest" not in of_whole


def test_the_list_finds_the_orders_whose_rest_was_cancelled(sales: Client) -> None:
    executed, closed = an_execution().order, a_part_executed_order()
    cancel_rest(order=closed, because="Too dear", actor=DAN, now=NOON)
    cancelled = a_submitted_order()
    cancel_order(order=cancelled, because="Twice", actor=DAN, now=NOON)

    page = words(sales.get(reverse(LIST), {"rest": "cancelled"}))

    assert closed.number in page
    assert executed.number not in page
    assert cancelled.number not in page


def test_a_dialog_that_is_late_says_that_the_rest_was_cancelled(sales: Client) -> None:
    order = a_part_executed_order()
    ticked = list(order.items.filter(state="OPEN").values_list("pk", flat=True))
    dialog = reverse("bss:orders_order_deliver", args=[order.pk])
    seen = value_of(sales.get(dialog), "seen")
    cancel_rest(order=order, because="Too dear", actor=DAN, now=NOON)

    late = sales.post(
        dialog,
        {
            "items": ticked,
            "start_date": clock.today().isoformat(),
            "option": "ISSUE",
            "seen": seen,
        },
    )

    told = words(late)
    assert "The rest of this order was cancelled: Too dear" in told
    assert "10 × BitTitan User Migration Bundle Cancelled" in told
    assert "executed already" not in told
    assert order.executions.count() == 1


def test_a_copy_is_a_new_draft(sales: Client) -> None:
    order = a_submitted_order(quantity=7)

    sales.post(
        reverse("bss:orders_order_copy", args=[order.pk]), {"_form_submitted": "True"}
    )

    copy = Order.objects.exclude(pk=order.pk).get()
    assert copy.state == OrderState.DRAFT
    assert copy.items.get().quantity == 7


@pytest.mark.parametrize("verb", ["execute", "deliver", "copy", "cancel"])
def test_a_person_who_may_only_look_cannot_do(verb: str) -> None:
    order = a_submitted_order()
    auditor = signed_in("orders.view_order")

    answer = auditor.post(reverse(f"bss:orders_order_{verb}", args=[order.pk]))

    assert answer.status_code == 403
    assert "Execute Order" not in words(auditor.get(reverse(CHANGE, args=[order.pk])))


def test_orders_are_found_by_their_number_and_that_of_the_account(
    sales: Client,
) -> None:
    order, other = a_draft_order(), a_draft_order()

    by_order = words(sales.get(reverse(LIST), {"q": order.number.lower()}))
    by_account = words(sales.get(reverse(LIST), {"q": order.account.number}))

    for page in (by_order, by_account):
        assert order.number in page
        assert other.number not in page


def test_who_pays_and_who_gets_the_mail_is_offered_for_an_account(
    sales: Client,
) -> None:
    lea = an_end_customer(reseller=a_reseller())

    offer = sales.get(reverse("bss:orders_order_parties"), {"account": lea.pk}).json()

    assert offer["payer"] == lea.parent_id
    assert {row[0] for row in offer["bill_to"]} == {lea.pk, lea.parent_id}
    assert offer["currency"] == "EUR"


def test_the_list_asks_as_much_for_many_orders_as_for_one(sales: Client) -> None:
    a_draft_order(items=2)
    for_one = queries_of(sales, reverse(LIST))
    for _each in range(4):
        a_draft_order(items=2)

    assert queries_of(sales, reverse(LIST)) == for_one


def test_accounts_are_offered_by_name_while_one_is_typed() -> None:
    north = a_reseller(name="Northwind")
    sales = signed_in(*SALES, "accounts.view_account")
    asked = {
        "term": "northw",
        "app_label": "orders",
        "model_name": "order",
        "field_name": "account",
    }

    offer = sales.get(reverse("bss:autocomplete"), asked).json()

    assert [row["id"] for row in offer["results"]] == [str(north.pk)]
