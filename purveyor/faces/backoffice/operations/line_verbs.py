"""What a person decides about the lines of a plan: a remedy, or to leave it out."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from purveyor.faces.backoffice.frame.account_field import AccountField
from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.questions import Question, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.faces.backoffice.operations.reconciliation_lines import TICKED_MAX
from purveyor.faces.backoffice.operations.reconciliation_run import MAY_PREPARE
from purveyor.flows.reconciliation.approval import (
    BECAUSE_MAX,
    choose_remedy,
    exclude_line,
    include_line,
)
from purveyor.flows.reconciliation.drifts import FOR_ACCOUNT, MEANINGS, WITH_REASON
from purveyor.flows.reconciliation.lifecycle import Drift, Remedy
from purveyor.flows.reconciliation.models import Finding
from purveyor.flows.reconciliation.queries import get_run
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

LINE = "reconciliation/lines/<int:line_id>/"


class RemedyForm(DialogForm):
    """Asks what is to be done, for which account, and why."""

    remedy = forms.ChoiceField(
        label=gettext_lazy("What is to be done"),
        required=False,
        widget=UnfoldAdminRadioSelectWidget,
    )
    for_account = AccountField(
        label=gettext_lazy("For the account"),
        required=False,
        help_text=gettext_lazy(
            "To import or to link: its number, or a part of its name."
        ),
    )
    because = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=BECAUSE_MAX,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed to mark as known or to flag. It stays."),
    )

    def __init__(self, *args: Any, offered: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["remedy"]
        assert isinstance(field, forms.ChoiceField)
        none_yet = ("", _("Leave it as it is"))
        field.choices = [*((each, Remedy(each).label) for each in offered), none_yet]
        if not FOR_ACCOUNT & set(offered):
            del self.fields["for_account"]
        if not WITH_REASON & set(offered):
            self.fields["because"].help_text = _("It stays in the journal.")


# ------------------------------------------------------------------ one line


@bss.page(f"{LINE}choose/", name="choose_remedy", permission=MAY_PREPARE)
def choose(request: HttpRequest, line_id: int) -> HttpResponse:
    """Say what is to be done about one line."""
    line = _line(line_id)
    first = {
        "remedy": line.remedy,
        "for_account": line.for_account.number if line.for_account else "",
        "because": line.because,
    }
    form = RemedyForm(
        request=request,
        data=request.POST or None,
        initial=first,
        offered=line.offered,
    )
    question = Question(
        title=_("Choose a remedy"),
        about=_("Line %(line)d: %(kind)s")
        % {"line": line.position, "kind": line.get_drift_display()},
        text=str(MEANINGS[Drift(line.drift)].says),
        submit=_("Choose"),
        form=form,
        back=_back(request, line),
    )

    def do(typed: dict[str, Any]) -> str:
        _choose(request, line, typed)
        if not line.remedy:
            return _("Line %(line)d stays as it is.") % {"line": line.position}
        told = _("Line %(line)d: %(remedy)s.")
        label = Remedy(line.remedy).label
        return told % {"line": line.position, "remedy": label}

    return answer(request, question, do)


def _choose(request: HttpRequest, line: Finding, typed: dict[str, Any]) -> None:
    remedy = typed["remedy"]
    choose_remedy(
        line=line,
        remedy=remedy,
        for_account=typed.get("for_account") if remedy in FOR_ACCOUNT else None,
        because=typed["because"] if remedy else "",
        actor=actor_of(request),
        now=clock.now(),
    )


@bss.page(f"{LINE}exclude/", name="exclude_line", permission=MAY_PREPARE)
@require_POST
def exclude(request: HttpRequest, line_id: int) -> HttpResponse:
    """Leave a line out of the plan."""
    line = _line(line_id)
    told = _("Line %(line)d is left out.") % {"line": line.position}
    return _do(request, line, exclude_line, told)


@bss.page(f"{LINE}include/", name="include_line", permission=MAY_PREPARE)
@require_POST
def include(request: HttpRequest, line_id: int) -> HttpResponse:
    """Take a line back into the plan."""
    line = _line(line_id)
    told = _("Line %(line)d is in the plan again.") % {"line": line.position}
    return _do(request, line, include_line, told)


def _do(
    request: HttpRequest, line: Finding, operation: Callable[..., None], told: str
) -> HttpResponse:
    try:
        operation(line=line, actor=actor_of(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, told)
    return HttpResponseRedirect(_back(request, line))


def _line(line_id: int) -> Finding:
    lines = Finding.objects.select_related("run", "for_account")
    return get_object_or_404(lines, pk=line_id)


def _back(request: HttpRequest, line: Finding) -> str:
    """Return the plan's page as the person has left it, at the line."""
    query = request.GET.urlencode()
    return f"{page_of(line.run)}{'?' if query else ''}{query}#line-{line.position}"


# ------------------------------------------------------------------ several lines


@bss.page(
    "reconciliation/reconciliationrun/<int:reconciliation_id>/choose/",
    name="choose_remedies",
    permission=MAY_PREPARE,
)
def choose_for_several(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """Choose the same remedy for several lines; all of them get it, or none."""
    run = get_run(pk=reconciliation_id)
    chosen = [n for n in request.GET.getlist("line") if n.isdecimal()][:TICKED_MAX]
    lines = list(run.findings.filter(pk__in=chosen).order_by("position"))
    kinds = {line.drift for line in lines}
    if len(kinds) != 1:
        told = _("Tick lines of one kind. What can be done differs between kinds.")
        messages.error(request, told)
        return HttpResponseRedirect(page_of(run))
    offered = [each for each in lines[0].offered if _is_offered(each, lines)]
    common = {line.remedy for line in lines}
    form = RemedyForm(
        request=request,
        data=request.POST or None,
        initial={"remedy": common.pop() if len(common) == 1 else ""},
        offered=offered,
    )
    count = ngettext("%(count)s line", "%(count)s lines", len(lines))
    question = Question(
        title=_("Choose a remedy"),
        about=f"{count % {'count': len(lines)}} · {lines[0].get_drift_display()}",
        text=str(MEANINGS[Drift(lines[0].drift)].says),
        submit=_("Choose for all"),
        form=form,
        back=f"{page_of(run)}?kind={lines[0].drift}",
    )

    def do(typed: dict[str, Any]) -> str:
        with transaction.atomic():
            for line in lines:
                _choose(request, line, typed)
        return _("The remedy is chosen for %(what)s.") % {
            "what": count % {"count": len(lines)}
        }

    return answer(request, question, do)


def _is_offered(remedy: str, lines: Sequence[Finding]) -> bool:
    return all(remedy in line.offered for line in lines)
