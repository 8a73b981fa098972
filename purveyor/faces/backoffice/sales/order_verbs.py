"""What can be done with an order besides executing it, and with several together."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from purveyor.domain.orders.copying import copy_order
from purveyor.domain.orders.labels import (
    label_order,
)
from purveyor.domain.orders.lifecycle import ORDER
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import (
    annotate_order,
    cancel_order,
    cancel_rest,
)
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.questions import ReasonForm
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.ticked import TickedList
from purveyor.faces.backoffice.frame.verbs import DialogForm, done, verb
from purveyor.faces.backoffice.sales.order_page import rest_of
from purveyor.faces.backoffice.sales.order_statuses import LabelForm
from purveyor.flows.execution.choosing import ORDERS_MAX, prepare_bulk
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

NOTES_MAX = 10_000


class NotesForm(DialogForm):
    """Asks for the notes and the PO code of an order, as they are now."""

    po_code = forms.CharField(
        label=gettext_lazy("PO code"),
        required=False,
        max_length=Order._meta.get_field("po_code").max_length,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy(
            "The buyer's own number; it stands on invoices made from now on."
        ),
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=NOTES_MAX,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=gettext_lazy("For colleagues; buyers never read them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = Order.objects.filter(pk=self.object_id or 0).first()
        if order is not None:
            self.initial["po_code"] = order.po_code
            self.initial["notes"] = order.notes


class RestForm(ReasonForm):
    """Asks why the rest is cancelled, after what stays and what goes."""

    form_before_template = "backoffice/orders/rest.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].help_text = _("Whoever ordered reads it.")

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        """Return what stays of the order, and what goes."""
        order = Order.objects.filter(pk=object_id or 0).first()
        return {"rest": rest_of(order) if order is not None else None}


class OrderVerbs(TickedList):
    """The verbs of an order besides its execution, and those of several together."""

    @verb(
        permission="orders.change_order",
        icon="edit_note",
        dialog={
            "title": gettext_lazy("Notes and PO code"),
            "form_class": NotesForm,
            "form_submit_text": gettext_lazy("Save"),
        },
    )
    def annotate(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Write notes and PO code."""
        order = Order.objects.get(pk=object_id)
        annotate_order(
            order=order,
            notes=form.cleaned_data["notes"],
            po_code=form.cleaned_data["po_code"],
            actor=actor_of(request),
            now=clock.now(),
        )
        told = _("Notes and PO code of order %(number)s are saved.")
        messages.success(request, told % {"number": order.number})
        return done(request, page_of(order))

    @verb(
        permission="orders.label_order",
        icon="new_label",
        dialog={
            "title": gettext_lazy("Change status"),
            "description": gettext_lazy(
                "Only what the status is called changes. What can be done with the "
                "order stays as it is. See Setup > Order statuses."
            ),
            "form_class": LabelForm,
            "form_submit_text": gettext_lazy("Change status"),
        },
    )
    def relabel(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Call the status of an order something else."""
        order = Order.objects.select_related("label").get(pk=object_id)
        label, actor = form.cleaned_data["label"], actor_of(request)
        label_order(order=order, label=label, actor=actor, now=clock.now())
        told = _("The status of order %(number)s is now %(label)s.")
        facts = {"number": order.number, "label": label.name}
        messages.success(request, told % facts)
        return done(request, page_of(order))

    @verb(
        permission="orders.add_order",
        icon="content_copy",
        dialog={
            "title": gettext_lazy("Copy"),
            "description": gettext_lazy(
                "A new draft with the same parties and items is created, at the list's "
                "prices of now. PO code and files stay with this order."
            ),
            "form_class": DialogForm,
            "form_submit_text": gettext_lazy("Copy"),
        },
    )
    def copy(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Create a draft like this order."""
        order = Order.objects.select_related("account", "bill_to", "recipient").get(
            pk=object_id
        )
        draft = copy_order(
            order=order,
            keeps_discounts=request.user.has_perm("orders.give_discount"),
            actor=actor_of(request),
            now=clock.now(),
        )
        facts = {"number": order.number, "draft": draft.number}
        told = _("Order %(draft)s is created, a copy of %(number)s.") % facts
        messages.success(request, told)
        return done(request, page_of(draft))

    @verb(
        permission="orders.cancel_order",
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": gettext_lazy("Cancel"),
            "description": gettext_lazy(
                "Nothing of the order was executed. Once it is cancelled it stays so."
            ),
            "form_class": ReasonForm,
            "form_submit_text": gettext_lazy("Cancel this order"),
        },
    )
    def cancel(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Cancel an order of which nothing was executed."""
        order = Order.objects.select_related("account", "bill_to", "recipient").get(
            pk=object_id
        )
        because, actor = form.cleaned_data["because"], actor_of(request)
        cancel_order(order=order, because=because, actor=actor, now=clock.now())
        told = _("Order %(number)s is cancelled.") % {"number": order.number}
        messages.success(request, told)
        return done(request, page_of(order))

    @verb(
        permission="orders.cancel_order",
        icon="content_cut",
        variant=ActionVariant.DANGER,
        dialog={
            "title": gettext_lazy("Cancel the rest"),
            "description": gettext_lazy(
                "What was executed stays, and what was billed of it. What is still "
                "open will not come; once it is cancelled it stays so."
            ),
            "form_class": RestForm,
            "form_submit_text": gettext_lazy("Cancel the rest"),
        },
    )
    def cancel_rest(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """Cancel what is still open of an order that was executed in part."""
        order = Order.objects.select_related("account", "bill_to").get(pk=object_id)
        because, actor = form.cleaned_data["because"], actor_of(request)
        cancel_rest(order=order, because=because, actor=actor, now=clock.now())
        told = _("The rest of order %(number)s is cancelled. The order is executed.")
        messages.success(request, told % {"number": order.number})
        return done(request, page_of(order))

    # ---------------------------------------------------------------- several

    @admin.action(
        description=gettext_lazy("Execute together"), permissions=("execute",)
    )
    def execute_several(
        self, request: HttpRequest, queryset: QuerySet[Order]
    ) -> HttpResponse | None:
        """Keep the ticked orders, oldest first, and ask how they are to be executed."""
        if request.POST.get("select_across") == "1":  # then: all that can be executed
            queryset = queryset.filter(state__in=ORDER.moves["execute"].sources)
        orders = list(queryset.order_by("created_at", "id")[: ORDERS_MAX + 1])
        actor, now = actor_of(request), clock.now()
        try:
            bulk = prepare_bulk(orders=orders, actor=actor, now=now)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return None
        return HttpResponseRedirect(reverse("bss:bulk_execution", args=[bulk.pk]))

    def has_execute_permission(self, request: HttpRequest) -> bool:
        """Return whether a person may execute orders."""
        return request.user.has_perm("orders.execute_order")
