"""
Write charges and invoices: one verb, one transaction each.

`charge_items` and `bill` are part of an execution, whose transaction they join
without a savepoint: if they refuse, the whole execution is undone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Organization
from purveyor.domain.invoices.lifecycle import (
    CHARGE,
    INVOICE,
    ChargeState,
    InvoiceState,
)
from purveyor.domain.invoices.models import (
    INVOICE_NUMBERS,
    Charge,
    Invoice,
    InvoiceLine,
)
from purveyor.domain.invoices.queries import current_buyer, current_seller, order_facts
from purveyor.domain.orders.models import Execution, OrderItem
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.operations import line, log, log_all
from purveyor.kernel.money import total

LINES_MAX = 2_000


class NothingToBill(Refused):
    """An invoice needs at least one charge."""

    code = "invoices.nothing_to_bill"


class TooManyLines(Refused):
    """An invoice holds a bounded number of lines."""

    code = "invoices.too_many_lines"


class ChargesDiffer(Refused):
    """Charges for different payers or in different currencies share no invoice."""

    code = "invoices.charges_differ"


class ChargeNotPending(Refused):
    """A charge is on another invoice already, or was dropped."""

    code = "invoices.charge_not_pending"


class ChargeWaits(Refused):
    """A charge that waits for delivery is billed when the asset is delivered."""

    code = "invoices.charge_waits"


class ProfileMissing(Refused):
    """An invoice cannot be issued before the seller is known."""

    code = "invoices.profile_missing"


class ReasonMissing(Refused):
    """Taking something back needs a reason."""

    code = "invoices.reason_missing"


@transaction.atomic(savepoint=False)
def charge_items(
    *,
    execution: Execution,
    items: Sequence[OrderItem],
    now: datetime,
    waiting: frozenset[int] = frozenset(),
) -> list[Charge]:
    """
    Create a pending charge for each item, with its amounts frozen, in one statement.

    `waiting` holds the ids of items that are billed when their asset is delivered.
    """
    charges = [
        _charge_for(item, execution, waits=item.pk in waiting, at=now) for item in items
    ]
    return Charge.objects.bulk_create(charges)


@transaction.atomic(savepoint=False)
def bill(
    *,
    charges: Sequence[Charge],
    option: InvoiceOption,
    told: list[Entry] | None = None,
    actor: str,
    now: datetime,
) -> Invoice | None:
    """
    Do about the bill what the option of the execution says.

    Charges that wait for delivery are left out; if none is left, there is no invoice.
    Call it last in a transaction: from the number on, others that issue have to wait.
    `told` collects the journal line for a caller who writes several in one statement.

    :raises ChargesDiffer: if payers or currencies are mixed.
    :raises TooManyLines: if there are more charges than an invoice holds.
    :raises ChargeNotPending: if one was billed or dropped in the meantime.
    :raises ProfileMissing: if it is to be issued and the seller is not known.
    """
    ripe = [charge for charge in charges if not charge.waits_for_delivery]
    if option == InvoiceOption.NONE or not ripe:
        return None
    is_issued = option == InvoiceOption.ISSUE
    return _write(ripe, is_issued=is_issued, told=told, actor=actor, at=now)


@transaction.atomic
def create_draft(*, charges: Sequence[Charge], actor: str, now: datetime) -> Invoice:
    """
    Create a draft invoice from charges that were chosen among the pending ones.

    :raises NothingToBill: if none was chosen.
    :raises ChargeWaits: if one is billed on delivery only.
    :raises ChargesDiffer: if payers or currencies are mixed.
    :raises TooManyLines: if there are more charges than an invoice holds.
    :raises ChargeNotPending: if one is billed or dropped already.
    """
    if not charges:
        raise NothingToBill(_("Choose at least one pending charge to invoice."))
    fresh = list(
        Charge.objects.filter(pk__in=[charge.pk for charge in charges])
        .select_related("execution__order")
        .order_by("id")
    )
    waiting = [charge.description for charge in fresh if charge.waits_for_delivery]
    if waiting:
        raise ChargeWaits(
            _("%(what)s is invoiced when it is delivered. Leave it out.")
            % {"what": waiting[0]},
            count=len(waiting),
        )
    return _write(fresh, is_issued=False, told=None, actor=actor, at=now)


@transaction.atomic
def issue_invoice(*, invoice: Invoice, actor: str, now: datetime) -> None:
    """
    Issue a draft: it gets its number, its dates, and is never changed again.

    :raises ProfileMissing: if the organization profile is not filled in.
    :raises MoveRefused: if the invoice is no longer a draft.
    """
    charges = Charge.objects.filter(lines__invoice=invoice, lines__counts=True)
    charges = charges.select_related("execution__order")
    frozen = _frozen_facts(invoice.bill_to_id, charges, at=now)
    (number,) = INVOICE_NUMBERS.take()
    INVOICE.advance(invoice, "issue", actor=actor, at=now, number=number, **frozen)


@transaction.atomic
def void_invoice(*, invoice: Invoice, because: str, actor: str, now: datetime) -> None:
    """
    Void a draft, which returns its charges to the pending ones.

    :raises ReasonMissing: if no reason is given.
    :raises MoveRefused: if the invoice is no longer a draft.
    """
    reason = _reason(because)
    INVOICE.move(invoice, "void", voided_because=reason)
    charges = invoice.lines.filter(counts=True).values_list("charge_id", flat=True)
    returned = list(charges)
    invoice.lines.update(counts=False)
    Charge.objects.filter(pk__in=returned, state=ChargeState.INVOICED).update(
        state=ChargeState.PENDING
    )
    log(
        invoice,
        "void",
        actor=actor,
        at=now,
        before=InvoiceState.DRAFT,
        after=InvoiceState.VOIDED,
        because=reason,
        charges=returned,
    )


@transaction.atomic
def drop_charge(*, charge: Charge, because: str, actor: str, now: datetime) -> None:
    """
    Drop a pending charge: it is never billed.

    :raises ReasonMissing: if no reason is given.
    :raises MoveRefused: if the charge is no longer pending.
    """
    reason = _reason(because)
    CHARGE.move(charge, "drop", dropped_because=reason)
    log(
        charge,
        "drop",
        actor=actor,
        at=now,
        before=ChargeState.PENDING,
        after=ChargeState.DROPPED,
        because=reason,
        net=str(charge.net_amount),
        currency=charge.currency,
    )


def _charge_for(
    item: OrderItem, execution: Execution, *, waits: bool, at: datetime
) -> Charge:
    return Charge(
        order_item=item,
        execution=execution,
        account_id=execution.order.account_id,
        bill_to_id=execution.order.bill_to_id,
        description=item.product_name,
        quantity=item.quantity,
        currency=item.currency,
        unit_price=item.unit_price,
        discount_percent=item.discount_percent,
        net_amount=item.net.amount,
        tax_name=item.tax_name,
        tax_percent=item.tax_percent,
        tax_amount=item.tax.amount,
        waits_for_delivery=waits,
        created_at=at,
    )


def _write(
    charges: Sequence[Charge],
    *,
    is_issued: bool,
    told: list[Entry] | None,
    actor: str,
    at: datetime,
) -> Invoice:
    """Write an invoice with its lines; what can be refused comes before the number."""
    invoice = _invoice_of(charges, at=at)
    if is_issued:
        frozen = _frozen_facts(invoice.bill_to_id, charges, at=at)
        _set(invoice, state=InvoiceState.ISSUED, **frozen)
    _take(charges)
    if is_issued:
        (invoice.number,) = INVOICE_NUMBERS.take()
    invoice.save(force_insert=True)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=invoice, charge=charge, position=position)
        for position, charge in enumerate(charges, start=1)
    )
    entry = line(
        invoice,
        "issue" if is_issued else "create",
        actor=actor,
        at=at,
        after=invoice.state,
        total=str(invoice.total.amount),
        currency=invoice.currency,
    )
    if told is None:
        log_all([entry])
    else:
        told.append(entry)
    return invoice


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


def _frozen_facts(
    bill_to_id: int, charges: Iterable[Charge], *, at: datetime
) -> dict[str, Any]:
    """Return what an invoice keeps of the day of its issue."""
    organization = Organization.objects.defer("logo").first()
    if organization is None:
        raise ProfileMissing(
            _("An invoice names its seller, and the seller is not known yet. ")
            + _("Fill in Setup > Organization profile, then try again.")
        )
    billed = list(charges)
    buyer = current_buyer(
        bill_to_id=bill_to_id,
        account_ids={charge.account_id for charge in billed},
        orders=[order_facts(charge) for charge in billed],
    )
    issue_date = clock.day_of(at)
    return {
        "seller": current_seller(organization).to_json(),
        "buyer": buyer.to_json(),
        "issue_date": issue_date,
        "due_date": issue_date + timedelta(days=buyer.payment_days),
    }


def _take(charges: Sequence[Charge]) -> None:
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


def _set(record: Invoice, **values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)


def _reason(because: str) -> str:
    reason = because.strip()
    if not reason:
        raise ReasonMissing(_("Say why: the reason stays in the journal."))
    return reason[: Invoice._meta.get_field("voided_because").max_length]
