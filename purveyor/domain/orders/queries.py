"""Questions about orders."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.db.models import (
    FETCH_RAISE,
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils.translation import gettext

from purveyor.domain.accounts.models import Account, Organization
from purveyor.domain.accounts.queries import accounts_under
from purveyor.domain.catalogue.models import Price
from purveyor.domain.catalogue.queries import products_by_hand
from purveyor.domain.orders.lifecycle import ItemState, OrderState
from purveyor.domain.orders.models import Order, OrderItem, StatusLabel
from purveyor.kernel.errors import NotFound
from purveyor.kernel.money import Money, total

COUNT_MAX = 1_000
#: What is sold by an item: all that executing it needs to know of the catalogue.
SOLD = ("product__product_type__application__setup",)


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an order, from its items; each rounded on its line."""

    cost: Money
    discount: Money
    net: Money
    tax: Money

    @property
    def margin(self) -> Money:
        """What is left of the price after the cost."""
        return self.net - self.cost

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.net + self.tax


def totals_of(*, items: Iterable[OrderItem], currency: str) -> Totals:
    """Return the sums of some items of an order; what was cancelled adds nothing."""
    lines = [item for item in items if not item.is_cancelled]
    return Totals(
        cost=total((line.cost for line in lines), currency),
        discount=total((line.discount for line in lines), currency),
        net=total((line.net for line in lines), currency),
        tax=total((line.tax for line in lines), currency),
    )


def get_order(*, number: str, seen_by: Account | None) -> Order:
    """
    Return one order, if this account may see it; staff pass None.

    What staff are still writing is nobody else's to see.

    :raises NotFound: if there is none, or the viewer may not see it.
    """
    orders = Order.objects.filter(number=number).select_related("account", "bill_to")
    if seen_by is not None:
        orders = orders.filter(accounts_under(seen_by), submitted_at__isnull=False)
    order = orders.first()
    if order is None:
        message = f"There is no order {number}."
        raise NotFound(message, number=number)
    return order


def numbers_seen(*, numbers: Collection[str], seen_by: Account) -> frozenset[str]:
    """Return which of some orders an account may see."""
    seen = Order.objects.filter(
        accounts_under(seen_by), number__in=numbers, submitted_at__isnull=False
    )
    return frozenset(seen.values_list("number", flat=True))


def order_as_it_is(*, pk: int) -> Order:
    """Return an order as it is now, with its parties and their limits; for staff."""
    return Order.objects.select_related("account__parent", "bill_to").get(pk=pk)


@dataclass(frozen=True, slots=True)
class Today:
    """
    What an item's price list says today, and the least margin that is asked for.

    It is the list that the item was priced from: what is nearer by now does not count.
    """

    list_name: str
    unit_price: Decimal | None
    unit_cost: Decimal | None
    margin_floor: Decimal

    @classmethod
    def of(cls, item: OrderItem) -> Self:
        """Return what was read with an item by `items_of` or `lock_order`."""
        read = vars(item)
        return cls(
            list_name=read["list_name"] or "",
            unit_price=read["price_today"],
            unit_cost=read["cost_today"],
            margin_floor=read["margin_floor"] or Decimal(0),
        )


def items_of(order: Order) -> list[OrderItem]:
    """Return the items of an order with all that executing them needs to know."""
    items = OrderItem.objects.filter(order=order).select_related(*SOLD)
    return list(_for_execution(items))


def _for_execution(items: QuerySet[OrderItem], *sorted_by: str) -> QuerySet[OrderItem]:
    """Add to items, in the same statement, what their price lists say today."""
    listed = Price.objects.filter(
        price_list=OuterRef("price_list"),
        product=OuterRef("product"),
        from_quantity__lte=OuterRef("quantity"),
    ).order_by("-from_quantity")
    profile = Organization.objects.values("margin_min_percent")
    return (
        items.annotate(
            list_name=F("price_list__name"),
            price_today=Subquery(listed.values("unit_price")[:1]),
            cost_today=Subquery(listed.values("unit_cost")[:1]),
            margin_floor=Subquery(profile[:1]),
        )
        .order_by(*sorted_by, "position", "id")
        .fetch_mode(FETCH_RAISE)
    )


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """An order with all its items, kept for the running transaction."""

    order: Order
    items: tuple[OrderItem, ...]

    @property
    def open_items(self) -> tuple[OrderItem, ...]:
        """The items that were not executed yet."""
        return tuple(item for item in self.items if item.state == ItemState.OPEN)


def lock_order(order: Order) -> LockedOrder:
    """
    Return an order with its items; others who would execute it wait or come late.

    Whoever needs items and their order takes the items first, in their order on the
    page, and the order last: so two who want the same wait in line, not for each other.
    """
    items = OrderItem.objects.filter(order=order).select_for_update(of=("self",))
    return LockedOrder(order, tuple(_for_execution(items.select_related(*SOLD))))


