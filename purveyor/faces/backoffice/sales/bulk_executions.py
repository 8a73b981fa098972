"""Sales > Bulk executions: orders chosen together, started, and watched."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from unfold.widgets import INPUT_CLASSES, UnfoldAdminRadioSelectWidget

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.faces.backoffice.frame.questions import Question, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.faces.backoffice.sales.bulk_page import bulk_page, bulk_row, page_of_bulk
from purveyor.flows.execution.choosing import (
    discard_bulk,
    get_bulk,
    newest_bulks,
    start_bulk,
    stop_bulk,
)
from purveyor.flows.execution.models import BulkExecution
from purveyor.flows.execution.preview import invoice_options
from purveyor.kernel import clock

MAY_LOOK, MAY_EXECUTE = "execution.view_bulkexecution", "orders.execute_order"
HERE = "sales/bulk/"


class StartForm(DialogForm):
    """Asks from which day, and what about the bills."""

    start_date = forms.DateField(
        label=gettext_lazy("Start date"),
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}
        ),
        help_text=gettext_lazy("The earliest day of provisioning."),
    )
    option = forms.ChoiceField(
        label=gettext_lazy("Invoice"),
        choices=[(option, option.label) for option in invoice_options()],
        widget=UnfoldAdminRadioSelectWidget,
        help_text=gettext_lazy("For each order by itself."),
    )


@bss.page(HERE, name="bulk_executions", permission=MAY_LOOK)
@require_safe
def bulk_executions(request: HttpRequest) -> HttpResponse:
    """Show the newest bulk executions."""
    rows = [bulk_row(bulk) for bulk in newest_bulks()]
    context = {"title": _("Bulk executions"), "rows": rows}
    return bss.render(request, "backoffice/orders/bulk_list.html", context)


@bss.page(f"{HERE}<int:bulk_id>/", name="bulk_execution", permission=MAY_LOOK)
@require_safe
def bulk_execution(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Show one bulk execution: how far it is, and what became of each order."""
    bulk = get_bulk(pk=bulk_id)
    context = {
        "title": _("Bulk execution %(number)s") % {"number": bulk.pk},
        "page": bulk_page(bulk, request.GET),
        "may_execute": request.user.has_perm(MAY_EXECUTE),
    }
    return bss.render(request, "backoffice/orders/bulk.html", context)


@bss.page(f"{HERE}<int:bulk_id>/progress/", name="bulk_progress", permission=MAY_LOOK)
@require_safe
def bulk_progress(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Answer the page that asks how far it is."""
    page = bulk_page(get_bulk(pk=bulk_id), request.GET)
    context = {"page": page, "may_execute": request.user.has_perm(MAY_EXECUTE)}
    return render(request, "backoffice/orders/bulk_body.html", context)


@bss.page(f"{HERE}<int:bulk_id>/start/", name="start_bulk", permission=MAY_EXECUTE)
def start(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Ask how, then have a worker execute the orders."""
    bulk = get_bulk(pk=bulk_id)
    preset = {"start_date": clock.today(), "option": InvoiceOption.ISSUE}
    question = Question(
        title=_("Execute together"),
        about=ngettext("%(count)s order", "%(count)s orders", bulk.orders_count)
        % {"count": bulk.orders_count},
        text=_(
            "Each order is executed by itself: assets, charges and its own invoice. "
            "One that is refused says why and stops none of the others."
        ),
        submit=_("Execute"),
        form=StartForm(request=request, data=request.POST or None, initial=preset),
        back=page_of_bulk(bulk),
    )

    def do(given: dict[str, Any]) -> str:
        plan = ExecutionPlan(given["start_date"], InvoiceOption(given["option"]))
        start_bulk(bulk=bulk, plan=plan, actor=actor_of(request), now=clock.now())
        return _("A worker has the orders now.")

    return answer(request, question, do)


@bss.page(f"{HERE}<int:bulk_id>/stop/", name="stop_bulk", permission=MAY_EXECUTE)
def stop(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Stop after the order that is being executed right now."""
    bulk = get_bulk(pk=bulk_id)
    text = _(
        "What is executed stays so. Orders that were not tried by then stay as they "
        "are and can be chosen again."
    )

    def do(_given: Any) -> str:
        stop_bulk(bulk=bulk, actor=actor_of(request), now=clock.now())
        return _("The bulk execution is stopped.")

    return answer(request, _asked(request, bulk, _("Stop"), text), do)


@bss.page(f"{HERE}<int:bulk_id>/discard/", name="discard_bulk", permission=MAY_EXECUTE)
def discard(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Give up what was chosen."""
    bulk = get_bulk(pk=bulk_id)
    text = _("Nothing was done with these orders yet, and nothing will be.")

    def do(_given: Any) -> str:
        discard_bulk(bulk=bulk, actor=actor_of(request), now=clock.now())
        return _("Nothing was executed.")

    return answer(request, _asked(request, bulk, _("Discard"), text), do)


def _asked(request: HttpRequest, bulk: BulkExecution, verb: str, text: str) -> Question:
    return Question(
        title=verb,
        about=_("Bulk execution %(number)s") % {"number": bulk.pk},
        text=text,
        submit=verb,
        form=DialogForm(request=request, data=request.POST or None),
        back=page_of_bulk(bulk),
    )
