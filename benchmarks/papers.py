"""
What an office keeps beside its orders and assets: as many of each as there are orders.

Nine in ten charges are invoiced, one in ten waits. One in twenty invoices is a draft,
the others are issued. As many orders again await approval, and as many were submitted
with an item that only staff executes.
"""

from decimal import Decimal

from benchmarks.copies import copy_rows, link_to_copy, settle
from benchmarks.crowd import BUYER, DAYS_AGO, NAME, Crowd
from purveyor.domain.accounts.models import Contact
from purveyor.domain.catalogue.models import Assignment
from purveyor.domain.invoices.models import InvoiceLine
from purveyor.domain.orders.models import Approval, Order
from purveyor.kernel import clock
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import an_account
from tests.factories.catalogue import MAILBOX, a_price, a_price_list, a_product
from tests.factories.notifications import a_message
from tests.factories.orders import a_submitted_order, is_executed_by_hand

NOW = f"'{clock.now().isoformat()}'::timestamptz"
THEN = f"{NOW} {DAYS_AGO}"
IS_DRAFT = "n % 20 = 0"


def write_papers(crowd: Crowd) -> None:
    """Write for each order what follows from it, and for each account its own."""
    span = range(1, crowd.size + 1)
    _write_bills(span)
    _write_messages(span)
    _write_journal(span)
    _add_people(span)
    _add_price_lists(crowd, span)
    _ask_for_approval(span)
    _leave_to_staff(span)
    settle()


def _write_bills(span: range) -> None:
    line = InvoiceLine.objects.select_related("invoice", "charge").get()
    payer = {"account_id": BUYER, "bill_to_id": BUYER}
    copy_rows(
        line.charge,
        span,
        order_item_id=link_to_copy(),
        state="CASE WHEN n % 10 = 0 THEN 'PENDING' ELSE 'INVOICED' END",
        created_at=THEN,
        **payer,
    )
    copy_rows(
        line.invoice,
        span,
        number=_unless_draft("'INV-' || lpad((50000 + n)::text, 7, '0')"),
        state=f"CASE WHEN {IS_DRAFT} THEN 'DRAFT' ELSE 'ISSUED' END",
        created_at=THEN,
        issue_date=_unless_draft(f"({THEN})::date"),
        due_date=_unless_draft(f"({THEN})::date + 30"),
        **payer,
    )
    copy_rows(line, span, charge_id=link_to_copy(), invoice_id=link_to_copy())


def _unless_draft(value: str) -> str:
    return f"CASE WHEN {IS_DRAFT} THEN NULL ELSE {value} END"


def _write_messages(span: range) -> None:
    copy_rows(
        a_message(),
        span,
        about_id=link_to_copy(),
        about_label="'AS-' || lpad((50000 + n)::text, 7, '0') || '-1'",
        account_id=BUYER,
        order_id=link_to_copy(),
        asset_id=link_to_copy(),
        recipient="n || '@people.example'",
        message_id="n || '@purveyor.example'",
        state="CASE WHEN n % 50 = 0 THEN 'FAILED' ELSE 'SENT' END",
        created_at=THEN,
        sent_at=THEN,
        due_at="NULL",
    )


def _write_journal(span: range) -> None:
    copy_rows(
        Entry.objects.filter(record_type=Order._meta.label_lower)[:1].get(),
        span,
        at=THEN,
        actor="'person' || n % 20 || '@aurora.example'",
        record_id=link_to_copy(),
        record_label="'order O-' || lpad((50000 + n)::text, 7, '0')",
        news_due_at="NULL",
    )


def _add_people(span: range) -> None:
    copy_rows(
        Contact.objects.earliest("pk"),
        span,
        account_id=BUYER,
        first_name="(ARRAY['Mia','Tom','Lea','Dan','Eve'])[1 + n % 5]",
        last_name="'Miller' || n",
        email="n || '@people.example'",
    )


def _add_price_lists(crowd: Crowd, span: range) -> None:
    price_list = a_price_list(name="Copied", account=crowd.account)
    price = a_price(product=a_product(), price="9.50", on=price_list)
    copy_rows(price_list, span, name=f"n || ' ' || {NAME}")
    copy_rows(price, span, price_list_id=link_to_copy())
    copy_rows(
        Assignment.objects.get(price_list=price_list),
        span,
        price_list_id=link_to_copy(),
        account_id=link_to_copy(),
    )


def _ask_for_approval(span: range) -> None:
    poor = an_account(name="Poor", credit_limit=Decimal(1))
    order = a_submitted_order(account=poor)
    asked = _further(span, 1)
    _copy_order(order, asked)
    copy_rows(
        Approval.objects.get(order=order), asked, order_id=link_to_copy(), asked_at=THEN
    )


def _leave_to_staff(span: range) -> None:
    is_executed_by_hand(external_id=MAILBOX)
    _copy_order(a_submitted_order(), _further(span, 2))


def _further(span: range, times: int) -> range:
    """Return as many numbers, behind those that are taken."""
    return range(span[0] + times * len(span), span[-1] + 1 + times * len(span))


def _copy_order(order: Order, span: range) -> None:
    copy_rows(
        order,
        span,
        number="'O-' || lpad((50000 + n)::text, 7, '0')",
        account_id=BUYER,
        bill_to_id=BUYER,
        created_at=THEN,
        submitted_at=THEN,
    )
    copy_rows(order.items.get(), span, order_id=link_to_copy())
