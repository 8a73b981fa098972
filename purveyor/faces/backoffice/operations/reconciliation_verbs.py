"""What can be done with a plan: start, propose, approve, discard, undo, take away."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.widgets import UnfoldBooleanWidget

from purveyor.domain.catalogue.models import Application
from purveyor.faces.backoffice.frame.account_field import AccountField
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.questions import Done, Question, ReasonForm, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.faces.backoffice.operations.reconciliation import number_of
from purveyor.faces.backoffice.operations.reconciliation_changes import changes_page
from purveyor.faces.backoffice.operations.reconciliation_run import (
    MAY_APPROVE,
    MAY_LOOK,
    MAY_PREPARE,
    summary_of,
    was_compared,
)
from purveyor.flows.reconciliation.approval import (
    UnsafePlan,
    approve_plan,
    discard_plan,
    plan_undo,
    propose_plan,
    take_back_plan,
)
from purveyor.flows.reconciliation.exports import as_csv, as_json
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.queries import decisions_of, get_run
from purveyor.flows.reconciliation.starting import start_reconciliation
from purveyor.kernel import clock

HERE = "reconciliation/reconciliationrun/<int:reconciliation_id>/"
LIST = "reconciliation_reconciliationrun_changelist"
INSISTS = "is_forced"


class StartForm(DialogForm):
    """Asks whether all accounts are compared, or one."""

    account = AccountField(
        label=gettext_lazy("Only this account"),
        required=False,
        help_text=gettext_lazy(
            "Its number, or a part of its name. Empty: all of them."
        ),
    )


class ApproveForm(DialogForm):
    """Asks nothing, unless the plan changes more than is usual."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if INSISTS in self.data:
            self.ask_to_insist()

    def ask_to_insist(self) -> None:
        """Ask whether it is approved although it changes more than is usual."""
        self.fields[INSISTS] = forms.BooleanField(
            label=_("Approve it although it changes more than is usual"),
            required=False,
            widget=UnfoldBooleanWidget,
            help_text=_("I have checked the vendor's listing, and it is right."),
        )


# ------------------------------------------------------------------ start


@bss.page(
    "reconciliation/reconciliationrun/start/",
    name="start_reconciliation",
    permission=MAY_PREPARE,
)
def start(request: HttpRequest) -> HttpResponse:
    """Have a worker compare our records with a vendor's."""
    number = request.GET.get("application", "")
    known = Application.objects.filter(pk=int(number) if number.isdecimal() else 0)
    application = get_object_or_404(known)
    first = {"account": request.GET.get("account", "")}
    question = Question(
        title=_("Reconcile now"),
        about=application.name,
        text=_(
            "A worker reads what the vendor lists and compares it with our assets. "
            "What differs becomes a plan; nothing is changed by looking."
        ),
        submit=_("Reconcile now"),
        form=StartForm(request=request, data=request.POST or None, initial=first),
        back=reverse(f"bss:{LIST}"),
    )

    def do(typed: dict[str, Any]) -> Done:
        run = start_reconciliation(
            application=application,
            account=typed["account"],
            actor=actor_of(request),
            now=clock.now(),
        )
        told = _("%(what)s has begun.") % {"what": number_of(run)}
        return Done(told, page_of(run))

    return answer(request, question, do)


# ------------------------------------------------------------------ the plan


