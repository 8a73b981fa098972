"""Run what was ordered in the Storefront by itself, as far as it needs nobody."""

from datetime import datetime

from django.db import transaction

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import items_of
from purveyor.flows.execution.operations import execute_order
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log


@transaction.atomic
def run_by_itself(*, order: Order, actor: str, now: datetime) -> None:
    """
    Execute what needs nobody; the rest waits for staff, as does what is refused.

    The promise stands whatever the execution says: the buyer has ordered, and what
    keeps the order from running is for the distributor to mend.
    """
    automatic = {
        item.pk
        for item in items_of(order)
        if not item.product.product_type.is_executed_by_hand
    }
    if not automatic:
        return
    option = InvoiceOption(order.bill_to.invoice_option)
    plan = ExecutionPlan(start_date=clock.day_of(now), option=option)
    try:
        with transaction.atomic():
            execute_order(order=order, plan=plan, only=automatic, actor=actor, now=now)
    except Refused as refusal:
        order.refresh_from_db(fields=["state"])
        log(order, "leave_to_staff", actor=actor, at=now, reason=refusal.message)
