"""Operations > Reconciliation: what was compared with the vendors, and each plan."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from purveyor.domain.provisioning.troubles import active_applications
from purveyor.faces.backoffice.frame.display import (
    NOTHING,
    link_to,
    moment,
    status_badge,
)
from purveyor.faces.backoffice.frame.shown_only import ShownOnly
from purveyor.faces.backoffice.frame.site import CRUMB, bss
from purveyor.faces.backoffice.operations.reconciliation_lines import LineList
from purveyor.faces.backoffice.operations.reconciliation_progress import progress_of
from purveyor.faces.backoffice.operations.reconciliation_run import (
    MAY_LOOK,
    MAY_PREPARE,
    UNDER_WAY,
    person,
    run_page,
)
from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.flows.reconciliation.queries import (
    OPEN,
    get_run,
    last_run_of,
    risk_by_run,
)

AT_RISK = {*OPEN, RunState.APPLYING}


@admin.register(ReconciliationRun, site=bss)
class RunAdmin(ShownOnly):
    """Every comparison with a vendor, the newest first."""

    list_display = (
        "number",
        "state_badge",
        "vendor",
        "asked",
        "listed",
        "compared",
        "found",
        "risk",
    )
    list_display_links = ("number",)
    list_filter = (
        ("application", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
    )
    list_select_related = ("application", "account")
    list_before_template: Any = "backoffice/reconciliation/vendors.html"
    ordering = ("-id",)
    empty_title = gettext_lazy("Nothing was compared yet")
    empty_text = gettext_lazy(
        "Reconciliation reads what a vendor holds for us and compares it with our "
        "assets. What differs becomes a plan, with the evidence and the money at risk; "
        "nothing is changed until somebody approves it. Press Reconcile now."
    )

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {
            "all": ("backoffice/records.css", "backoffice/reconciliation.css")
        }

    def complete_rows(self, rows: list[ReconciliationRun]) -> None:
        """Read the money at risk of the plans, in one go."""
        runs = [run for run in rows if _is_at_risk(run)]
        sums = risk_by_run(runs=[run.pk for run in runs]) if runs else {}
        for run in rows:
            vars(run)["sums"] = sums.get(run.pk, ())

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationRun]:
        """Return the runs without the vendor's cursor, which no page shows."""
        return super().get_queryset(request).defer("cursor")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the vendors, then what was compared with them."""
        context = {
            "title": _("Reconciliation"),
            "vendors": [_vendor(each) for each in active_applications()],
            "may_start": request.user.has_perm(MAY_PREPARE),
            "may_see_known": request.user.has_perm("reconciliation.view_known"),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one reconciliation: its head, and the lines of its plan."""
        if not object_id.isdecimal():
            raise Http404
        run = get_run(pk=int(object_id))
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        lines = LineList(Finding, bss, run=run)
        request.META[CRUMB] = number_of(run)
        context = {
            "title": number_of(run),
            "opts": self.opts,
            "page": run_page(run, request),
            "progress": progress_of(run, {}),
        }
        return lines.changelist_view(request, context)

    # ---------------------------------------------------------------- columns

    @display(description=gettext_lazy("Number"), ordering="id")
    def number(self, run: ReconciliationRun) -> str:
        """Return the number, by which people speak of it."""
        return f"{run.pk}"

    @display(description=gettext_lazy("Service manager, account"))
    def vendor(self, run: ReconciliationRun) -> SafeString:
        """Return whose listing was compared, and for which account."""
        name = run.account.name if run.account else ""
        account = link_to(run.account, name) if run.account else ""
        return render_cell("vendor", {"run": run, "account": account})

    @display(description=gettext_lazy("Status"))
    def state_badge(self, run: ReconciliationRun) -> SafeString:
        """Return where it stands; while a worker is at it, also how far it is."""
        context = {
            "badge": status_badge(run, "state"),
            "text": run.waits_because if run.state in UNDER_WAY else "",
        }
        return render_cell("state", context)

    @display(description=gettext_lazy("Asked"), ordering="asked_at")
    def asked(self, run: ReconciliationRun) -> SafeString:
        """Return when it was asked for, and by whom."""
        context = {"at": moment(run.asked_at), "who": person(run.asked_by)}
        return render_cell("asked", context)

    @display(description=gettext_lazy("Coupons listed"))
    def listed(self, run: ReconciliationRun) -> str:
        """Return how many coupons the vendor has shown."""
        return f"{run.rows_count:,}"

    @display(description=gettext_lazy("Compared"))
    def compared(self, run: ReconciliationRun) -> str:
        """Return how many of our assets were compared."""
        return f"{run.compared_count:,}"

    @display(description=gettext_lazy("Findings"))
    def found(self, run: ReconciliationRun) -> SafeString:
        """Return how many differences were found, and how many of them are new."""
        return render_cell("found", {"run": run})

    @display(description=gettext_lazy("Money at risk"))
    def risk(self, run: ReconciliationRun) -> Any:
        """Return the sums, as long as something can be done about them."""
        sums = vars(run).get("sums", ())
        return render_cell("risk", {"sums": sums}) if sums else NOTHING


@bss.page(
    "reconciliation/reconciliationrun/<int:reconciliation_id>/progress/",
    name="reconciliation_progress",
    permission=MAY_LOOK,
)
@require_GET
def progress(request: HttpRequest, reconciliation_id: int) -> HttpResponse:
    """Answer the page that asks how it goes; once it has ended, show it anew."""
    going = progress_of(get_run(pk=reconciliation_id), request.GET)
    if going is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    template = "backoffice/reconciliation/progress.html"
    return render(request, template, {"progress": going})


def number_of(run: ReconciliationRun) -> str:
    """Return how a reconciliation is called."""
    return _("Reconciliation %(number)d") % {"number": run.pk}


def render_cell(name: str, context: dict[str, Any]) -> SafeString:
    """Return a cell of the list that says two things."""
    return render_to_string(f"backoffice/reconciliation/run_{name}.html", context)


def _is_at_risk(run: ReconciliationRun) -> bool:
    return run.state in AT_RISK and run.undoes_id is None


def _vendor(application: Any) -> dict[str, Any]:
    """Return what stands above the list about one vendor."""
    last = last_run_of(application)
    policy = getattr(application, "reconciliation_policy", None)
    start = reverse("bss:start_reconciliation")
    return {
        "application": application,
        "last": last,
        "badge": status_badge(last, "state") if last else "",
        "next_at": policy.due_at if policy else None,
        "start_url": f"{start}?application={application.pk}",
    }
