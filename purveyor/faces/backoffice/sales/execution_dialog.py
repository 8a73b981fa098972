"""
The dialogs Execute Order and Order Delivery.

They say what will happen before the button is pressed, and what speaks against it; what
is no longer so when it is pressed refuses the execution, with the difference named and
everything that was typed. They pin the items they have shown: a second click, tab or
reload finds these executed, and is told so calmly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextareaWidget

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.executing import ExecutionPlan, NothingToExecute
from purveyor.domain.orders.lifecycle import ItemState, OrderState
from purveyor.domain.orders.models import Execution, Order, OrderItem
from purveyor.domain.orders.queries import items_of
from purveyor.domain.orders.reasons import REASON_MAX
from purveyor.faces.backoffice.frame.credit import bar_of
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.questions import show_dialog
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.verbs import done
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.execution.outcome import execution_rows
from purveyor.flows.execution.preview import (
    ExecutionPreview,
    invoice_options,
    preview_execution,
)
from purveyor.flows.execution.seen import token_of
from purveyor.flows.ordering.approving import ask_for_approval
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.lifecycle import MoveRefused

TEMPLATE = "backoffice/orders/execution_dialog.html"
MAY_ACCEPT = "orders.accept_margin"
ASK = "ask_for_approval"  # the name of the button that stands instead of Execute Order
PEEK = "peek"  # what was ticked so far, to say again what will happen


class ExecutionForm(forms.Form):
    """From which day, what about the bill, which open items, and what was seen."""

    seen = forms.CharField(required=False)
    because = forms.CharField(
        label=gettext_lazy("Why it is sold so cheaply"),
        required=False,
        max_length=REASON_MAX,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    start_date = forms.DateField(
        label=gettext_lazy("Start date"),
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}
        ),
        error_messages={
            "required": gettext_lazy("Choose the day from which it is provisioned."),
            "invalid": gettext_lazy("Write the start date as a day of the calendar."),
        },
    )
    option = forms.ChoiceField(
        choices=[(option, option.label) for option in invoice_options()],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what is to be done about the invoice."),
        },
    )
    items = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy(
                "The order has no such item. Open it again."
            ),
        },
    )

    def __init__(
        self, *args: Any, order_items: Sequence[OrderItem], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["items"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(item.pk, str(item)) for item in order_items]


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One invoice option with what it would do."""

    position: int
    value: str
    label: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What the dialog asks: about which order, with what was typed so far."""

    order: Order
    items: Sequence[OrderItem]
    form: ExecutionForm
    is_partial: bool
    was_over: bool = False  # what was asked for was executed or cancelled before

    @property
    def open_items(self) -> list[OrderItem]:
        """The items that were not executed yet."""
        return [item for item in self.items if item.state == ItemState.OPEN]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to ask."""
        return self.was_over or not self.open_items

    @property
    def ticked(self) -> set[int]:
        """The ids of the items that are chosen so far."""
        return {
            int(pk) for pk in self.form["items"].value() or () if str(pk).isdecimal()
        }


def answer_execution(
    request: HttpRequest, object_id: str, *, is_partial: bool
) -> HttpResponse:
    """Show the dialog; once it is answered, execute and go to the order's page."""
    order = _order(object_id)
    items = items_of(order)
    if request.method != "POST":
        form = _form(request, items)
        return _ask(request, Question(order, items, form, is_partial))
    form = ExecutionForm(request.POST, order_items=items)
    if form.is_valid():
        try:
            if ASK in request.POST:
                return _asked_for_approval(request, order)
            execution = _execute(request, order, form)
        except (MoveRefused, NothingToExecute) as refusal:
            return _ask(request, _asked_before(order, form, refusal, is_partial))
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _what_was_done(order, execution))
            return done(request, page_of(order))
    return _ask(request, Question(order, items, form, is_partial))


def _order(object_id: str) -> Order:
    if not object_id.isdecimal():
        raise Http404
    orders = Order.objects.select_related("account__parent", "bill_to")
    return get_object_or_404(orders, pk=int(object_id))


def _form(request: HttpRequest, items: Sequence[OrderItem]) -> ExecutionForm:
    """Return the form as it is first shown, or as it was filled in so far."""
    still_open = [item.pk for item in items if item.state == ItemState.OPEN]
    initial: dict[str, Any] = {
        "start_date": clock.today(),
        "option": InvoiceOption.ISSUE,
        "items": still_open,
    }
    if PEEK in request.GET:
        typed = request.GET
        initial["start_date"] = typed.get("start_date", "")
        initial["option"] = typed.get("option", "")
        initial["items"] = [int(pk) for pk in typed.getlist("items") if pk.isdecimal()]
        initial["because"] = typed.get("because", "")
    return ExecutionForm(initial=initial, order_items=items)