def lock_orders(*, pks: Collection[int]) -> list[LockedOrder]:
    """
    Return orders as they are now, by their ids, locked as `lock_order` does.

    Parties and products are read once each, however many orders share them.
    """
    items = OrderItem.objects.filter(order__in=pks).select_for_update(of=("self",))
    of_order: dict[int, list[OrderItem]] = {}
    for item in _for_execution(items.prefetch_related(*SOLD), "order"):
        of_order.setdefault(item.order_id, []).append(item)
    orders = Order.objects.filter(pk__in=of_order).select_for_update(of=("self",))
    parties = orders.prefetch_related("account__parent", "bill_to").order_by("pk")
    return [LockedOrder(order, tuple(of_order[order.pk])) for order in parties]


def lock_open_items(order: Order) -> list[OrderItem]:
    """Return the items of an order that are open, locked as `lock_order` does."""
    items = OrderItem.objects.filter(order=order, state=ItemState.OPEN)
    return list(items.select_for_update().order_by("position", "id"))


def open_items_of(order: Order) -> list[OrderItem]:
    """Return the items of an order that were not executed yet."""
    return [item for item in items_of(order) if item.state == ItemState.OPEN]


def with_a_cancelled_rest() -> Q:
    """Return the condition for orders of which a part was executed, and no more is."""
    return Q(state=OrderState.EXECUTED, cancelled_because__gt="")


def count_open_orders(*, limit: int = COUNT_MAX) -> int:
    """Return how many orders wait for something, at most a limit."""
    waiting = (OrderState.SUBMITTED, OrderState.AWAITING_APPROVAL, OrderState.EXECUTING)
    return Order.objects.filter(state__in=waiting).order_by()[:limit].count()


def newest_orders(*, limit: int = 8) -> tuple[Order, ...]:
    """Return the newest orders with their accounts and items."""
    orders = Order.objects.select_related("account").prefetch_related("items")
    return tuple(with_status_name(orders).order_by("-created_at", "-id")[:limit])


def items_for_staff(order: Order) -> list[OrderItem]:
    """Return the open items of an order that only staff executes."""
    items = OrderItem.objects.filter(
        order=order,
        state=ItemState.OPEN,
        product__product_type__is_executed_by_hand=True,
    )
    return list(items.order_by("position", "id"))


def for_manual_management() -> Q:
    """
    Return the condition for orders that hold an item which only staff executes.

    Submitted, or executed in part; a product type says which items these are. The few
    products are read at once, so that no order has to look among them again.
    """
    by_hand = OrderItem.objects.filter(
        order=OuterRef("pk"), state=ItemState.OPEN, product__in=products_by_hand()
    )
    return Q(Exists(by_hand), state__in=(OrderState.SUBMITTED, OrderState.EXECUTING))


def count_for_manual_management(*, limit: int = COUNT_MAX) -> int:
    """Return how many orders wait for staff to execute items, at most a limit."""
    waiting = Order.objects.filter(for_manual_management())
    return waiting.order_by("-submitted_at", "-id")[:limit].count()


def labels_for(order: Order) -> list[StatusLabel]:
    """Return the labels that an order can be given now."""
    fitting = StatusLabel.objects.filter(system_type=order.state, is_active=True)
    return list(fitting.order_by("position", "name", "id"))


def name_of_status(order: Order) -> str:
    """
    Return what the status of an order is called: by its label, or its type's.

    The names that come with the product are told in the reader's language; a name of
    the distributor's own stays as it was written.
    """
    named: Any = order
    if not hasattr(order, "status_name"):
        named = with_status_name(Order.objects.filter(pk=order.pk)).get()
    told: str | None = named.status_name
    return gettext(told) if told else str(OrderState(order.state).label)


def with_status_name(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return orders that know what their status is called, in the same statement."""
    return _with_label(orders, Q(label__system_type=F("state")))


def with_status_for_buyers(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return orders with the name of their status, without labels that staff keep."""
    is_theirs = Q(label__system_type=F("state"), label__is_storefront_visible=True)
    return _with_label(orders, is_theirs)


def _with_label(orders: QuerySet[Order], is_read: Q) -> QuerySet[Order]:
    """Return orders called by their label where it is read, else by their type's."""
    default = StatusLabel.objects.filter(
        system_type=OuterRef("state"), is_default=True
    ).values("name")[:1]
    return orders.annotate(
        status_name=Case(
            When(is_read, then=F("label__name")),
            default=Subquery(default),
        )
    )


def labelled(label: StatusLabel) -> Q:
    """Return the condition for orders that are called by a label."""
    if label.is_default:
        named = Q(label__isnull=False, label__system_type=label.system_type)
        return Q(state=label.system_type) & ~named
    return Q(state=label.system_type, label=label)
