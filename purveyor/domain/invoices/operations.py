"""
Write charges and invoices: one verb, one transaction each.

`charge_items` and `charge_and_bill` are part of an execution, whose transaction they
join without a savepoint: if they refuse, the whole execution is undone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.invoicing import InvoiceOption
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
)
from purveyor.domain.invoices.writing import (
    frozen_facts,
    take_pending,
    write_invoices,
)
from purveyor.domain.orders.models import OrderItem
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.operations import log, log_all
from purveyor.kernel.rows import insert_all


class NothingToBill(Refused):
    """An invoice needs at least one charge."""

    code = "invoices.nothing_to_bill"


class ChargeWaits(Refused):
    """A charge that waits for delivery is billed when the asset is delivered."""

    code = "invoices.charge_waits"


class ReasonMissing(Refused):
    """Taking something back needs a reason."""

    code = "invoices.reason_missing"


@transaction.atomic(savepoint=False)
def charge_items(
    *, items: Sequence[OrderItem], now: datetime, waiting: frozenset[int] = frozenset()
) -> list[Charge]:
    """Create a pending charge for each executed item: see `charges_for`."""
    return insert_all(charges_for(items=items, waiting=waiting, now=now))


def charges_for(
    *, items: Iterable[OrderItem], waiting: frozenset[int], now: datetime
) -> list[Charge]:
    """
    Return a charge for each executed item, amounts frozen, not yet written.

    Shape:  each item's execution is fetched, and that one's order. `waiting` holds the
            ids of items that are billed when their asset is delivered.
    """
    return [_charge_for(item, waits=item.pk in waiting, at=now) for item in items]


@transaction.atomic(savepoint=False)
def charge_and_bill(
    *,
    bills: Sequence[Sequence[Charge]],
    option: InvoiceOption,
    told: list[Entry],
    actor: str,
    now: datetime,
) -> list[Invoice | None]:
    """
    Write new charges, and do about each bill what the option of its execution says.

    Charges that wait for delivery are left out; of which none is left, that one becomes
    no invoice. Call it last in a transaction: from the numbers on, others that issue
    have to wait. `told` collects the journal lines for a caller who writes several in
    one statement.

    Shape:  each bill holds the charges of one invoice, of `charges_for`; an invoice or
            None for each.
    :raises ChargesDiffer: if payers or currencies are mixed on a bill.
    :raises TooManyLines: if there are more charges than an invoice holds.
    :raises ProfileMissing: if they are to be issued and the seller is not known.
    """
    ripe = [_ripe(charges, option) for charges in bills]
    for charges in ripe:
        for charge in charges:
            charge.state = ChargeState.INVOICED
    insert_all(charge for charges in bills for charge in charges)
    made = iter(
        write_invoices(
            bills=[charges for charges in ripe if charges],
            is_issued=option == InvoiceOption.ISSUE,
            told=told,
            actor=actor,
            now=now,
        )
    )
    return [next(made) if charges else None for charges in ripe]


@transaction.atomic(savepoint=False)
def bill(
    *, charges: Sequence[Charge], option: InvoiceOption, actor: str, now: datetime
) -> Invoice | None:
    """
    Do about pending charges what the option of their execution says.

    Those that wait for delivery are left out; if none is left, there is no invoice.

    :raises ChargesDiffer: if payers or currencies are mixed.
    :raises TooManyLines: if there are more charges than an invoice holds.
    :raises ChargeNotPending: if one was billed or dropped in the meantime.
    :raises ProfileMissing: if they are to be issued and the seller is not known.
    """
    ripe = _ripe(charges, option)
    if not ripe:
        return None
    is_issued = option == InvoiceOption.ISSUE
    return _bill(ripe, is_issued=is_issued, actor=actor, now=now)


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
        .select_for_update(of=("self",))  # a merge that would take them along waits
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
    return _bill(fresh, is_issued=False, actor=actor, now=now)


@transaction.atomic
def issue_invoice(*, invoice: Invoice, actor: str, now: datetime) -> None:
    """
    Issue a draft: it gets its number, its dates, and is never changed again.

    :raises ProfileMissing: if the organization profile is not filled in.
    :raises MoveRefused: if the invoice is no longer a draft, or its parties are others.
    """
    charges = Charge.objects.filter(lines__invoice=invoice, lines__counts=True)
    charges = charges.select_related("execution__order")
    (frozen,) = frozen_facts(bills=[(invoice.bill_to_id, charges)], at=now)
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


def _ripe(charges: Sequence[Charge], option: InvoiceOption) -> list[Charge]:
    """Return which charges are billed now."""
    if option == InvoiceOption.NONE:
        return []
    return [charge for charge in charges if not charge.waits_for_delivery]


def _bill(
    charges: Sequence[Charge], *, is_issued: bool, actor: str, now: datetime
) -> Invoice:
    """Write an invoice for charges that are pending until now."""
    take_pending(charges)
    told: list[Entry] = []
    (invoice,) = write_invoices(
        bills=[charges], is_issued=is_issued, told=told, actor=actor, now=now
    )
    log_all(told)
    return invoice


def _charge_for(item: OrderItem, *, waits: bool, at: datetime) -> Charge:
    execution = item.executed_by
    return Charge(
        order_item=item,
        execution=execution,
        account_id=execution.order.account_id,
        bill_to_id=execution.order.bill_to_id,
        product_id=item.product_id,
        description=item.product_name,
        quantity=item.quantity,
        currency=item.currency,
        unit_price=item.unit_price,
        discount_percent=item.discount_percent,
        net_amount=item.net.amount,
        cost_amount=item.cost.amount,
        tax_name=item.tax_name,
        tax_percent=item.tax_percent,
        tax_amount=item.tax.amount,
        waits_for_delivery=waits,
        created_at=at,
    )


def _reason(because: str) -> str:
    reason = because.strip()
    if not reason:
        raise ReasonMissing(_("Say why: the reason stays in the journal."))
    return reason[: Invoice._meta.get_field("voided_because").max_length]
