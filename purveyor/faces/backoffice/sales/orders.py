"""Sales > Orders: the list, the draft's form, and the page of what became of it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from purveyor.domain.accounts.queries import accounts_numbered
from purveyor.domain.orders.lifecycle import ORDER, OrderState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.operations import (
    create_order,
    edit_order,
    put_items,
)
from purveyor.domain.orders.queries import (
    totals_of,
    with_status_name,
)
from purveyor.faces.backoffice.frame.attachments import files_of, holds_files
from purveyor.faces.backoffice.frame.badges import order_badge
from purveyor.faces.backoffice.frame.display import link_to, moment, page_of
from purveyor.faces.backoffice.frame.filters import CurrencyFilter
from purveyor.faces.backoffice.frame.questions import opens_dialog
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import done, shortcuts
from purveyor.faces.backoffice.sales.execution_dialog import answer_execution
from purveyor.faces.backoffice.sales.order_form import (
    OrderForm,
    OrderItemInline,
    lines_of,
)
from purveyor.faces.backoffice.sales.order_offers import parties_for, prices_for
from purveyor.faces.backoffice.sales.order_page import delivery_page, order_page
from purveyor.faces.backoffice.sales.order_statuses import LabelFilter, RestFilter
from purveyor.faces.backoffice.sales.order_verbs import OrderVerbs
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel import clock

SUBMIT = "orders_order_submit"  # the name of the button beside Save


@admin.register(Order, site=bss)
class OrderAdmin(OrderVerbs):
    """Orders: edited while draft; afterwards they are shown, and executed."""

    form = OrderForm
    inlines = (OrderItemInline,)
    list_display = (
        "number",
        "account_name",
        "bill_to_name",
        "state_badge",
        "total",
        "created",
    )
    list_display_links = ("number",)
    list_filter: ClassVar[Any] = (LabelFilter, RestFilter, CurrencyFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("number__exact",)  # and more: see `get_search_results`
    search_help_text = gettext_lazy("Order or account number, or PO code")
    columns_more = (
        "currency",
        "po_code",
        "recipient_email",
        "submitted",
        "created_by",
    )
    sheet_values: ClassVar[dict[str, Any]] = {
        "total": lambda order: (
            totals_of(items=order.items.all(), currency=order.currency).total
        ),
        "created": lambda order: order.created_at,
        "submitted": lambda order: order.submitted_at,
    }
    autocomplete_fields = ("account",)
    fieldsets = (
        (
            None,
            {
                "classes": ("bss-two",),
                "fields": (
                    "account",
                    "bill_to",
                    "currency",
                    "recipient",
                    "po_code",
                    "notes",
                ),
            },
        ),
    )
    actions: Any = ("execute_several",)
    actions_detail: Any = (
        shortcuts(
            *("execute", "deliver", "annotate", "relabel", "copy"),
            *("cancel", "cancel_rest"),
        ),
    )
    actions_submit_line: Any = ("submit",)
    change_form_outer_before_template: Any = "backoffice/orders/head.html"
    change_form_outer_after_template: Any = "backoffice/orders/tail.html"
    refusal_fields: ClassVar[dict[str, str]] = {
        "orders.foreign_currency": "currency",
        "orders.wrong_recipient": "recipient",
        "orders.no_recipient": "recipient",
        "orders.ordering_disabled": "account",
        "ordering.buyer_not_allowed": "account",
    }

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {
            "all": ("backoffice/records.css", "backoffice/credit.css")
        }
        js = (
            "backoffice/order_parties.js",
            "backoffice/order_prices.js",
            "backoffice/order_keys.js",
        )

    # ---------------------------------------------------------------- list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Return orders with all that a row of the list shows."""
        items = Prefetch("items", OrderItem.objects.order_by("position", "id"))
        orders = super().get_queryset(request).select_related("account", "bill_to")
        return with_status_name(orders.prefetch_related(items))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Return what fits exactly; each way of searching uses an index of its own."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(number=term.upper()) | Q(po_code__iexact=term)
        found |= Q(account__in=accounts_numbered(term))
        return queryset.filter(found), False

    @display(description=gettext_lazy("Account"))
    def account_name(self, order: Order) -> Any:
        """Return who ordered."""
        return link_to(order.account, order.account.name)

    @display(description=gettext_lazy("Billing To"))
    def bill_to_name(self, order: Order) -> str:
        """Return who pays."""
        return order.bill_to.name

    @display(description=gettext_lazy("Status"))
    def state_badge(self, order: Order) -> Any:
        """Return where the order stands."""
        return order_badge(order)

    @display(description=gettext_lazy("Total"))
    def total(self, order: Order) -> str:
        """Return what is to be paid."""
        return str(totals_of(items=order.items.all(), currency=order.currency).total)

    @display(description=gettext_lazy("Created"), ordering="created_at")
    def created(self, order: Order) -> str:
        """Return when the order was created."""
        return moment(order.created_at)

    @display(description=gettext_lazy("Submitted"))
    def submitted(self, order: Order) -> str:
        """Return when the order was submitted."""
        return moment(order.submitted_at)

    # ---------------------------------------------------------------- form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the order can be edited: drafts only."""
        is_open = not isinstance(obj, Order) or obj.state == OrderState.DRAFT
        return is_open and super().has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the form's fields; what cannot be edited is shown as a page."""
        return self.fieldsets if self._is_edited(request, obj) else ()

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the items as fields while they can be edited."""
        return self.inlines if self._is_edited(request, obj) else ()

    def _is_edited(self, request: HttpRequest, order: Any) -> bool:
        if order is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, order)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Create the draft, or save what was changed of it."""
        actor, now = actor_of(request), clock.now()
        if change:
            edit_order(order=obj, changed=form.changed_data, actor=actor, now=now)
        else:
            create_order(order=obj, actor=actor, now=now)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Set the items at the prices of now; submit the order if that was asked."""
        order, actor, now = form.instance, actor_of(request), clock.now()
        lines = [line for formset in formsets for line in lines_of(formset)]
        put_items(order=order, lines=lines, actor=actor, now=now)
        if SUBMIT in request.POST and request.user.has_perm("orders.submit_order"):
            submit_order(order=order, actor=actor, now=now)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the order's page and say what was done."""
        return self._saved(request, obj, super().response_add)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay on the order's page and say what was done."""
        return self._saved(request, obj, super().response_change)

    def _saved(
        self, request: HttpRequest, order: Order, answer: Callable[..., HttpResponse]
    ) -> HttpResponse:
        if order.state == OrderState.DRAFT:
            return answer(request, order)
        words = _("Order %(number)s is submitted.")
        if order.state == OrderState.AWAITING_APPROVAL:
            words = _("Order %(number)s is stored. It awaits approval, see below.")
        messages.success(request, words % {"number": order.number})
        return done(request, page_of(order))

    @action(description=gettext_lazy("Submit"), permissions=("orders.submit_order",))
    def submit(self, request: HttpRequest, order: Order) -> None:
        """Stand for the button beside Save; `save_related` does what it says."""

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return what the page shows besides the form."""
        context = super().form_context(request, object_id, extra_context)
        order = self._order(request, object_id)
        if order is None:
            buttons = self.get_actions_submit_line(request, 0)
            return {**context, "actions_submit_line": buttons}
        is_edited = self.has_change_permission(request, order)
        page = order_page(order, request.GET)
        return {
            **context,
            "page": page,
            "files": files_of(order, request),
            "is_edited": is_edited,
            "title": _("Order"),
        }

    # ---------------------------------------------------------------- verbs

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Return the shortcuts that the order's state allows."""
        offered = super().get_actions_detail(request, object_id)
        order = self._order(request, object_id)
        if order is None:
            return []
        can_execute = ORDER.allows(order, "execute")
        fits = {
            "execute": can_execute,
            "deliver": can_execute,
            "annotate": True,
            "relabel": True,
            "copy": True,
            "cancel": ORDER.allows(order, "cancel"),
            "cancel_rest": ORDER.allows(order, "close"),
        }
        return [a for a in offered if fits[a.path]]

    def get_actions_submit_line(
        self, request: HttpRequest, object_id: Any
    ) -> list[Any]:
        """Return the button Submit where the form can be saved."""
        order = self._order(request, object_id)
        if not self._is_edited(request, order):
            return []
        return super().get_actions_submit_line(request, object_id)

    @opens_dialog(
        description=gettext_lazy("Execute Order"),
        permission="orders.execute_order",
        icon="play_arrow",
    )
    def execute(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Turn all open items into assets and bills."""
        return answer_execution(request, object_id, is_partial=False)

    @opens_dialog(
        description=gettext_lazy("Order Delivery"),
        permission="orders.execute_order",
        icon="local_shipping",
    )
    def deliver(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Turn the ticked items into assets and bills."""
        return answer_execution(request, object_id, is_partial=True)

    # ---------------------------------------------------------------- parts of pages

    def get_urls(self) -> list[URLPattern]:
        """Return also the addresses of the parts that pages fetch by themselves."""
        parts = [
            path(
                "parties/",
                self.admin_site.admin_view(self.parties_view),
                name="orders_order_parties",
            ),
            path(
                "prices/",
                self.admin_site.admin_view(self.prices_view),
                name="orders_order_prices",
            ),
            path(
                "<int:object_id>/prices/",
                self.admin_site.admin_view(self.prices_view),
                name="orders_order_draft_prices",
            ),
            path(
                "<int:object_id>/delivery/",
                self.admin_site.admin_view(self.delivery_view),
                name="orders_order_delivery",
            ),
        ]
        return [*parts, *super().get_urls()]

    def parties_view(self, request: HttpRequest) -> HttpResponse:
        """Return who can pay for an account and who can get its coupon codes."""
        if not self.has_add_permission(request):
            return JsonResponse({}, status=403)
        return JsonResponse(parties_for(request.GET.get("account", "")))

    def prices_view(
        self, request: HttpRequest, object_id: int | None = None
    ) -> HttpResponse:
        """Return what the lines of a draft cost as they are typed; nothing is saved."""
        order = self._order(request, object_id)
        may = self.has_change_permission if order else self.has_add_permission
        if not may(request):
            return JsonResponse({}, status=403)
        if not self._is_edited(request, order):
            return JsonResponse({})
        head = self.get_form(request, order, change=order is not None)
        form = head(request.POST, instance=order)
        if not form.is_valid():
            return JsonResponse({})
        typed = form.instance
        formsets, _inlines = self._create_formsets(
            request, typed, change=order is not None
        )
        lines = [line for formset in formsets for line in formset.forms]
        return JsonResponse(prices_for(typed, lines, clock.now()))

    def delivery_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Return the items of an order with their delivery, as it is by now."""
        order = self.get_object(request, str(object_id))
        if order is None or not self.has_view_permission(request, order):
            return HttpResponse(status=404)
        page = delivery_page(order, request.GET)
        return render(request, "backoffice/orders/delivery.html", {"page": page})

    def _order(self, request: HttpRequest, object_id: Any) -> Order | None:
        """Return the order a page is about, read once per request."""
        if not object_id or not str(object_id).isdecimal():
            return None
        kept: dict[str, Order | None] = request.META.setdefault("purveyor.order", {})
        if str(object_id) not in kept:
            found = self.get_queryset(request).filter(pk=object_id).first()
            kept[str(object_id)] = found
        return kept[str(object_id)]


holds_files(Order)
