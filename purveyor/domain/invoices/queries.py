"""Read charges and invoices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, FilteredRelation, Min, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account, Organization
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice, InvoiceLine
from purveyor.domain.invoices.paper import (
    PAYMENT_DAYS_DEFAULT,
    Buyer,
    DocumentLine,
    InvoiceDocument,
    Seller,
)
from purveyor.kernel import clock
from purveyor.kernel.errors import NotFound
from purveyor.kernel.money import Money

PENDING_ROWS_MAX = 500
MONTHS_MAX = 60
COUNT_MAX = 1_000
BINDING = (InvoiceState.ISSUED, InvoiceState.PAID)

# The states in which an invoice looks like one, but nobody has to pay it.
WATERMARKS = {InvoiceState.DRAFT: "Draft", InvoiceState.VOIDED: "Voided"}


class InvoiceNotFound(NotFound):
    """There is no such invoice, or the viewer may not see it."""

    code = "invoices.not_found"


@dataclass(frozen=True, slots=True)
class PendingRow:
    """What waits to be billed to one account, in one currency."""

    bill_to_id: int
    bill_to_number: str
    bill_to_name: str
    charges_count: int
    net: Money
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class MonthRow:
    """What was invoiced in one month, in one currency, without tax."""

    month: date
    currency: str
    net: Money


def get_invoice(*, pk: int, seen_by: int | None) -> Invoice:
    """
    Return one invoice, if this account may see it; staff pass None.

    An account sees what it has to pay itself, a reseller also what its end customers
    have to pay; drafts are for staff.

    :raises InvoiceNotFound: if there is none, or the viewer may not see it.
    """
    invoice = (
        Invoice.objects.filter(_visible_to(seen_by), pk=pk)
        .select_related("account", "bill_to")
        .first()
    )
    if invoice is None:
        raise InvoiceNotFound(_("There is no such invoice."))
    return invoice


def invoice_document(*, invoice: Invoice) -> InvoiceDocument:
    """
    Return everything that stands on an invoice, as plain values.

    An issued one shows seller and buyer as they were frozen; a draft as they are now.
    """
    lines = list(
        InvoiceLine.objects.filter(invoice=invoice)
        .select_related("charge__execution__order")
        .order_by("position")
    )
    organization = Organization.objects.first()
    seller, buyer = _parties_of(invoice, lines, organization)
    return InvoiceDocument(
        language=settings.LANGUAGE_CODE,
        watermark=WATERMARKS.get(InvoiceState(invoice.state), ""),
        number=invoice.number or "",
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        po_code=invoice.po_code,
        currency=invoice.currency,
        seller=seller,
        buyer=buyer,
        logo=bytes(organization.logo) if organization and organization.logo else None,
        lines=tuple(_document_line(line.charge, buyer) for line in lines),
        made_at=invoice.created_at,
    )


def current_seller(organization: Organization | None) -> Seller:
    """Return the distributor as it is today; empty before its profile is filled in."""
    if organization is None:
        return Seller()
    return Seller(
        name=organization.name,
        address=_address(
            organization.line1,
            organization.line2,
            f"{organization.postcode} {organization.city}",
        ),
        country=organization.country,
        tax_number=organization.tax_number,
        email=organization.email,
        phone=organization.phone,
        website=organization.website,
        bank_account=organization.bank_account,
        footer=organization.invoice_footer,
    )


def po_codes_of(orders: Iterable[tuple[str, str]]) -> dict[str, str]:
    """
    Return by order number what the buyer calls the orders of one invoice.

    Shape:   pairs of an order's number and its PO code.
    Units:   none if all have the same one: that stands on the invoice itself.
    Errors:  none.
    Source:  docs/explanation/invoices.md
    """
    codes = dict(orders)
    if len(set(codes.values())) == 1:
        return {}
    return {number: code for number, code in codes.items() if code}


def current_buyer(*, bill_to_id: int) -> Buyer:
    """Return who pays, as it is today."""
    return _buyer(_account_rows({bill_to_id}), bill_to_id)


def current_buyers(*, bills: Iterable[tuple[int, Iterable[Charge]]]) -> list[Buyer]:
    """
    Return who pays each bill, as it is today, for whom and by which PO codes.

    One statement for all: it is part of every execution that issues an invoice.

    Shape:  pairs of a payer's id and the charges; their orders are fetched.
    """
    billed = [(payer, list(charges)) for payer, charges in bills]
    pks = {charge.account_id for _payer, charges in billed for charge in charges}
    rows = _account_rows(pks | {payer for payer, _charges in billed})
    return [_buyer(rows, payer, charges) for payer, charges in billed]


def _buyer(
    rows: Mapping[int, Mapping[str, Any]],
    payer_id: int,
    charges: Iterable[Charge] = (),
) -> Buyer:
    payer = rows[payer_id]
    days = payer["payment_method__payment_days"]
    orders = {charge.execution.order: charge.account_id for charge in charges}
    return Buyer(
        name=payer["name"],
        address=_address(
            payer["billing__line1"],
            payer["billing__line2"],
            f"{payer['billing__postcode'] or ''} {payer['billing__city'] or ''}",
            payer["billing__region"],
        ),
        country=payer["billing__country"] or "",
        tax_number=payer["tax_number"],
        number=payer["number"],
        payment_method=payer["payment_method__name"] or "",
        payment_days=PAYMENT_DAYS_DEFAULT if days is None else days,
        delivered_to={
            order.number: f"{rows[pk]['name']} ({rows[pk]['number']})"
            for order, pk in orders.items()
            if pk != payer_id
        },
        po_codes=po_codes_of((order.number, order.po_code) for order in orders),
    )


def pending_by_bill_to(*, limit: int = PENDING_ROWS_MAX) -> tuple[PendingRow, ...]:
    """
    Return what can be billed now, by payer and currency, oldest first.

    Charges that wait for their delivery are not among it.
    """
    rows = (
        Charge.objects.filter(state=ChargeState.PENDING, waits_for_delivery=False)
        .values("bill_to_id", "bill_to__number", "bill_to__name", "currency")
        .annotate(
            charges_count=Count("id"),
            net_sum=Sum("net_amount"),
            oldest_at=Min("created_at"),
        )
        .order_by("oldest_at", "bill_to_id", "currency")
    )[: min(limit, PENDING_ROWS_MAX)]
    return tuple(
        PendingRow(
            bill_to_id=row["bill_to_id"],
            bill_to_number=row["bill_to__number"],
            bill_to_name=row["bill_to__name"],
            charges_count=row["charges_count"],
            net=Money(row["net_sum"], row["currency"]),
            oldest_at=row["oldest_at"],
        )
        for row in rows
    )


def pending_totals() -> tuple[Money, ...]:
    """Return what waits to be invoiced, without tax, whoever pays; by currency."""
    rows = (
        Charge.objects.filter(state=ChargeState.PENDING, waits_for_delivery=False)
        .values("currency")
        .annotate(net_sum=Sum("net_amount"))
        .order_by("currency")
    )
    return tuple(Money(row["net_sum"], row["currency"]) for row in rows)


def count_drafts(*, limit: int = COUNT_MAX) -> int:
    """Return how many invoices are drafts, at most a limit."""
    return Invoice.objects.filter(state=InvoiceState.DRAFT).order_by()[:limit].count()


def invoiced_by_month(*, now: datetime, months: int = 12) -> tuple[MonthRow, ...]:
    """
    Return what was invoiced in each of the last months, this one included.

    Shape:   one row for every month and every currency that was used in the span, so
             a chart has no holes; oldest month first, then by currency.
    Units:   net amounts; months by invoice date, where the distributor works.
    Errors:  none; more than `MONTHS_MAX` months are cut to that.
    Source:  the numbers on the BSS dashboard
    """
    span = months_until(day=clock.day_of(now), count=min(months, MONTHS_MAX))
    sums = {
        (row["month"], row["currency"]): Money(row["net_sum"], row["currency"])
        for row in Invoice.objects.filter(state__in=BINDING, issue_date__gte=span[0])
        .annotate(month=TruncMonth("issue_date"))
        .values("month", "currency")
        .annotate(net_sum=Sum("net_amount"))
    }
    currencies = sorted({currency for _month, currency in sums})
    return tuple(
        MonthRow(
            month, currency, sums.get((month, currency), Money(Decimal(0), currency))
        )
        for month in span
        for currency in currencies
    )


def months_until(*, day: date, count: int) -> list[date]:
    """Return the first days of so many months, the last one that of the day."""
    last = day.year * 12 + day.month - 1
    numbers = range(last - count + 1, last + 1)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _visible_to(seen_by: int | None) -> Q:
    if seen_by is None:
        return Q()
    return Q(state__in=BINDING) & (Q(bill_to=seen_by) | Q(bill_to__parent=seen_by))


def _parties_of(
    invoice: Invoice, lines: list[InvoiceLine], organization: Organization | None
) -> tuple[Seller, Buyer]:
    if invoice.state in BINDING:
        return Seller.from_json(invoice.seller), Buyer.from_json(invoice.buyer)
    charges = [line.charge for line in lines]
    (buyer,) = current_buyers(bills=[(invoice.bill_to_id, charges)])
    return current_seller(organization), buyer


def _document_line(charge: Charge, buyer: Buyer) -> DocumentLine:
    order_number = charge.execution.order.number
    named_by = (order_number, str(charge.account_id))  # so before 2026.2: by its id
    names = (buyer.delivered_to.get(each, "") for each in named_by)
    return DocumentLine(
        description=charge.description,
        order_number=order_number,
        delivered_to=next(filter(None, names), ""),
        quantity=charge.quantity,
        unit_price=Money(charge.unit_price, charge.currency),
        discount_percent=charge.discount_percent,
        net=charge.net,
        tax_name=charge.tax_name,
        tax_percent=charge.tax_percent,
        tax=charge.tax,
        po_code=buyer.po_codes.get(order_number, ""),
    )


def _account_rows(pks: set[int]) -> dict[int, Mapping[str, Any]]:
    billing = FilteredRelation("addresses", condition=Q(addresses__is_billing=True))
    rows = (
        Account.objects.filter(pk__in=pks)
        .annotate(billing=billing)
        .values(
            "pk",
            "number",
            "name",
            "tax_number",
            "payment_method__name",
            "payment_method__payment_days",
            "billing__line1",
            "billing__line2",
            "billing__postcode",
            "billing__city",
            "billing__region",
            "billing__country",
        )
    )
    return {row["pk"]: row for row in rows}


def _address(*lines: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines if line and line.strip())
