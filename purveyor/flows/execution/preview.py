"""What an execution will do, told before anybody presses the button."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account, Organization
from purveyor.domain.invoices.credit import Credit, credit_of
from purveyor.domain.invoices.paper import Buyer
from purveyor.domain.invoices.queries import current_buyer
from purveyor.domain.orders.approvals import was_approved
from purveyor.domain.orders.lifecycle import ApprovalCause, ItemState, OrderState
from purveyor.domain.orders.margins import Margin, margins_of
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import Today, items_of
from purveyor.domain.provisioning.models import InvoiceWhen
from purveyor.domain.provisioning.queries import linked_accounts
from purveyor.flows.execution.mails import Ahead, MailPreview, mails_ahead
from purveyor.flows.execution.vendors import CallPreview, calls_of
from purveyor.kernel import clock
from purveyor.kernel.money import Money, total

TWIN_SPAN = timedelta(days=1)  # so long an equal order is likely a duplicate
TWINS_MAX = 5


@dataclass(frozen=True, slots=True)
class LinePreview:
    """
    An item that will be executed: what it brings and earns, and the asset it becomes.

    `list_price` is set if the price list says another price by now than it said then,
    `agreed_instead_of` is what it said then if another price was agreed by hand.
    """

    item_id: int
    name: str
    licenses: int
    unit_price: Money
    list_name: str
    list_price: Money | None
    agreed_instead_of: Money | None
    discount_percent: Decimal
    net: Money
    tax: Money
    tax_name: str
    tax_percent: Decimal
    cost: Money
    margin: Money
    margin_percent: Decimal | None
    margin_floor: Decimal
    is_loss: bool
    is_thin: bool


@dataclass(frozen=True, slots=True)
class BillPreview:
    """The invoice as it will be, and how many lines wait for their delivery."""

    buyer: Buyer
    has_seller: bool
    po_code: str
    issue_date: date
    due_date: date
    lines: tuple[LinePreview, ...]
    waiting_count: int
    net: Money
    tax: Money

    @property
    def lines_count(self) -> int:
        """How many lines are billed at once."""
        return len(self.lines)

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class CreditPreview:
    """The payer's credit, with this order among what is used; None is no limit."""

    payer: str
    credit: Credit
    is_approved: bool

    @property
    def is_refused(self) -> bool:
        """Whether the execution would be refused because of it."""
        return self.credit.over is not None and not self.is_approved


@dataclass(frozen=True, slots=True)
class Twin:
    """An order of the same account with the same product and quantity, a moment ago."""

    order_id: int
    number: str
    product_name: str
    licenses: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class ExecutionPreview:
    """
    Everything that an execution will do, and what speaks against it.

    Prices are those of the day on which the order was submitted: `priced_on`.
    """

    order_id: int
    priced_on: date | None
    lines: tuple[LinePreview, ...]
    bill: BillPreview
    credit: CreditPreview | None
    twins: tuple[Twin, ...]
    mails: tuple[MailPreview, ...]
    calls: tuple[CallPreview, ...]

    @property
    def bill_to_name(self) -> str:
        """Who pays."""
        return self.bill.buyer.name

    @property
    def thin_lines(self) -> tuple[LinePreview, ...]:
        """The items that earn less than they should."""
        return tuple(line for line in self.lines if line.is_thin)

    @property
    def has_objections(self) -> bool:
        """Whether something speaks against it that a person should read first."""
        is_over = self.credit is not None and self.credit.credit.over is not None
        return bool(self.thin_lines or self.twins or is_over)

    @property
    def margin(self) -> Money:
        """What all items earn at today's cost."""
        return total((line.margin for line in self.lines), self.bill.net.currency)


def preview_execution(
    *, order: Order, only: Collection[int] | None = None, now: datetime
) -> ExecutionPreview:
    """
    Return what executing the open items of an order will do; nothing is written.

    Shape:   `only` names item ids, as in `execute_order`; None means all open ones.
    Units:   money in the order's currency, rounded on each line; margins at the cost of
             today, as shares of the net price.
    Errors:  none; what would be refused is marked.
    Source:  `execute_order`, whose steps this follows in their order.
    """
    items = [
        item
        for item in items_of(order)
        if item.state == ItemState.OPEN and (only is None or item.pk in only)
    ]
    return preview_of(order=order, items=items, now=now)


