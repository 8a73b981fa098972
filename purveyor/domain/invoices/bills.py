"""
Issued invoices as the account that pays them sees them; nobody else does.

Drafts are the distributor's own until they are issued.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import FETCH_RAISE, Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.accounts.models import Account
from purveyor.domain.invoices.lifecycle import InvoiceState
from purveyor.domain.invoices.models import Invoice, InvoiceLine
from purveyor.domain.invoices.queries import BINDING, InvoiceNotFound
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.kernel.money import Money

BILLS_MAX = 50
ROWS_MAX = 500
NEWEST = ("-issue_date", "-pk")


class Standing(StrEnum):
    """How an issued invoice stands; lists are filtered by it. Overdue is unpaid."""

    UNPAID = "unpaid"
    OVERDUE = "overdue"
    PAID = "paid"

    @property
    def label(self) -> str:
        """What a filter calls it."""
        return str(_LABELS[self])


_LABELS = {
    Standing.UNPAID: gettext_lazy("To be paid"),
    Standing.OVERDUE: gettext_lazy("Overdue"),
    Standing.PAID: gettext_lazy("Paid"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which invoices a person looks for; empty: all of them."""

    standing: Standing | None = None
    owner: Account | None = None
    term: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """One issued invoice in plain values."""

    number: str
    issue_date: date
    due_date: date
    receiver_name: str
    po_code: str
    net: Money
    tax: Money
    total: Money
    standing: Standing


@dataclass(frozen=True, slots=True)
class Owed:
    """What is to be paid in one currency: how many invoices, and how many too late."""

    bills_count: int
    overdue_count: int
    total: Money


def list_bills(
    *, payer: Account, wish: Wish, today: date, after: str = "", limit: int = 25
) -> tuple[Bill, ...]:
    """
    Return the issued invoices that an account pays, newest first.

    The next page begins `after` the number of the last row of this one; a number that
    is on no bill of the account begins nowhere, and the list with it.
    """
    bills = _issued_to(payer).filter(_wanted(wish, today)).order_by(*NEWEST)
    if after:
        bills = bills.filter(_older_than(after, payer))
    found = bills.values("pk")[: min(limit, ROWS_MAX)]
    page = Invoice.objects.filter(pk__in=found).select_related("account")
    rows = page.order_by(*NEWEST).fetch_mode(FETCH_RAISE)
    return tuple(bill_of(each, today=today) for each in rows)


def get_billed(*, number: str, payer: Account) -> Invoice:
    """
    Return an issued invoice that an account pays.

    :raises InvoiceNotFound: if there is none, or another account pays it.
    """
    found = _issued_to(payer).filter(number=number)
    invoice = found.select_related("account", "bill_to").first()
    if invoice is None:
        raise InvoiceNotFound(_("There is no such invoice."))
    return invoice


def bill_of(invoice: Invoice, *, today: date) -> Bill:
    """Return an issued invoice in plain values; its account is fetched."""
    issued, due = invoice.issue_date, invoice.due_date
    if invoice.number is None or issued is None or due is None:
        raise InvoiceNotFound(_("There is no such invoice."))
    return Bill(
        number=invoice.number,
        issue_date=issued,
        due_date=due,
        receiver_name=invoice.account.name,
        po_code=invoice.po_code,
        net=Money(invoice.net_amount, invoice.currency),
        tax=Money(invoice.tax_amount, invoice.currency),
        total=invoice.total,
        standing=_standing_of(invoice.state, due, today),
    )


def owed_by(*, payer: Account, today: date) -> tuple[Owed, ...]:
    """
    Return what an account has to pay, a row for each currency.

    Shape:   nothing if all is paid; by currency.
    Units:   amounts with tax, as they stand on the invoices.
    Errors:  none.
    Source:  docs/howto/find-orders-and-invoices.md
    """
    rows = (
        Invoice.objects.filter(bill_to=payer, state=InvoiceState.ISSUED)
        .order_by("currency")
        .values("currency")
        .annotate(
            bills=Count("pk"),
            late=Count("pk", filter=Q(due_date__lt=today)),
            amount=Sum(F("net_amount") + F("tax_amount")),
        )
    )
    return tuple(
        Owed(row["bills"], row["late"], Money(row["amount"], row["currency"]))
        for row in rows
    )


def bills_of_item(*, item: OrderItem, payer: Account) -> tuple[str, ...]:
    """Return the numbers of the issued invoices on which an order item stands."""
    bills = _bills_with(payer, lines__charge__order_item=item)
    return _numbers(bills.filter(state__in=BINDING))


def bills_of_order(*, order: Order, payer: Account) -> tuple[str, ...]:
    """Return the numbers of an order's invoices; one that is a draft yet has none."""
    return _numbers(_bills_with(payer, lines__charge__order_item__order=order))


def _issued_to(payer: Account) -> QuerySet[Invoice]:
    return Invoice.objects.filter(bill_to=payer, state__in=BINDING)


def _older_than(number: str, payer: Account) -> Q:
    """Return the condition for what comes after a bill in the list."""
    last = _issued_to(payer).filter(number=number).values_list("issue_date", "pk")
    day, pk = last.first() or (None, None)
    if day is None:
        return Q(pk__in=())
    # The first condition is implied, but it is the one that an index begins with.
    return Q(issue_date__lte=day) & (Q(issue_date__lt=day) | Q(pk__lt=pk))


def _wanted(wish: Wish, today: date) -> Q:
    wanted = _standing(wish.standing, today) if wish.standing else Q()
    if wish.owner is not None:
        wanted &= Q(account=wish.owner)
    term = wish.term.strip()
    if term:
        numbered = Invoice.objects.filter(number=term.upper())
        is_ordered = Q(charge__order_item__order__number=term.upper())
        is_ordered |= Q(charge__order_item__order__po_code__iexact=term)
        lines = InvoiceLine.objects.filter(is_ordered, counts=True)
        wanted &= Q(pk__in=numbered.values("pk").union(lines.values("invoice")))
    return wanted


def _standing(standing: Standing, today: date) -> Q:
    match standing:
        case Standing.PAID:
            return Q(state=InvoiceState.PAID)
        case Standing.OVERDUE:
            return Q(state=InvoiceState.ISSUED, due_date__lt=today)
    return Q(state=InvoiceState.ISSUED)


def _standing_of(state: str, due: date, today: date) -> Standing:
    if state == InvoiceState.PAID:
        return Standing.PAID
    return Standing.OVERDUE if due < today else Standing.UNPAID


def _bills_with(payer: Account, **charged: Any) -> QuerySet[Invoice]:
    return Invoice.objects.filter(bill_to=payer, lines__counts=True, **charged)


def _numbers(bills: QuerySet[Invoice]) -> tuple[str, ...]:
    rows = bills.order_by("id").values_list("id", "number").distinct()
    return tuple(number or "" for _pk, number in rows[:BILLS_MAX])
