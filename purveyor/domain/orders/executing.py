"""What an execution does to its order: which items, by whom, from which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.lifecycle import ITEM, ORDER, ItemState
from purveyor.domain.orders.models import Execution, OrderItem
from purveyor.domain.orders.queries import LockedOrder
from purveyor.kernel.errors import Refused


class NothingToExecute(Refused):
    """An execution needs at least one item that was not executed yet."""

    code = "orders.nothing_to_execute"


class StartsInThePast(Refused):
    """An execution starts today or later."""

    code = "orders.starts_in_the_past"


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """From which day, what about the bill, and why though little is earned on it."""

    start_date: date
    option: InvoiceOption
    margin_because: str = ""


def check_start_date(*, start_date: date, today: date) -> None:
    """
    Check the earliest day of provisioning.

    :raises StartsInThePast: if it lies before today.
    """
    if start_date < today:
        message = _("The start date %(date)s has passed. Choose today or a later day.")
        raise StartsInThePast(message % {"date": start_date.isoformat()})


def open_execution(
    *,
    locked: LockedOrder,
    chosen: Sequence[OrderItem],
    plan: ExecutionPlan,
    actor: str,
    now: datetime,
) -> Execution:
    """
    Mark items of an order as executed, once, and return their execution.

    A part of executing an order, in the caller's transaction. The guard is the UPDATE
    of the items: of two clicks only the first finds them open.

    :raises NothingToExecute: if no item is named.
    :raises MoveRefused: if one was executed before, or the order may not be executed.
    """
    if not chosen:
        message = _("Tick at least one item that was not executed yet.")
        raise NothingToExecute(message)
    order, names = locked.order, {item.pk for item in chosen}
    is_last = all(item.pk in names for item in locked.open_items)
    ORDER.move(order, "execute" if is_last else "deliver")
    execution = Execution.objects.create(
        order=order,
        actor=actor,
        at=now,
        start_date=plan.start_date,
        invoice_option=plan.option,
        margin_because=plan.margin_because.strip()[:300],
    )
    _execute_items(chosen, execution)
    return execution


def _execute_items(items: Sequence[OrderItem], execution: Execution) -> None:
    still_open = OrderItem.objects.filter(
        pk__in=[item.pk for item in items], order=execution.order, state=ItemState.OPEN
    )
    changed = still_open.update(state=ItemState.EXECUTED, execution=execution)
    if changed != len(items):
        items[0].refresh_from_db(fields=["state"])
        raise ITEM.refusal(items[0], "execute")
    for item in items:
        item.state, item.execution = ItemState.EXECUTED, execution
