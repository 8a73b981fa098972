"""
How an invoice is written: what of the day is frozen on it, what it takes, its number.

Parts of operations, which open the transaction; several invoices need no more
statements than one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Organization
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import (
    INVOICE_NUMBERS,
    Charge,
    Invoice,
    InvoiceLine,
)
from purveyor.domain.invoices.queries import current_buyers, current_seller
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.operations import line
from purveyor.kernel.money import total
from purveyor.kernel.rows import insert_all, insert_each

LINES_MAX = 2_000


class TooManyLines(Refused):
    """An invoice holds a bounded number of lines."""

    code = "invoices.too_many_lines"


class ChargesDiffer(Refused):
    """Charges for different payers or in different currencies share no invoice."""

    code = "invoices.charges_differ"


class ChargeNotPending(Refused):
    """A charge is on another invoice already, or was dropped."""

    code = "invoices.charge_not_pending"


class ProfileMissing(Refused):
    """An invoice cannot be issued before the seller is known."""

    code = "invoices.profile_missing"


def write_invoices(
    *,
    bills: Sequence[Sequence[Charge]],
    is_issued: bool,
    told: list[Entry],
    actor: str,
    now: datetime,
) -> list[Invoice]:
    """
    Write an invoice with its lines for each bill; `told` gets their journal lines.

    The charges are taken already. What can be refused comes before the numbers.
    """
    if not bills:
        return []
    invoices = [_invoice_of(charges, at=now) for charges in bills]
    if is_issued:
        _freeze(invoices, bills, at=now)
        _number(invoices)
    insert_all(invoices)
    lines = (
        InvoiceLine(invoice_id=invoice.pk, charge_id=charge.pk, position=position)
        for invoice, charges in zip(invoices, bills, strict=True)
        for position, charge in enumerate(charges, start=1)
    )
    insert_each(InvoiceLine, lines, count=sum(map(len, bills)))
    verb = "issue" if is_issued else "create"
    told += [_line(invoice, verb, actor=actor, at=now) for invoice in invoices]
    return invoices


def frozen_facts(
    *, bills: Sequence[tuple[int, Iterable[Charge]]], at: datetime
) -> list[dict[str, Any]]:
    """
    Return what each invoice keeps of the day of its issue.

    Shape:  pairs of a payer's id and the charges; their orders are fetched.
    :raises ProfileMissing: if the organization profile is not filled in.
    """
    organization = Organization.objects.defer("logo").first()
    if organization is None:
        raise ProfileMissing(
            _("An invoice names its seller, and the seller is not known yet. ")
            + _("Fill in Setup > Organization profile, then try again.")
        )
    seller, issue_date = current_seller(organization).to_json(), clock.day_of(at)
    return [
        {
            "seller": seller,
            "buyer": buyer.to_json(),
            "issue_date": issue_date,
            "due_date": issue_date + timedelta(days=buyer.payment_days),
        }
        for buyer in current_buyers(bills=bills)
    ]


def _freeze(
    invoices: Sequence[Invoice], bills: Sequence[Sequence[Charge]], *, at: datetime
) -> None:
    payers = [invoice.bill_to_id for invoice in invoices]
    facts = frozen_facts(bills=list(zip(payers, bills, strict=True)), at=at)
    for invoice, frozen in zip(invoices, facts, strict=True):
        _set(invoice, {"state": InvoiceState.ISSUED, **frozen})


def _number(invoices: Sequence[Invoice]) -> None:
    """Give each its number; from here on others who issue have to wait."""
    numbers = INVOICE_NUMBERS.take(len(invoices))
    for invoice, number in zip(invoices, numbers, strict=True):
        invoice.number = number


def _line(invoice: Invoice, verb: str, *, actor: str, at: datetime) -> Entry:
    return line(
        invoice,
        verb,
        actor=actor,
        at=at,
        after=invoice.state,
        total=str(invoice.total.amount),
        currency=invoice.currency,
    )


def _invoice_of(charges: Sequence[Charge], *, at: datetime) -> Invoice:
    bill_to_id, currency = _shared_payer(charges)
    accounts = {charge.account_id for charge in charges}
    po_codes = {charge.execution.order.po_code for charge in charges}
    return Invoice(
        account_id=accounts.pop() if len(accounts) == 1 else bill_to_id,
        bill_to_id=bill_to_id,
        currency=currency,
        po_code=po_codes.pop() if len(po_codes) == 1 else "",
        net_amount=total((charge.net for charge in charges), currency).amount,
        tax_amount=total((charge.tax for charge in charges), currency).amount,
        created_at=at,
    )


def _shared_payer(charges: Sequence[Charge]) -> tuple[int, str]:
    if len(charges) > LINES_MAX:
        raise TooManyLines(
            _("An invoice holds at most %(limit)s lines, and these are %(count)s. ")
            % {"limit": LINES_MAX, "count": len(charges)}
            + _("Choose fewer charges."),
            limit=LINES_MAX,
            count=len(charges),
        )
    payers = {(charge.bill_to_id, charge.currency) for charge in charges}
    if len(payers) > 1:
        raise ChargesDiffer(
            _("One invoice has one payer and one currency. ")
            + _("Choose charges that are billed to the same account, in one currency."),
            payers=len({payer for payer, _currency in payers}),
            currencies=sorted({currency for _payer, currency in payers}),
        )
    return payers.pop()


def take_pending(charges: Sequence[Charge]) -> None:
    """Put pending charges on an invoice, once: compare and set on all of them."""
    pending = Charge.objects.filter(
        pk__in=[charge.pk for charge in charges], state=ChargeState.PENDING
    )
    taken = pending.update(state=ChargeState.INVOICED)
    if taken != len(charges):
        raise ChargeNotPending(
            _("%(count)s of these charges are on an invoice already or were dropped. ")
            % {"count": len(charges) - taken}
            + _("Reload the page and choose again."),
            count=len(charges) - taken,
        )
    for charge in charges:
        charge.state = ChargeState.INVOICED


def _set(record: Invoice, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
