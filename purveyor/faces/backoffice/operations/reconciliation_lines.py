"""The lines of a plan: both sides' facts, what is at risk, what is decided about it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import known_as
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.queries import with_coupon
from purveyor.domain.provisioning.queries import was_seen
from purveyor.faces.backoffice.frame.badges import kind_badge
from purveyor.faces.backoffice.frame.display import amount, status_badge
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.record_lists import NUMBER
from purveyor.faces.backoffice.frame.ticked import TickedList
from purveyor.faces.backoffice.operations.finding_facts import fact_rows
from purveyor.faces.backoffice.operations.reconciliation_run import MAY_PREPARE
from purveyor.flows.reconciliation.approval import (
    exclude_line,
    include_line,
    missing_of,
)
from purveyor.flows.reconciliation.lifecycle import (
    FINDING,
    Drift,
    FindingState,
    Remedy,
    RunState,
)
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import HIDDEN, TAIL_SHOWN, mask

HITS_MAX = 50
TICKED_MAX = 100
NONE_CHOSEN = "none"
EMPTY = {
    RunState.LOOKING: (
        gettext_lazy("There are no lines yet"),
        gettext_lazy("They stand here as soon as both sides are compared."),
    ),
    RunState.CLEAN: (
        gettext_lazy("Both sides agree"),
        gettext_lazy("What we have written down is what the vendor shows."),
    ),
}
NO_LINES = (gettext_lazy("There are no lines"), "")


class KindFilter(DropdownFilter):
    """Which kind of differences to show."""

    title = gettext_lazy("Finding")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the kinds of differences."""
        return Drift.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the lines of the chosen kind."""
        return queryset.filter(drift=self.value()) if self.value() else queryset


class NewFilter(DropdownFilter):
    """All lines, or those that the plan before did not have."""

    title = gettext_lazy("New")
    parameter_name = "new"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the one choice."""
        return [("yes", _("New only"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the new lines, if they are wanted."""
        return queryset.filter(is_new=True) if self.value() else queryset


class RemedyFilter(DropdownFilter):
    """Lines with one remedy, or with none."""

    title = gettext_lazy("Remedy")
    parameter_name = "remedy"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the remedies, and that there is none yet."""
        return [(NONE_CHOSEN, _("None yet")), *Remedy.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the lines with the chosen remedy."""
        chosen = self.value()
        if not chosen:
            return queryset
        return queryset.filter(remedy="" if chosen == NONE_CHOSEN else chosen)


class LineList(TickedList):
    """The lines of one plan. Several can be ticked, to decide about all of them."""

    keeps_lists = False
    list_display: Any = ("finding", "facts", "at_risk", "decision", "outcome")
    list_display_links: Any = None
    list_filter: ClassVar[Any] = (
        KindFilter,
        ("state", ChoicesDropdownFilter),
        RemedyFilter,
        NewFilter,
    )
    list_select_related: ClassVar[Any] = (
        "run__application",
        "asset__order_item__order",
        "account",
        "for_account",
    )
    list_before_template: Any = "backoffice/reconciliation/run.html"
    list_disable_select_all = True  # lines are decided about by those who see them
    ordering = ("drift", "position")
    search_fields = ("asset__number__exact",)  # and more: see `get_search_results`
    search_is_posted = True  # it may be a coupon code
    search_help_text = gettext_lazy("Asset or account number, account, end of a code")
    actions = ("choose", "leave_out", "take_in")
    actions_list: Any = ()

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {
            "all": ("backoffice/records.css", "backoffice/reconciliation.css")
        }

    def __init__(self, *args: Any, run: ReconciliationRun) -> None:
        super().__init__(*args)
        self.run = run
        self.empty_title, text = EMPTY.get(RunState(run.state), NO_LINES)
        vars(self)["empty_text"] = text

    # ---------------------------------------------------------------- which lines

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        """Return the lines of the plan."""
        return super().get_queryset(request).filter(run=self.run)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Finding], search_term: str
    ) -> tuple[QuerySet[Finding], bool]:
        """Return the lines about an asset, an account or a coupon."""
        term = search_term.replace(HIDDEN, "").strip()
        if not term:
            return queryset, False
        named = Account.objects.filter(known_as(term=term))
        accounts = [pk for (pk,) in named.values_list("pk")[:HITS_MAX]]
        assets = Asset.objects.filter(number=term.upper()) | with_coupon(term)
        found = Q(asset__in=[pk for (pk,) in assets.values_list("pk")[:HITS_MAX]])
        found |= Q(account__in=accounts) | Q(for_account__in=accounts)
        if len(term) == TAIL_SHOWN:
            found |= Q(observation__coupon_mask__endswith=term.upper())
            found |= Q(asset__coupon_mask__endswith=term.upper())
        return queryset.filter(found), False

    def public_term(self, term: str) -> str:
        """Return a number or name as it is; a code as its asset's number or its end."""
        is_end = len(term.replace(HIDDEN, "").strip()) == TAIL_SHOWN
        if is_end or NUMBER.fullmatch(term.upper()):
            return term
        if Account.objects.filter(known_as(term=term)).exists():
            return term
        number = with_coupon(term).values_list("number", flat=True).first()
        return number or (mask(term) if was_seen(code=term) else "")

    # ---------------------------------------------------------------- columns

    @display(description=gettext_lazy("Finding"))
    def finding(self, line: Finding) -> SafeString:
        """Return what differs, about which asset, and the evidence."""
        return self._cell("finding", line, kind=kind_badge(line.drift))

    @display(description=gettext_lazy("Facts"))
    def facts(self, line: Finding) -> SafeString:
        """Return both sides' facts, the unequal ones marked."""
        rows = fact_rows(line)
        shown = [row for row in rows if row.is_shown]
        other = [row for row in rows if not row.is_shown]
        return self._cell("facts", line, shown=shown, other=other)

    @display(description=gettext_lazy("At risk"))
    def at_risk(self, line: Finding) -> SafeString:
        """Return the money that the difference puts at risk."""
        cost = amount(line.cost, line.currency) if line.cost else ""
        price = amount(line.price, line.currency) if line.price else ""
        return self._cell("at_risk", line, cost=cost, price=price)

    @display(description=gettext_lazy("Remedy"))
    def decision(self, line: Finding) -> SafeString:
        """Return what is to be done, and the buttons to decide otherwise."""
        missing = missing_of(
            remedy=line.remedy, for_account=line.for_account, because=line.because
        )
        return self._cell(
            "decision",
            line,
            missing=missing,
            is_open=line.state == FindingState.OPEN,
            is_excluded=line.state == FindingState.EXCLUDED,
            may_decide=self.may_decide,
            query=self.query,
        )

    @display(description=gettext_lazy("Status"))
    def outcome(self, line: Finding) -> SafeString:
        """Return what became of the line."""
        return self._cell("outcome", line, badge=status_badge(line, "state"))

    def _cell(self, name: str, line: Finding, **context: Any) -> SafeString:
        template = f"backoffice/reconciliation/line_{name}.html"
        return render_to_string(template, {"line": line, **context})

    # ---------------------------------------------------------------- decisions

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the lines; the buttons of each come back to the list as it is now."""
        self.may_decide = self.has_prepare_permission(request)
        self.query = request.GET.urlencode()
        return super().changelist_view(request, extra_context)

    def has_prepare_permission(self, request: HttpRequest) -> bool:
        """Return whether a person may decide about lines now."""
        is_open = self.run.state == RunState.PLANNED
        return is_open and request.user.has_perm(MAY_PREPARE)

    @admin.action(description=gettext_lazy("Choose a remedy"), permissions=("prepare",))
    def choose(self, request: HttpRequest, queryset: QuerySet[Finding]) -> HttpResponse:
        """Ask for the remedy of all ticked lines."""
        query = QueryDict(mutable=True)
        query.setlist("line", [str(line.pk) for line in queryset[:TICKED_MAX]])
        page = reverse("bss:choose_remedies", args=[self.run.pk])
        return HttpResponseRedirect(f"{page}?{query.urlencode()}")

    @admin.action(description=gettext_lazy("Leave out"), permissions=("prepare",))
    def leave_out(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        """Leave the ticked lines out of the plan."""
        count = self._do_all(request, queryset, "exclude", exclude_line)
        told = ngettext(
            "%(count)s line is left out.", "%(count)s lines are left out.", count
        )
        messages.success(request, told % {"count": count})

    @admin.action(description=gettext_lazy("Take back in"), permissions=("prepare",))
    def take_in(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        """Take the ticked lines back into the plan."""
        count = self._do_all(request, queryset, "include", include_line)
        told = ngettext(
            "%(count)s line is in the plan again.",
            "%(count)s lines are in the plan again.",
            count,
        )
        messages.success(request, told % {"count": count})

    def _do_all(
        self,
        request: HttpRequest,
        lines: QuerySet[Finding],
        verb: str,
        operation: Callable[..., None],
    ) -> int:
        """Do it with every ticked line that it fits; return how many those are."""
        fitting = [each for each in lines[:TICKED_MAX] if FINDING.allows(each, verb)]
        actor, now, count = actor_of(request), clock.now(), 0
        for line in fitting:
            try:
                operation(line=line, actor=actor, now=now)
            except Refused as refusal:
                messages.error(request, refusal.message)
                break
            count += 1
        return count