def _execute(request: HttpRequest, order: Order, form: ExecutionForm) -> Execution:
    start_date: date = form.cleaned_data["start_date"]
    may_accept = request.user.has_perm(MAY_ACCEPT)
    plan = ExecutionPlan(
        start_date,
        InvoiceOption(form.cleaned_data["option"]),
        margin_because=form.cleaned_data["because"] if may_accept else "",
    )
    return execute_order(
        order=order,
        plan=plan,
        only=form.cleaned_data["items"],
        seen=form.cleaned_data["seen"],
        actor=actor_of(request),
        now=clock.now(),
    )


def _asked_for_approval(request: HttpRequest, order: Order) -> HttpResponse:
    ask_for_approval(order=order, actor=actor_of(request), now=clock.now())
    told = _("Order %(number)s awaits approval.") % {"number": order.number}
    messages.success(request, told)
    return done(request, page_of(order))


def _asked_before(
    order: Order, form: ExecutionForm, refusal: Refused, is_partial: bool
) -> Question:
    """Return the dialog as it is by now; what was over before is no error."""
    order = _order(str(order.pk))
    items = items_of(order)
    chosen = set(form.cleaned_data["items"])
    was_over = any(i.pk in chosen and i.state != ItemState.OPEN for i in items)
    if not was_over:
        form.add_error(None, refusal.message)
    return Question(order, items, form, is_partial, was_over)


def _ask(request: HttpRequest, question: Question) -> HttpResponse:
    order, form, ticked = question.order, question.form, question.ticked
    now = clock.now()
    preview = preview_execution(order=order, only=ticked, now=now)
    context = {
        "title": _("Order Delivery") if question.is_partial else _("Execute Order"),
        "order": order,
        "back": page_of(order),
        "form": form,
        "is_partial": question.is_partial,
        "is_over": question.is_over,
        "open_items": [(item, item.pk in ticked) for item in question.open_items],
        "options": _option_rows(preview, form["option"].value()),
        "preview": preview,
        "token": token_of(preview),
        "twins": [
            (twin, timesince(twin.submitted_at, now, depth=1)) for twin in preview.twins
        ],
        "bar": bar_of(preview.credit.credit) if preview.credit else None,
        "may_accept": request.user.has_perm(MAY_ACCEPT),
        "executions": execution_rows(order) if question.is_over else (),
        "cancelled_items": [item for item in question.items if item.is_cancelled],
        "peek": f"{request.path}?{PEEK}=1",
    }
    return show_dialog(request, TEMPLATE, context)


def _option_rows(preview: ExecutionPreview, chosen: str) -> list[OptionRow]:
    return [
        OptionRow(
            position=position,
            value=option.value,
            label=str(option.label),
            text=_what_option_does(option, preview),
            is_chosen=option == chosen,
        )
        for position, option in enumerate(invoice_options(), start=1)
    ]


def _what_option_does(option: InvoiceOption, preview: ExecutionPreview) -> str:
    bill = preview.bill
    facts = {
        "lines": bill.lines_count,
        "net": bill.net,
        "tax": bill.tax,
        "total": bill.total,
        "payer": preview.bill_to_name,
    }
    if not bill.lines_count and bill.waiting_count:
        return _("Everything here is invoiced when it is delivered.")
    words = {
        InvoiceOption.NONE: ngettext(
            "%(lines)s charge of %(total)s waits under Pending invoices.",
            "%(lines)s charges of %(total)s wait under Pending invoices.",
            bill.lines_count,
        ),
        InvoiceOption.DRAFT: ngettext(
            "A draft for %(payer)s: %(lines)s line, net %(net)s, tax %(tax)s, total "
            "%(total)s. It can still be voided.",
            "A draft for %(payer)s: %(lines)s lines, net %(net)s, tax %(tax)s, total "
            "%(total)s. It can still be voided.",
            bill.lines_count,
        ),
        InvoiceOption.ISSUE: ngettext(
            "An invoice for %(payer)s with the next number: %(lines)s line, net "
            "%(net)s, tax %(tax)s, total %(total)s. It never changes again.",
            "An invoice for %(payer)s with the next number: %(lines)s lines, net "
            "%(net)s, tax %(tax)s, total %(total)s. It never changes again.",
            bill.lines_count,
        ),
    }
    return words[option] % facts


def _what_was_done(order: Order, execution: Execution) -> SafeString:
    """Return what an execution has made, with links to it."""
    row = next(r for r in execution_rows(order) if r.execution_id == execution.pk)
    assets = [
        format_html(
            '<a class="underline" href="{}">{}</a>',
            reverse("bss:assets_asset_change", args=[asset.asset_id]),
            asset.number,
        )
        for asset in row.assets
    ]
    invoices = [
        format_html(
            '<a class="underline" href="{}">{}</a>',
            reverse("bss:invoices_invoice_change", args=[invoice.invoice_id]),
            invoice.number or _("draft invoice"),
        )
        for invoice in row.invoices
    ]
    links = SafeString(", ").join([*assets, *invoices])
    told = _("Order {number} is executed: {links}.")
    if order.state == OrderState.EXECUTING:
        told = _("A part of order {number} is executed: {links}. The rest waits.")
    return format_html(told, number=order.number, links=SafeString(links))
