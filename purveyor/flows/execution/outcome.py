"""What executions of an order have made, and how far each item is delivered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.lifecycle import InvoiceState
from purveyor.domain.invoices.models import Invoice, InvoiceLine
from purveyor.domain.orders.lifecycle import InvoiceOption, ItemState
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.domain.provisioning.explanation import Explanation, explain
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.kernel.money import Money

EXECUTIONS_MAX = 200
INVOICES_MAX = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far the vendor's part of one asset is."""

    asset_id: int
    number: str
    vendor: str
    status: SyncStatus
    start_date: date
    explanation: Explanation | None

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
    is_open: bool
    delivery: Delivery | None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice that an execution has led to."""

    invoice_id: int
    number: str
    state: InvoiceState
    total: Money


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """One execution: who, when, what about the bill, and what came of it."""

    execution_id: int
    at: datetime
    actor: str
    start_date: date
    option: InvoiceOption
    assets: tuple[Delivery, ...]
    invoices: tuple[InvoiceRow, ...]


def delivery_of(asset: Asset) -> Delivery:
    """Return how far an asset is; its application is fetched, with its breaker."""
    vendor = vendor_of(asset.application)
    return Delivery(
        asset_id=asset.pk,
        number=asset.number,
        vendor=vendor,
        status=SyncStatus(asset.sync_status),
        start_date=asset.start_date,
        explanation=explain(asset=asset, vendor=vendor),
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
    executions = order.executions.order_by("-at", "-id")[:EXECUTIONS_MAX]
    assets = list(_assets_of(order))
    invoices = _invoices_by_execution(order)
    return tuple(
        _execution_row(
            execution,
            (asset for asset in assets if asset.execution_id == execution.pk),
            invoices.get(execution.pk, ()),
        )
        for execution in executions
    )


def _assets_of(order: Order) -> Iterable[Asset]:
    return (
        Asset.objects.filter(order_item__order=order)
        .select_related("application__breaker")
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
        is_open=item.state == ItemState.OPEN,
        delivery=delivery,
    )


def _execution_row(
    execution: Execution, assets: Iterable[Asset], invoices: Iterable[InvoiceRow]
) -> ExecutionRow:
    return ExecutionRow(
        execution_id=execution.pk,
        at=execution.at,
        actor=execution.actor,
        start_date=execution.start_date,
        option=InvoiceOption(execution.invoice_option),
        assets=tuple(delivery_of(asset) for asset in assets),
        invoices=tuple(invoices),
    )


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
