"""Numbers and codes in the tables of the Storefront."""

import pytest

from purveyor.domain.orders.models import Order
from tests.factories.invoices import an_issued_invoice
from tests.factories.members import a_visitor
from tests.support.shopping import page

pytestmark = pytest.mark.django_db


def test_no_line_breaks_in_a_number_or_a_code() -> None:
    invoice = an_issued_invoice(po_code="PO-7-2030")
    order = Order.objects.get()
    client = a_visitor(account=invoice.account)

    pages = {
        "/orders/": order.number,
        "/invoices/": invoice.number,
        f"/invoices/{invoice.number}/": order.number,
    }

    for address, number in pages.items():
        shown = page(client, address)
        for code in ("PO-7-2030", number):
            assert f'<span class="whole">{code}</span>' in shown, address