@bss.page(f"{HERE}propose/", name="propose_plan", permission=MAY_PREPARE)
def propose(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """Say that a plan is ready."""
    run = get_run(pk=reconciliation_id)

    def do(_typed: Any) -> str:
        propose_plan(run=run, actor=actor_of(request), now=clock.now())
        return _("The plan is proposed. Another person can approve it now.")

    text = _("Its lines cannot be changed while it waits for approval.")
    question = _question(request, run, _("Propose"), f"{_summary(run)} {text}")
    return answer(request, question, do)


@bss.page(f"{HERE}take-back/", name="take_back_plan", permission=MAY_PREPARE)
def take_back(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """Take a proposed plan back, to change its lines."""
    run = get_run(pk=reconciliation_id)

    def do(_typed: Any) -> str:
        take_back_plan(run=run, actor=actor_of(request), now=clock.now())
        return _("The plan is taken back. Its lines can be changed again.")

    text = _("Nobody can approve the plan until it is proposed again.")
    return answer(request, _question(request, run, _("Take back"), text), do)


@bss.page(f"{HERE}approve/", name="approve_plan", permission=MAY_APPROVE)
def approve(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """Have a plan applied; one that changes too much only if somebody insists."""
    run = get_run(pk=reconciliation_id)
    form = ApproveForm(request=request, data=request.POST or None)

    def do(typed: dict[str, Any]) -> str:
        is_forced = bool(typed.get(INSISTS))
        actor, now = actor_of(request), clock.now()
        try:
            approve_plan(run=run, is_forced=is_forced, actor=actor, now=now)
        except UnsafePlan:
            form.ask_to_insist()
            raise
        return _("The plan is approved. A worker applies it now, line by line.")

    text = _(
        "Lines whose records have changed since are refused, and say so. What is "
        "cancelled at the vendor cannot be put back."
    )
    question = _question(request, run, _("Approve"), f"{_summary(run)} {text}", form)
    return answer(request, question, do)


@bss.page(f"{HERE}discard/", name="discard_plan", permission=MAY_PREPARE)
def discard(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """Set a plan aside."""
    run = get_run(pk=reconciliation_id)
    form = ReasonForm(request=request, data=request.POST or None)

    def do(typed: dict[str, Any]) -> str:
        discard_plan(
            run=run,
            because=typed["because"],
            actor=actor_of(request),
            now=clock.now(),
        )
        return _("The plan is discarded. It stays here to be read.")

    text = _("Nothing of it is done. What still differs is found again.")
    return answer(request, _question(request, run, _("Discard"), text, form), do)


@bss.page(f"{HERE}undo/", name="undo_plan", permission=MAY_PREPARE)
def undo(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """Make a plan that puts back what an applied one has done."""
    run = get_run(pk=reconciliation_id)

    def do(_typed: Any) -> Done:
        made = plan_undo(run=run, actor=actor_of(request), now=clock.now())
        told = _("%(what)s puts it back, once it is approved.")
        return Done(told % {"what": number_of(made)}, page_of(made))

    text = _(
        "A new plan is made that puts back what can be put back: facts, states and "
        "marks. What was adopted, imported, cancelled or asked of the vendor stays."
    )
    return answer(request, _question(request, run, _("Undo"), text), do)


def _question(
    request: HttpRequest,
    run: ReconciliationRun,
    title: str,
    text: str,
    form: DialogForm | None = None,
) -> Question:
    return Question(
        title=title,
        about=f"{number_of(run)} · {run.application.name}",
        text=text,
        submit=title,
        form=form or DialogForm(request=request, data=request.POST or None),
        back=page_of(run),
    )


def _summary(run: ReconciliationRun) -> str:
    return summary_of(decisions_of(run=run))


# ------------------------------------------------------------------ to take away


@bss.page(f"{HERE}changes/", name="plan_changes", permission=MAY_LOOK)
@require_GET
def changes(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """Show what is new in a plan, and what of the one before is mended."""
    run = get_run(pk=reconciliation_id)
    if not was_compared(run):
        return HttpResponseRedirect(page_of(run))
    context = {
        "title": number_of(run),
        "crumb": _("What changed"),
        "opts": ReconciliationRun._meta,
        "original": run,
        "page": changes_page(run),
    }
    return bss.render(request, "backoffice/reconciliation/changes.html", context)


@bss.page(f"{HERE}csv/", name="plan_csv", permission=MAY_LOOK)
@require_GET
def download_csv(
    _request: HttpRequest, reconciliation_id: int
) -> StreamingHttpResponse:
    """Return the whole plan as a table."""
    return _download(reconciliation_id, as_csv, "csv", "text/csv; charset=utf-8")


@bss.page(f"{HERE}json/", name="plan_json", permission=MAY_LOOK)
@require_GET
def download_json(
    _request: HttpRequest, reconciliation_id: int
) -> StreamingHttpResponse:
    """Return the whole plan for a program."""
    return _download(reconciliation_id, as_json, "json", "application/json")


def _download(
    number: int,
    rendered: Callable[[ReconciliationRun], Iterator[str]],
    ending: str,
    kind: str,
) -> StreamingHttpResponse:
    """Return a plan piece by piece, so that a long one needs no memory."""
    run = get_run(pk=number)
    name = f"reconciliation-{run.pk}.{ending}"
    return StreamingHttpResponse(
        rendered(run),
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
