"""What is billed once it is delivered, and what of it cannot be."""

from datetime import datetime

from django.db import transaction

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.invoices.lifecycle import ChargeState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import bill
from purveyor.domain.orders.models import OrderItem
from purveyor.kernel.journal.operations import log


@transaction.atomic
def bill_on_delivery(
    *, order_item: OrderItem, actor: str, now: datetime
) -> Invoice | None:
    """
    Bill what waited for this item's delivery, by the option of its execution.

    Calling it twice does nothing twice: the first call takes the wait away.

    :raises ProfileMissing: if it is to be issued and the seller is not known.
    """
    waiting = Charge.objects.filter(
        order_item=order_item, state=ChargeState.PENDING, waits_for_delivery=True
    )
    locked = waiting.select_for_update(of=("self",))  # a merge waits, as for a draft
    charge = locked.select_related("execution__order").first()
    if charge is None:
        return None
    charge.waits_for_delivery = False
    charge.save(update_fields=["waits_for_delivery"])
    log(charge, "become_due", actor=actor, at=now)
    option = InvoiceOption(charge.execution.invoice_option)
    return bill(charges=[charge], option=option, actor=actor, now=now)


@transaction.atomic
def leave_pending(
    *, order_item: OrderItem, because: str, actor: str, now: datetime
) -> None:
    """Have a delivered charge that cannot be billed now wait under Pending invoices."""
    waiting = Charge.objects.filter(
        order_item=order_item, state=ChargeState.PENDING, waits_for_delivery=True
    )
    for charge in waiting:
        Charge.objects.filter(pk=charge.pk).update(waits_for_delivery=False)
        log(charge, "leave_pending", actor=actor, at=now, reason=because)
