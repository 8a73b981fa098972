"""What executions of an order have made, and how far each item is delivered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice, InvoiceLine
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.domain.provisioning.explanation import Explanation, explain
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.kernel.money import Money, total

EXECUTIONS_MAX = 200
PENDING, AWAITED, DROPPED = "pending", "awaited", "dropped"
INVOICES_MAX = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far the vendor's part of one asset is, and whether its word is still due."""

    asset_id: int
    item_id: int
    number: str
    vendor: str
    status: SyncStatus
    start_date: date
    explanation: Explanation | None
    is_word_due: bool

    @property
    def status_text(self) -> str:
        """The status in words, with the vendor's name where it is being asked."""
        if self.status == SyncStatus.UNCLEAR:
            return _("Being checked with %(vendor)s") % {"vendor": self.vendor}
        return str(self.status.label)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of an order as a page shows it."""

    item_id: int
    product_name: str
    quantity: int
    unit_price: Money
    price_list: str
    discount_percent: Decimal
    net: Money
    tax_name: str
    tax_percent: Decimal
    is_cancelled: bool
    delivery: Delivery | None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice that an execution has led to."""

    invoice_id: int
    number: str
    state: InvoiceState
    total: Money


@dataclass(frozen=True, slots=True)
class ExecutedItem:
    """One item of an execution, and how far the asset is that it has become."""

    product_name: str
    quantity: int
    net: Money
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """
    One execution: who, when, what about the bill, and what came of it.

    `position` counts the executions of the order. `pending` is what waits to be
    invoiced, `awaited` what is invoiced once it is delivered, `dropped` what never is;
    all without tax, None if there is nothing of it.
    """

    execution_id: int
    position: int
    at: datetime
    actor: str
    start_date: date
    option: InvoiceOption
    items: tuple[ExecutedItem, ...]
    net: Money
    invoices: tuple[InvoiceRow, ...]
    pending: Money | None
    awaited: Money | None
    dropped: Money | None

    @property
    def assets(self) -> tuple[Delivery, ...]:
        """How far each of its assets is."""
        return tuple(item.delivery for item in self.items)


def delivery_of(asset: Asset) -> Delivery:
    """Return how far an asset is; its application is fetched, with its breaker."""
    vendor = vendor_of(asset.application)
    return Delivery(
        asset_id=asset.pk,
        item_id=asset.order_item_id,
        number=asset.number,
        vendor=vendor,
        status=SyncStatus(asset.sync_status),
        start_date=asset.start_date,
        explanation=explain(asset=asset, vendor=vendor),
        is_word_due=asset.welcome_due_at is not None,
    )


def item_rows(order: Order) -> tuple[ItemRow, ...]:
    """Return the items of an order, each with the delivery of its asset."""
    items = OrderItem.objects.filter(order=order).select_related("price_list")
    deliveries = _deliveries_by_item(order)
    return tuple(
        _item_row(item, deliveries.get(item.pk))
        for item in items.order_by("position", "id")
    )


def execution_rows(order: Order) -> tuple[ExecutionRow, ...]:
    """Return the executions of an order, newest first, with all that they made."""
    executions = list(order.executions.order_by("-at", "-id")[:EXECUTIONS_MAX])
    assets = list(_assets_of(order)) if executions else []
    invoices = _invoices_by_execution(order) if executions else {}
    unbilled = _unbilled_by_execution(order) if executions else {}
    return tuple(
        _execution_row(
            execution,
            position=len(executions) - place,
            assets=[each for each in assets if each.execution_id == execution.pk],
            invoices=invoices.get(execution.pk, ()),
            unbilled=unbilled.get(execution.pk, {}),
        )
        for place, execution in enumerate(executions)
    )


def _assets_of(order: Order) -> Iterable[Asset]:
    return (
        Asset.objects.filter(order_item__order=order)
        .select_related("application__breaker", "order_item")
        .order_by("order_item__position", "id")
    )


def _deliveries_by_item(order: Order) -> dict[int, Delivery]:
    return {asset.order_item_id: delivery_of(asset) for asset in _assets_of(order)}


def _item_row(item: OrderItem, delivery: Delivery | None) -> ItemRow:
    return ItemRow(
        item_id=item.pk,
        product_name=item.product_name,
        quantity=item.quantity,
        unit_price=Money(item.unit_price, item.currency),
        price_list=item.price_list.name if item.price_list else "",
        discount_percent=item.discount_percent,
        net=item.net,
        tax_name=item.tax_name,
        tax_percent=item.tax_percent,
        is_cancelled=item.is_cancelled,
        delivery=delivery,
    )


def _execution_row(
    execution: Execution,
    *,
    position: int,
    assets: Sequence[Asset],
    invoices: tuple[InvoiceRow, ...],
    unbilled: Mapping[str, Money],
) -> ExecutionRow:
    items = tuple(_executed_item(asset) for asset in assets)
    return ExecutionRow(
        execution_id=execution.pk,
        position=position,
        at=execution.at,
        actor=execution.actor,
        start_date=execution.start_date,
        option=InvoiceOption(execution.invoice_option),
        items=items,
        net=total((item.net for item in items), execution.order.currency),
        invoices=invoices,
        pending=unbilled.get(PENDING),
        awaited=unbilled.get(AWAITED),
        dropped=unbilled.get(DROPPED),
    )


def _executed_item(asset: Asset) -> ExecutedItem:
    item = asset.order_item
    return ExecutedItem(item.product_name, item.quantity, item.net, delivery_of(asset))


def _unbilled_by_execution(order: Order) -> dict[int, dict[str, Money]]:
    """Return by execution what stands on no invoice, and why."""
    sums = (
        Charge.objects.filter(execution__order=order)
        .exclude(state=ChargeState.INVOICED)
        .order_by()
        .values_list("execution_id", "state", "waits_for_delivery", "currency")
        .annotate(net_sum=Sum("net_amount"))
    )
    found: dict[int, dict[str, Money]] = {}
    for execution, state, waits, currency, net in sums:
        why = DROPPED if state == ChargeState.DROPPED else PENDING
        why = AWAITED if waits and why == PENDING else why
        known = found.setdefault(execution, {})
        known[why] = known.get(why, Money(Decimal(0), currency)) + Money(net, currency)
    return found


def _invoices_by_execution(order: Order) -> dict[int, tuple[InvoiceRow, ...]]:
    """Return by execution what was invoiced; a voided draft no longer counts."""
    pairs = (
        InvoiceLine.objects.filter(charge__execution__order=order, counts=True)
        .order_by("invoice_id")
        .values_list("charge__execution_id", "invoice_id")
        .distinct()[:INVOICES_MAX]
    )
    wanted = list(pairs)
    found = Invoice.objects.in_bulk({invoice for _execution, invoice in wanted})
    rows: dict[int, tuple[InvoiceRow, ...]] = {}
    for execution, invoice in wanted:
        rows[execution] = (*rows.get(execution, ()), _invoice_row(found[invoice]))
    return rows


def _invoice_row(invoice: Invoice) -> InvoiceRow:
    return InvoiceRow(
        invoice_id=invoice.pk,
        number=invoice.number or "",
        state=InvoiceState(invoice.state),
        total=invoice.total,
    )
