"""Sales > Orders for manual management: what only staff executes, newest first."""

from copy import copy
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from purveyor.domain.orders.lifecycle import ItemState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import (
    count_for_manual_management,
    for_manual_management,
    totals_of,
)
from purveyor.faces.backoffice.frame.cards import SALES, Card, card, counted
from purveyor.faces.backoffice.frame.display import link_to, moment
from purveyor.faces.backoffice.frame.menu import address_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.sales.orders import OrderAdmin

NEWEST = 50


class ManualOrders(OrderAdmin):
    """The newest orders with an item of a product type with non-automatic execution."""

    keeps_lists = False
    list_display: Any = (
        "number_link",
        "account_name",
        "order_date",
        "net",
        "waiting_items",
        "state_badge",
    )
    list_display_links: Any = None
    list_filter: ClassVar[Any] = ()
    list_per_page = NEWEST
    ordering: ClassVar[Any] = ("-submitted_at", "-id")
    actions: Any = ()
    actions_list: Any = ()
    list_before_template: Any = "backoffice/orders/manual_head.html"
    empty_title = gettext_lazy("Nothing waits for staff")
    empty_text = gettext_lazy(
        "Orders stand here while they hold an item of a product type with "
        "non-automatic execution. See Setup > Product types."
    )

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/records.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: an order is added among the orders."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Return what waits for staff, with the types of its products."""
        orders = super().get_queryset(request).filter(for_manual_management())
        items = OrderItem.objects.select_related("product__product_type")
        shown = Prefetch("items", items.order_by("position", "id"))
        return orders.prefetch_related(None).prefetch_related(shown)

    @display(description=gettext_lazy("Order"))
    def number_link(self, order: Order) -> Any:
        """Return the order, as a link to its page."""
        return link_to(order, order.number)

    @display(description=gettext_lazy("Order date"), ordering="submitted_at")
    def order_date(self, order: Order) -> str:
        """Return when it was submitted."""
        return moment(order.submitted_at)

    @display(description=gettext_lazy("Total without tax"))
    def net(self, order: Order) -> str:
        """Return what the order costs without tax."""
        return str(totals_of(items=order.items.all(), currency=order.currency).net)

    @display(description=gettext_lazy("Waits for staff"))
    def waiting_items(self, order: Order) -> SafeString:
        """Return the items that only staff executes."""
        waiting = (
            (str(item),)
            for item in order.items.all()
            if item.state == ItemState.OPEN
            and item.product.product_type.is_executed_by_hand
        )
        return format_html_join(SafeString("<br>"), "{}", waiting)


@card(SALES, permission="orders.view_order", place=30)
def orders_for_manual_management() -> Card:
    """Return how many orders wait for staff to execute items."""
    count = count_for_manual_management()
    return Card(
        _("Orders for manual management"),
        counted(count),
        _("with items that only staff executes"),
        address_of("manual_orders"),
        "back_hand",
        "warning" if count else "success",
    )


@bss.page("sales/manual/", name="manual_orders", permission="orders.view_order")
def manual_orders(request: HttpRequest) -> HttpResponse:
    """Show the orders that wait for staff."""
    context = {
        "title": _("Orders for manual management"),
        "opts": _words_of_the_page(),
    }
    page: HttpResponse = ManualOrders(Order, bss).changelist_view(request, context)
    return page


def _words_of_the_page() -> Any:
    """Return what the page's path is made from: Sales, then its title."""
    words = copy(Order._meta)
    words.app_label, words.model_name = "orders", "manual"
    words.verbose_name_plural = gettext_lazy("Orders for manual management")
    return words
