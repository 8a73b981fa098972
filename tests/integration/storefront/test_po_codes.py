"""Billing > Orders: the PO code that whoever pays writes afterwards."""

from typing import Any

import pytest
from django.test import Client

from purveyor.domain.accounts.models import MemberRole
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import cancel_order
from purveyor.domain.orders.queries import order_as_it_is
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_end_customer
from tests.factories.members import a_visitor
from tests.factories.moments import DAN, NOON
from tests.factories.orders import a_submitted_order, an_execution
from tests.support.shopping import page

pytestmark = pytest.mark.django_db

OFFER = "Add a PO code"


def writes(client: Client, order: Order, code: str) -> Any:
    return client.post(f"/orders/{order.number}/po-code/", {"po_code": code})


def kept(order: Order) -> str:
    return Order.objects.get(pk=order.pk).po_code


@pytest.mark.parametrize(
    "role", [MemberRole.BILLING_AGENT, MemberRole.BUYER, MemberRole.ADMIN]
)
def test_who_looks_after_the_bills_writes_it(role: MemberRole) -> None:
    order = a_submitted_order()
    client = a_visitor(account=order.account, role=role)
    offered = page(client, f"/orders/{order.number}/")

    answer = writes(client, order, " PO-7 ")

    assert OFFER in offered
    assert answer["Location"] == f"/orders/{order.number}/"
    assert kept(order) == "PO-7"
    assert "Change the PO code" in page(client, f"/orders/{order.number}/")
    line = Entry.objects.get(verb="annotate")
    assert (line.actor, line.after) == ("mia@north.example", "PO-7")


def test_it_stands_on_invoices_from_then_on() -> None:
    first = an_execution().order
    client = a_visitor(account=first.account, role=MemberRole.BILLING_AGENT)
    writes(client, first, "PO-7")
    second = a_submitted_order(account=first.account)
    writes(client, second, "PO-8")

    an_execution(order=order_as_it_is(pk=second.pk))

    codes = Invoice.objects.order_by("pk").values_list("po_code", flat=True)
    assert list(codes) == ["", "PO-8"]


def test_who_only_reads_does_not_write_it() -> None:
    order = a_submitted_order()
    client = a_visitor(account=order.account, role=MemberRole.READ_ONLY)

    assert OFFER not in page(client, f"/orders/{order.number}/")
    assert writes(client, order, "PO-7").status_code == 403
    assert kept(order) == ""


def test_it_is_not_asked_for_where_nothing_will_be_billed() -> None:
    order = a_submitted_order()
    cancel_order(order=order, because="Twice", actor=DAN, now=NOON)

    assert OFFER not in page(
        a_visitor(account=order.account), f"/orders/{order.number}/"
    )


def test_it_is_the_payers_to_write() -> None:
    northwind = a_reseller()
    order = a_submitted_order(account=an_end_customer(reseller=northwind, name="Lea"))
    lea = a_visitor(account=order.account, email="lea@lea.example")
    mia = a_visitor(account=northwind)

    refused = writes(lea, order, "PO-7")
    before = kept(order)
    writes(mia, order, "NW-1")

    assert OFFER not in page(lea, f"/orders/{order.number}/")
    assert refused.status_code == 409
    assert "Northwind pays for this order." in refused.text
    assert (before, kept(order)) == ("", "NW-1")


def test_one_that_is_too_long_stays_typed() -> None:
    order = a_submitted_order()

    refused = writes(a_visitor(account=order.account), order, "7" * 61)

    assert refused.status_code == 422
    assert "7" * 61 in refused.text
    assert kept(order) == ""
