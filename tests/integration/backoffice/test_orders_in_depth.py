"""Prices by permission, notes, status labels, orders that wait for staff."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.catalogue.models import ProductType
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.labels import (
    establish_labels,
)
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order, OrderItem, StatusLabel
from purveyor.domain.orders.queries import (
    name_of_status,
)
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel.attachments.queries import attachments_of
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product, a_product_type
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import (
    a_draft_order,
    a_label,
    a_submitted_order,
    an_execution,
    is_executed_by_hand,
)
from tests.factories.provisioning import a_setup
from tests.support.staff import (
    SALES,
    queries_of,
    signed_in,
    value_of,
    words,
)

CHANGE = "bss:orders_order_change"
ADD = "bss:orders_order_add"
LIST = "bss:orders_order_changelist"
PRICE, DISCOUNT = "orders.change_price", "orders.give_discount"
ASKED = {"_form_submitted": "True"}


@pytest.fixture
def sales() -> Client:
    return signed_in(*SALES)


def typed(order: Order | None = None, /, **fields: object) -> dict[str, Any]:
    """Return what a browser sends of an order with one line."""
    item = order.items.get() if order else None
    account = order.account if order else an_account()
    return {
        "account": account.pk,
        "bill_to": "",
        "currency": "",
        "recipient": "",
        "po_code": "",
        "notes": "",
        "items-TOTAL_FORMS": 1,
        "items-INITIAL_FORMS": 1 if item else 0,
        "items-0-id": item.pk if item else "",
        "items-0-order": order.pk if order else "",
        "items-0-product": a_product().pk,
        "items-0-quantity": 10,
        **fields,
    }


def page_of(order: Order) -> str:
    return reverse(CHANGE, args=[order.pk])


# ------------------------------------------------------------------ price and discount


def test_who_may_writes_another_price_and_a_discount() -> None:
    a_setup()
    boss = signed_in(*SALES, PRICE, DISCOUNT)
    sent = {"items-0-agreed_price": "8.50", "items-0-discount_percent": "5"}

    answer = boss.post(reverse(ADD), typed(None, **sent))

    item = OrderItem.objects.get()
    assert (str(item.unit_price), str(item.list_price)) == ("8.50", "9.90")
    assert str(item.discount_percent) == "5.00"
    assert value_of(boss.get(answer["Location"]), "items-0-agreed_price") == "8.50"


def test_an_empty_price_is_that_of_the_list() -> None:
    a_setup()
    boss = signed_in(*SALES, PRICE)

    answer = boss.post(reverse(ADD), typed(None, **{"items-0-agreed_price": ""}))

    page = boss.get(answer["Location"])
    assert str(OrderItem.objects.get().unit_price) == "9.90"
    assert value_of(page, "items-0-agreed_price") == ""
    assert 'placeholder="9.90"' in page.content.decode()


def test_who_may_not_reads_them_as_text_and_whatever_is_sent_is_ignored(
    sales: Client,
) -> None:
    order = a_draft_order()
    sent = {"items-0-agreed_price": "0.01", "items-0-discount_percent": "99"}

    sales.post(page_of(order), typed(order, **sent))

    item, page = order.items.get(), sales.get(page_of(order))
    assert (str(item.unit_price), item.list_price) == ("9.90", None)
    assert item.discount_percent == 0
    assert "items-0-agreed_price" not in page.content.decode()
    assert "items-0-discount_percent" not in page.content.decode()
    assert "€9.90" in words(page)


def test_what_somebody_else_has_agreed_stays_while_the_product_does(
    sales: Client,
) -> None:
    order = a_draft_order()
    boss = signed_in(*SALES, PRICE, DISCOUNT, email="boss@distributor.example")
    sent = {"items-0-agreed_price": "8.50", "items-0-discount_percent": "5"}
    boss.post(page_of(order), typed(order, **sent))

    sales.post(page_of(order), typed(order, **{"items-0-quantity": 20}))

    item = order.items.get()
    assert (item.quantity, str(item.unit_price)) == (20, "8.50")
    assert str(item.discount_percent) == "5.00"

    other = a_product(external_id="BT-UMB")
    sales.post(page_of(order), typed(order, **{"items-0-product": other.pk}))

    item = order.items.get()
    assert not item.is_priced_by_hand
    assert item.discount_percent == 0


@pytest.mark.parametrize("price", ["-1", "x", "1.005", "99999999"])
def test_a_wrong_price_is_refused_and_stays_typed(price: str) -> None:
    a_setup()
    boss = signed_in(*SALES, PRICE)

    answer = boss.post(reverse(ADD), typed(None, **{"items-0-agreed_price": price}))

    assert "A price is from 0 to below 10,000,000, with two decimals." in words(answer)
    assert value_of(answer, "items-0-agreed_price") == price
    assert not Order.objects.exists()


# ------------------------------------------------------------------ notes, copy


def test_notes_and_po_code_are_written_in_any_state(sales: Client) -> None:
    order = an_execution().order
    dialog = reverse("bss:orders_order_annotate", args=[order.pk])
    sent = {**ASKED, "po_code": "PO-77", "notes": "Call Mia."}

    sales.post(dialog, sent)

    order.refresh_from_db()
    assert (order.po_code, order.notes) == ("PO-77", "Call Mia.")
    assert value_of(sales.get(dialog), "po_code") == "PO-77"
    assert "Call Mia." in words(sales.get(page_of(order)))
    history = words(sales.get(reverse("bss:orders_order_history", args=[order.pk])))
    assert "hanged notes or PO code" in history
    assert "PO-77" in history


def test_a_po_code_that_is_too_long_is_told_in_the_dialog(sales: Client) -> None:
    order = a_submitted_order()
    dialog = reverse("bss:orders_order_annotate", args=[order.pk])

    answer = sales.post(dialog, {**ASKED, "po_code": "P" * 61, "notes": "kept"})

    assert "at most 60 characters" in words(answer)
    assert "kept" in answer.content.decode()


# ------------------------------------------------------------------ status labels


def test_an_order_is_given_a_label_and_lists_filter_by_it() -> None:
    sales = signed_in(*SALES, "orders.label_order")
    order, other = a_submitted_order(), a_submitted_order()
    label = a_label("Waits for payment")
    a_label("Handed over", state=OrderState.EXECUTED)
    dialog = reverse("bss:orders_order_relabel", args=[order.pk])

    asked = words(sales.get(dialog))
    sales.post(dialog, {**ASKED, "label": label.pk})

    assert "Waits for payment" in asked
    assert "Handed over" not in asked
    assert "Waits for payment" in words(sales.get(page_of(order)))
    found = words(sales.get(reverse(LIST), {"status": label.pk}))
    assert order.number in found
    assert other.number not in found


def test_a_label_of_another_type_cannot_be_chosen() -> None:
    sales = signed_in(*SALES, "orders.label_order")
    order, label = (
        a_submitted_order(),
        a_label("Handed over", state=OrderState.EXECUTED),
    )
    dialog = reverse("bss:orders_order_relabel", args=[order.pk])

    answer = sales.post(dialog, {**ASKED, "label": label.pk})

    assert "The order is in another status by now." in words(answer)
    assert name_of_status(order) == "Submitted"


def test_labels_are_set_up_by_administrators(staff) -> None:
    establish_labels()
    administrator = staff("Administrator")
    add = reverse("bss:orders_statuslabel_add")
    sent = {"name": "Received", "system_type": "SUBMITTED", "position": 5}
    sent |= {"is_default": "on", "is_active": "on", "is_storefront_visible": "on"}

    administrator.post(add, sent)

    made = StatusLabel.objects.get(name="Received")
    former = StatusLabel.objects.get(name="Submitted")
    assert (made.is_default, former.is_default) == (True, False)
    again = words(administrator.post(add, sent))
    assert "This type has a label of that name." in again
    page = administrator.get(reverse("bss:orders_statuslabel_changelist"))
    assert "Received" in words(page)
    assert staff("Sales").get(add).status_code == 403


# ------------------------------------------------------------------ waiting for staff


def test_whether_orders_wait_for_staff_is_set_on_the_product_type(staff) -> None:
    administrator, product_type = staff("Administrator"), a_product_type()
    page = reverse("bss:catalogue_producttype_change", args=[product_type.pk])

    administrator.post(page, {"is_executed_by_hand": "on", "name": "Mine"})

    product_type.refresh_from_db()
    assert product_type.is_executed_by_hand
    assert product_type.name == "BitTitan Mailbox License"  # the vendor says that
    assert "Non-automatic" in words(
        administrator.get(reverse("bss:catalogue_producttype_changelist"))
    )
    administrator.post(page, {})
    assert not ProductType.objects.get().is_executed_by_hand


def test_orders_that_wait_for_staff_have_their_page(sales: Client) -> None:
    plain, waiting = a_submitted_order(), a_submitted_order(items=2)
    is_executed_by_hand()
    page = reverse("bss:manual_orders")

    shown = words(sales.get(page))
    an_execution(order=Order.objects.get(pk=waiting.pk))
    empty = words(sales.get(page))

    assert waiting.number in shown
    assert "10 × BitTitan User Migration Bundle" in shown
    assert "10 × BitTitan Mailbox License" not in shown
    assert plain.number not in shown
    assert "Nothing waits for staff" in empty


def test_the_page_asks_as_much_for_many_orders_as_for_one(sales: Client) -> None:
    is_executed_by_hand(external_id="BT-MAILBOX")
    page = reverse("bss:manual_orders")
    a_submitted_order()
    for_one = queries_of(sales, page)
    for _each in range(3):
        a_submitted_order()

    assert queries_of(sales, page) == for_one


# ------------------------------------------------------------------ executions


def test_the_page_says_what_each_execution_delivered_and_billed(
    sales: Client, now: datetime
) -> None:
    order = a_submitted_order(items=2, quantity=3)
    first, second = order.items.order_by("position")
    for item, option in ((first, InvoiceOption.ISSUE), (second, InvoiceOption.NONE)):
        plan = ExecutionPlan(TODAY, option)
        execute_order(order=order, plan=plan, only=[item.pk], actor=DAN, now=now)

    page = words(sales.get(page_of(order)))

    told = page[page.index("Executions") :]
    assert told.index("3 × BitTitan User Migration") < told.index("3 × BitTitan Mail")
    assert "€29.70 net waits under Pending invoices" in told
    assert "INV-000001 €35.34" in told


def test_the_page_of_an_order_asks_as_much_for_many_items_as_for_few(
    sales: Client,
) -> None:
    few, many = an_execution(items=2).order, an_execution(items=12).order

    assert queries_of(sales, page_of(many)) == queries_of(sales, page_of(few))


# ------------------------------------------------------------------ attachments


def test_a_file_is_attached_to_an_order_in_any_state_and_handed_out(
    sales: Client,
) -> None:
    order = an_execution().order
    file = SimpleUploadedFile("order.pdf", b"%PDF-1.7 on paper")

    sales.post(reverse("bss:add_order_file", args=[order.pk]), {**ASKED, "file": file})

    (attached,) = attachments_of(order)
    address = reverse("bss:read_order_file", args=[order.pk, attached.pk])
    answer = sales.get(address)
    assert "order.pdf" in words(sales.get(page_of(order)))
    assert answer["Content-Disposition"] == 'attachment; filename="order.pdf"'
    assert (
        signed_in("accounts.view_account", email="b@c.example").get(address).status_code
        == 403
    )
