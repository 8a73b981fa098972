"""The database itself refuses to change what was billed."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from purveyor.domain.invoices.lifecycle import INVOICE, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice, InvoiceLine
from tests.factories.invoices import a_draft_invoice, an_issued_invoice
from tests.factories.moments import DAN


@pytest.mark.parametrize(
    "change",
    [
        {"number": "INV-999999"},
        {"net_amount": Decimal(1)},
        {"buyer": {"name": "Someone else"}},
        {"issue_date": "2031-01-01"},
        {"state": InvoiceState.DRAFT, "number": None},
        {"state": InvoiceState.VOIDED},
    ],
    ids=" ".join,
)
def test_an_issued_invoice_is_never_changed(change: dict[str, object]) -> None:
    invoice = an_issued_invoice()

    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**change)


def test_an_issued_invoice_can_be_paid(now: datetime) -> None:
    invoice = an_issued_invoice()

    INVOICE.advance(invoice, "pay", actor=DAN, at=now)

    assert Invoice.objects.get().state == InvoiceState.PAID


def test_a_draft_can_still_be_changed() -> None:
    draft = a_draft_invoice()

    assert Invoice.objects.filter(pk=draft.pk).update(po_code="PO-2") == 1


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Charge, {"net_amount": Decimal(1)}),
        (Charge, {"quantity": 1}),
        (Charge, {"cost_amount": Decimal(1)}),
        (Charge, {"product": F("product")}),
        (InvoiceLine, {"position": 9}),
    ],
)
def test_amounts_and_lines_are_never_changed(model, change) -> None:
    an_issued_invoice()

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**change)


@pytest.mark.skipif(
    "sqlite" in connection.vendor, reason="SQLite empties tables by DELETE after tests"
)
def test_an_issued_invoice_is_never_deleted() -> None:
    invoice = an_issued_invoice()
    invoice.lines.all().delete()

    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).delete()
