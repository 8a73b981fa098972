"""Execute an order: turn its items into property and bill, all or nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import create_assets
from purveyor.domain.catalogue.models import Application
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import charge_and_bill, charges_for
from purveyor.domain.orders.executing import (
    Chosen,
    ExecutionPlan,
    check_start_date,
    open_executions,
)
from purveyor.domain.orders.lifecycle import ORDER, ItemState
from purveyor.domain.orders.margins import Margin
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.domain.orders.queries import LockedOrder, lock_order, lock_orders
from purveyor.domain.provisioning.lifecycle import LINK
from purveyor.domain.provisioning.models import InvoiceWhen
from purveyor.domain.provisioning.operations.link import ask_to_synchronize
from purveyor.domain.provisioning.queries import (
    get_link,
    linked_accounts,
    unsynchronized,
)
from purveyor.flows.execution.checks import check_credit, check_margins
from purveyor.flows.execution.preview import preview_of
from purveyor.flows.execution.seen import require_unchanged
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.operations import line, log_each


class AccountUnsynchronized(Refused):
    """The vendor must know the account before an order of it is executed."""

    code = "execution.account_unsynchronized"


@transaction.atomic
def execute_order(
    *,
    order: Order,
    plan: ExecutionPlan,
    only: Collection[int] | None = None,
    seen: str | None = None,
    actor: str,
    now: datetime,
) -> Execution:
    """
    Turn items of an order into assets, charges and, by the plan, an invoice.

    One transaction, all or nothing. Nobody outside is called: what the vendor and the
    mail have to do stands in the new assets, and a worker is woken after commit.

    Shape:  `only` names item ids (Order Delivery); None means all that are open. `seen`
            is the token of the preview that a person was shown; None if nobody was.
    :raises StartsInThePast: if the start date has passed.
    :raises StalePreview: if something is another now than the person was shown.
    :raises CreditExceeded: if the payer is above its limit, and nobody agreed.
    :raises ThinMargin: if an item earns too little, and the plan does not say why.
    :raises AccountUnsynchronized: if the vendor does not know the account yet.
    :raises NothingToExecute: if no item is left.
    :raises MoveRefused: if one of the items was executed before.
    """
    check_start_date(start_date=plan.start_date, today=clock.day_of(now))
    locked = lock_order(order)
    items = _chosen(locked, only)
    thin = _check(order, items, plan, seen, now)
    plan = plan if thin else replace(plan, margin_because="")
    linked_to = linked_accounts(account=order.account, items=items)
    _require_links(items, linked_to, actor=actor, now=now)
    chosen = [Chosen(locked, items)]
    (execution,) = _make(chosen, linked_to, thin, plan=plan, actor=actor, now=now)
    return execution


@transaction.atomic
def execute_plain(
    *, orders: Collection[int], plan: ExecutionPlan, actor: str, now: datetime
) -> list[Execution]:
    """
    Execute those of several orders that need no look of their own, in few statements.

    One transaction, all or nothing. What comes of each is what `execute_order` makes of
    it; that one also says why an order is left out here.

    Shape:  `orders` are ids; an execution for each that was executed, in their order.
    :raises StartsInThePast: if the start date has passed.
    :raises Refused: if one proves not to be plain while it is executed.
    """
    check_start_date(start_date=plan.start_date, today=clock.day_of(now))
    by_id = {each.order.pk: each for each in lock_orders(pks=orders)}
    found = [
        by_id[pk] for pk in orders if pk in by_id and _is_plain(by_id[pk], plan, now)
    ]
    linked_to: dict[int, Account] = {}
    for each in found:
        linked_to |= linked_accounts(account=each.order.account, items=each.items)
    known = _with_links(found, linked_to)
    if not known:
        return []
    chosen = [Chosen(each, each.items) for each in known]
    return _make(chosen, linked_to, [], plan=plan, actor=actor, now=now)


def _is_plain(locked: LockedOrder, plan: ExecutionPlan, now: datetime) -> bool:
    """Return whether a whole order is executed with no statement for it alone."""
    order, items = locked.order, locked.items
    needs_credit = order.bill_to.credit_limit is not None
    if needs_credit or locked.open_items != items or _for_staff(items):
        return False
    try:
        return not _check(order, items, plan, None, now)
    except Refused:
        return False


def _for_staff(items: Sequence[OrderItem]) -> bool:
    return any(item.product.product_type.is_executed_by_hand for item in items)


def _with_links(
    found: Sequence[LockedOrder], linked_to: Mapping[int, Account]
) -> list[LockedOrder]:
    """Return the orders whose vendors all know their accounts."""
    pairs = {each.order.pk: _pairs(each.items, linked_to) for each in found}
    unknown = unsynchronized(pair for of_order in pairs.values() for pair in of_order)
    return [
        each
        for each in found
        if not any(pair in unknown for pair in pairs[each.order.pk])
    ]


def _make(
    chosen: Sequence[Chosen],
    linked_to: Mapping[int, Account],
    thin: Sequence[Margin],
    *,
    plan: ExecutionPlan,
    actor: str,
    now: datetime,
) -> list[Execution]:
    """Execute what was chosen and checked; many need no more statements than one."""
    before = [each.order.state for each in chosen]
    executions = open_executions(chosen=chosen, plan=plan, actor=actor, now=now)
    items = [item for each in chosen for item in each.items]
    assets = create_assets(items=items, linked_to=linked_to, now=now)
    waiting = _billed_on_delivery(items)
    charges = charges_for(items=items, waiting=waiting, now=now)
    told: list[Entry] = []
    invoices = charge_and_bill(
        bills=_by_execution(charges, executions),
        option=plan.option,
        told=told,
        actor=actor,
        now=now,
    )
    made = _by_execution(assets, executions)
    facts = _facts(plan, thin)
    lines = (
        told_of_it
        for each in zip(executions, before, made, invoices, strict=True)
        for told_of_it in _lines(*each, facts)
    )
    count = len(told) + len(executions) + len(assets)
    log_each(chain(told, lines), count=count)
    return executions


def _check(
    order: Order,
    items: Sequence[OrderItem],
    plan: ExecutionPlan,
    seen: str | None,
    now: datetime,
) -> list[Margin]:
    """
    Check what a person was shown, credit and margins; return what earns too little.

    What cannot be executed at all is left to `open_executions`, which says so.
    """
    if items and not ORDER.allows(order, "execute"):
        # As it was read: an approval since then must not lead past the checks below.
        raise ORDER.refusal(order, "execute")
    if any(item.state != ItemState.OPEN for item in items):
        return []
    if seen is not None and items:
        preview = preview_of(order=order, items=items, now=now)
        require_unchanged(token=seen, preview=preview)
    check_credit(order)
    return check_margins(items, because=plan.margin_because)


def _chosen(locked: LockedOrder, only: Collection[int] | None) -> Sequence[OrderItem]:
    if only is not None:
        return [item for item in locked.items if item.pk in only]
    return locked.open_items or locked.items


def _billed_on_delivery(items: Sequence[OrderItem]) -> frozenset[int]:
    return frozenset(
        item.pk
        for item in items
        if item.product.product_type.application.setup.invoice_when
        == InvoiceWhen.DELIVERY
    )


def _by_execution[T: (Asset, Charge)](
    records: Iterable[T], executions: Iterable[Execution]
) -> list[list[T]]:
    """Return what was made for each execution, in their order."""
    made: dict[int, list[T]] = {execution.pk: [] for execution in executions}
    for record in records:
        made[record.execution_id].append(record)
    return list(made.values())


def _pairs(
    items: Sequence[OrderItem], linked_to: Mapping[int, Account]
) -> list[tuple[Account, Application]]:
    """Return for each item which vendor must know which account."""
    return [
        (linked_to[item.pk], item.product.product_type.application) for item in items
    ]


def _require_links(
    items: Sequence[OrderItem],
    linked_to: Mapping[int, Account],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Check that every vendor knows its account; by policy, have it told on the way."""
    for account, application in unsynchronized(_pairs(items, linked_to)):
        setup = application.setup
        if setup.sync_on_checkout:
            _synchronize_on_the_way(account, application, actor=actor, now=now)
        elif setup.require_prior_sync:
            message = _(
                "%(account)s is not synchronized with %(vendor)s. Open its account "
                "page, click UnSynchronized, then Save & Synchronize."
            )
            names = {"account": account.name, "vendor": application.name}
            raise AccountUnsynchronized(message % names, account=account.number)


