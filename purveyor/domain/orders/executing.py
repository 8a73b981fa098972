"""What an execution does to its order: which items, by whom, from which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.lifecycle import ITEM, ORDER
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.domain.orders.queries import LockedOrder
from purveyor.domain.orders.reasons import kept_reason
from purveyor.kernel.errors import Refused
from purveyor.kernel.rows import insert_all


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


@dataclass(frozen=True, slots=True)
class Chosen:
    """Items of a locked order that are executed together."""

    locked: LockedOrder
    items: Sequence[OrderItem]

    @property
    def order(self) -> Order:
        """The order they are items of."""
        return self.locked.order

    @property
    def verb(self) -> str:
        """What becomes of the order: executed, or delivered in part."""
        names = {item.pk for item in self.items}
        is_last = all(item.pk in names for item in self.locked.open_items)
        return "execute" if is_last else "deliver"


def check_start_date(*, start_date: date, today: date) -> None:
    """
    Check the earliest day of provisioning.

    :raises StartsInThePast: if it lies before today.
    """
    if start_date < today:
        message = _("The start date %(date)s has passed. Choose today or a later day.")
        raise StartsInThePast(message % {"date": start_date.isoformat()})


def open_executions(
    *, chosen: Sequence[Chosen], plan: ExecutionPlan, actor: str, now: datetime
) -> list[Execution]:
    """
    Mark items of orders as executed, once, and return an execution for each order.

    A part of executing orders, in the caller's transaction. The guard is the UPDATE of
    the orders and items: of two clicks only the first finds them open.

    Shape:  afterwards each item knows its execution, and that its order.
    :raises NothingToExecute: if of an order no item is named.
    :raises MoveRefused: if one was executed before, or an order may not be executed.
    """
    if not all(each.items for each in chosen):
        message = _("Tick at least one item that was not executed yet.")
        raise NothingToExecute(message)
    for verb in ("execute", "deliver"):
        moved = [each.order for each in chosen if each.verb == verb]
        ORDER.move_all(verb, [(order, {}) for order in moved])
    executions = insert_all(
        Execution(
            order=each.order,
            actor=actor,
            at=now,
            start_date=plan.start_date,
            invoice_option=plan.option,
            margin_because=kept_reason(plan.margin_because),
        )
        for each in chosen
    )
    executed = [
        (item, {"execution": execution})
        for each, execution in zip(chosen, executions, strict=True)
        for item in each.items
    ]
    ITEM.move_all("execute", executed)
    return executions