def preview_of(
    *, order: Order, items: Sequence[OrderItem], now: datetime
) -> ExecutionPreview:
    """Return what executing these items will do; they were read for an execution."""
    linked_to = linked_accounts(account=order.account, items=items)
    lines = {margin.item.pk: _line(margin) for margin in margins_of(items)}
    ripe = [lines[item.pk] for item in items if not _waits_for_delivery(item)]
    bill = _bill_of(order, ripe, waiting_count=len(items) - len(ripe), now=now)
    calls = calls_of(items, linked_to)
    return ExecutionPreview(
        order_id=order.pk,
        priced_on=order.submitted_at and clock.day_of(order.submitted_at),
        lines=tuple(lines.values()),
        bill=bill,
        credit=_credit_of(order),
        twins=_twins_of(order, items, now),
        mails=mails_ahead(_ahead(order, items, linked_to, calls, bill)),
        calls=calls,
    )


def _ahead(
    order: Order,
    items: Sequence[OrderItem],
    linked_to: Mapping[int, Account],
    calls: Sequence[CallPreview],
    bill: BillPreview,
) -> Ahead:
    """Return what mails will tell of."""
    accounts = {account.pk: account for account in linked_to.values()}
    learned = [
        (call.application_id, accounts[call.account_id])
        for call in calls
        if call.is_synchronized_on_the_way and not call.is_synchronized
    ]
    return Ahead(order, items, learned, bill.total if bill.lines else None)


def invoice_options() -> tuple[InvoiceOption, ...]:
    """Return the three invoice options in the order of the dialog."""
    return (InvoiceOption.NONE, InvoiceOption.DRAFT, InvoiceOption.ISSUE)


def _line(margin: Margin) -> LinePreview:
    item, today = margin.item, Today.of(margin.item)
    then = item.unit_price if item.list_price is None else item.list_price
    moved_to = None if today.unit_price == then else today.unit_price
    return LinePreview(
        item_id=item.pk,
        name=item.product_name,
        licenses=item.quantity,
        unit_price=Money(item.unit_price, item.currency),
        list_name=today.list_name,
        list_price=_money(moved_to, item),
        agreed_instead_of=_money(item.list_price, item),
        discount_percent=item.discount_percent,
        net=margin.net,
        tax=item.tax,
        tax_name=item.tax_name,
        tax_percent=item.tax_percent,
        cost=margin.cost,
        margin=margin.margin,
        margin_percent=margin.percent,
        margin_floor=margin.floor_percent,
        is_loss=margin.is_loss,
        is_thin=margin.is_thin,
    )


def _money(amount: Decimal | None, item: OrderItem) -> Money | None:
    return None if amount is None else Money(amount, item.currency)


def _bill_of(
    order: Order, lines: Sequence[LinePreview], *, waiting_count: int, now: datetime
) -> BillPreview:
    buyer = current_buyer(bill_to_id=order.bill_to_id)
    issue_date = clock.day_of(now)
    return BillPreview(
        buyer=buyer,
        has_seller=Organization.objects.exists(),
        po_code=order.po_code,
        issue_date=issue_date,
        due_date=issue_date + timedelta(days=buyer.payment_days),
        lines=tuple(lines),
        waiting_count=waiting_count,
        net=total((line.net for line in lines), order.currency),
        tax=total((line.tax for line in lines), order.currency),
    )


def _waits_for_delivery(item: OrderItem) -> bool:
    setup = item.product.product_type.application.setup
    return bool(setup.invoice_when == InvoiceWhen.DELIVERY)


def _credit_of(order: Order) -> CreditPreview | None:
    payer = order.bill_to
    if payer.credit_limit is None:
        return None
    credit = credit_of(payer)
    is_over = credit.over is not None
    return CreditPreview(
        payer=payer.name,
        credit=credit,
        is_approved=is_over and was_approved(order=order, cause=ApprovalCause.CREDIT),
    )


def _twins_of(
    order: Order, items: Sequence[OrderItem], now: datetime
) -> tuple[Twin, ...]:
    """Return what was ordered likewise within a day, the newest first."""
    alike = Q(pk__in=())  # of nothing there is no twin
    for product, quantity in {(item.product_id, item.quantity) for item in items}:
        alike |= Q(product=product, quantity=quantity)
    likewise = (
        OrderItem.objects.filter(
            alike,
            order__account=order.account_id,
            order__submitted_at__gte=now - TWIN_SPAN,
        )
        .exclude(order=order.pk)
        .exclude(state=ItemState.CANCELLED)
        .exclude(order__state__in=(OrderState.CANCELLED, OrderState.DRAFT))
        .select_related("order")
        .order_by("-order__submitted_at", "-order_id", "position")
    )
    return tuple(
        Twin(
            order_id=item.order_id,
            number=item.order.number,
            product_name=item.product_name,
            licenses=item.quantity,
            submitted_at=item.order.submitted_at or now,
        )
        for item in likewise[:TWINS_MAX]
    )