def _synchronize_on_the_way(
    account: Account, application: Application, *, actor: str, now: datetime
) -> None:
    link = get_link(account=account, application_id=application.pk)
    if LINK.allows(link, "synchronize"):
        ask_to_synchronize(
            account=account, application=application, options={}, actor=actor, now=now
        )


def _facts(plan: ExecutionPlan, thin: Sequence[Margin]) -> dict[str, object]:
    """Return what the journal tells of a plan, and of what earns too little by it."""
    facts: dict[str, object] = {"option": str(plan.option.label)}
    if thin:
        margins = {margin.item.product_name: str(margin.margin) for margin in thin}
        facts |= {"thin_margin": margins, "because": plan.margin_because.strip()}
    return facts


def _lines(
    execution: Execution,
    before: str,
    assets: Sequence[Asset],
    invoice: Invoice | None,
    facts: Mapping[str, object],
) -> list[Entry]:
    """Return what the journal tells of an execution, on its order and its assets."""
    order, actor, at = execution.order, execution.actor, execution.at
    lines = [
        line(
            order,
            "execute",
            actor=actor,
            at=at,
            before=before,
            after=order.state,
            assets=[asset.number for asset in assets],
            invoice=invoice.number if invoice else None,
            **facts,
        )
    ]
    lines += [
        line(asset, "create", actor=actor, at=at, order=order.number)
        for asset in assets
    ]
    return lines
