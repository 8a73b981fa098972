"""What the page of one reconciliation shows above its lines, as plain values."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from purveyor.faces.backoffice.frame.badges import kind_badge
from purveyor.faces.backoffice.frame.display import page_of, status_badge
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.flows.reconciliation.approval import policy_of
from purveyor.flows.reconciliation.drifts import MEANINGS
from purveyor.flows.reconciliation.lifecycle import RUN, Drift, RunState
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.queries import (
    Decisions,
    Total,
    decisions_of,
    is_undoable,
    money_at_risk,
    totals_of,
)
from purveyor.flows.reconciliation.starting import AFTER_AN_ATTEMPT, SCHEDULE

MAY_LOOK = "reconciliation.view_reconciliationrun"
MAY_PREPARE = "reconciliation.prepare_reconciliation"
MAY_APPROVE = "reconciliation.approve_reconciliation"

#: How urgent a kind of difference looks: red may cost money, orange needs care.
ASKED_BY = {
    SCHEDULE: gettext_lazy("The schedule"),
    AFTER_AN_ATTEMPT: gettext_lazy("The system, after an attempt"),
}
NOT_COMPARED = (RunState.LOOKING, RunState.FAILED)
UNDER_WAY = (RunState.LOOKING, RunState.APPLYING)


@dataclass(frozen=True, slots=True)
class KindRow:
    """How many lines of one kind there are, and the money they put at risk."""

    badge: SafeString
    says: str
    count: int
    new_count: int
    costs: tuple[str, ...]
    prices: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class VerbLink:
    """A button that opens the dialog of a verb on the plan."""

    text: str
    href: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Advice:
    """What a person should know or do now."""

    text: str
    then: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything above the lines of a plan."""

    run: ReconciliationRun
    badge: SafeString
    asked_by: str
    kinds: tuple[KindRow, ...]
    sums: tuple[Total, ...]
    chart: str
    chart_options: str
    chart_height: int
    verbs: tuple[VerbLink, ...]
    advice: Advice | None
    undone_by: ReconciliationRun | None
    address: str

    @property
    def was_compared(self) -> bool:
        """Whether both sides were compared, to the end."""
        return was_compared(self.run)

    @property
    def has_plan(self) -> bool:
        """Whether there are lines."""
        return bool(self.kinds)


def run_page(run: ReconciliationRun, request: HttpRequest) -> RunPage:
    """Return what the page of a reconciliation shows to a person."""
    is_planned = run.state != RunState.LOOKING
    totals = totals_of(run=run) if is_planned else ()
    new = totals_of(run=run, only_new=True) if run.new_count else ()
    chart = _chart(totals)
    decisions = decisions_of(run=run)
    return RunPage(
        run=run,
        badge=status_badge(run, "state"),
        asked_by=person(run.asked_by),
        kinds=tuple(_kind_rows(run, totals, new)),
        sums=money_at_risk(run=run) if totals else (),
        chart=chart,
        chart_options=_chart_options(),
        chart_height=90 + 34 * len({row.drift for row in totals}),
        verbs=tuple(_verbs(run, request)),
        advice=_advice(run, decisions, request),
        undone_by=run.undone_by.order_by("-pk").first(),
        address=page_of(run),
    )


def was_compared(run: ReconciliationRun) -> bool:
    """Return whether a plan comes from comparing, to the end, and not from undoing."""
    return run.state not in NOT_COMPARED and run.undoes_id is None


def person(actor: str) -> str:
    """Return who asked: a person's e-mail, the schedule or the system."""
    return str(ASKED_BY.get(actor, actor))


# ------------------------------------------------------------------ totals


def _kind_rows(
    run: ReconciliationRun, totals: tuple[Total, ...], new: tuple[Total, ...]
) -> Iterator[KindRow]:
    for drift in dict.fromkeys(row.drift for row in totals):
        mine = [row for row in totals if row.drift == drift]
        chosen = QueryDict(mutable=True)
        chosen["kind"] = str(drift)
        yield KindRow(
            badge=kind_badge(drift),
            says=str(MEANINGS[drift].says),
            count=sum(row.count for row in mine),
            new_count=sum(row.count for row in new if row.drift == drift),
            costs=tuple(str(row.cost) for row in mine if row.cost and row.cost.amount),
            prices=tuple(
                str(row.price) for row in mine if row.price and row.price.amount
            ),
            href=f"{page_of(run)}?{chosen.urlencode()}#lines",
        )


def _chart(totals: tuple[Total, ...]) -> str:
    """Return the money at risk as unfold's chart wants it; empty without money."""
    with_money = [row for row in totals if row.has_money]
    if not with_money:
        return ""
    kinds = list(dict.fromkeys(row.drift for row in with_money))
    currencies = sorted({row.price.currency for row in with_money if row.price})
    datasets = [
        {
            "label": f"{label} ({currency})",
            "data": [_amount(with_money, kind, currency, name) for kind in kinds],
            "backgroundColor": f"var({colour})",
        }
        for currency in currencies
        for name, label, colour in (
            ("cost", _("Cost at risk"), "--bss-chart-unavailable"),
            ("price", _("Price at risk"), "--bss-chart-unclear"),
        )
    ]
    labels = [str(kind.label) for kind in kinds]
    return json.dumps({"labels": labels, "datasets": datasets})


def _amount(rows: list[Total], kind: Drift, currency: str, name: str) -> float:
    found = (getattr(row, name) for row in rows if row.drift == kind)
    return float(sum(each.amount for each in found if each.currency == currency))


def _chart_options() -> str:
    grey = {"color": "#8a94a3"}
    return json.dumps(
        {
            "animation": False,
            "responsive": True,
            "maintainAspectRatio": False,
            "indexAxis": "y",
            "datasets": {"bar": {"maxBarThickness": 14, "borderRadius": 2}},
            "plugins": {
                "legend": {
                    "display": True,
                    "align": "end",
                    "labels": {**grey, "boxWidth": 12, "boxHeight": 12},
                }
            },
            "scales": {
                "x": {
                    "beginAtZero": True,
                    "border": {"display": False},
                    "grid": {"lineWidth": 0.6},
                    "ticks": {**grey, "maxTicksLimit": 5},
                },
                "y": {"grid": {"display": False}, "ticks": {**grey, "autoSkip": False}},
            },
        }
    )


# ------------------------------------------------------------------ verbs


def _verbs(run: ReconciliationRun, request: HttpRequest) -> Iterator[VerbLink]:
    """Yield the buttons that fit the plan and the person; the first one is the next."""
    may_prepare = request.user.has_perm(MAY_PREPARE)
    needs_second = policy_of(run.application_id).needs_second_person
    if _may_approve(run, request, needs_second=needs_second):
        yield VerbLink(_("Approve"), _address("approve_plan", run), "")
    if not may_prepare:
        return
    if RUN.allows(run, "propose"):
        kind = "" if needs_second else "plain"
        yield VerbLink(_("Propose"), _address("propose_plan", run), kind)
    if RUN.allows(run, "take_back"):
        yield VerbLink(_("Take back"), _address("take_back_plan", run))
    if RUN.allows(run, "discard"):
        yield VerbLink(_("Discard"), _address("discard_plan", run))
    if is_undoable(run=run):
        yield VerbLink(_("Undo"), _address("undo_plan", run))


def _may_approve(
    run: ReconciliationRun, request: HttpRequest, *, needs_second: bool
) -> bool:
    if not (RUN.allows(run, "approve") and request.user.has_perm(MAY_APPROVE)):
        return False
    return not needs_second or run.proposed_by not in {"", actor_of(request)}


def _address(page: str, run: ReconciliationRun) -> str:
    return reverse(f"bss:{page}", args=[run.pk])


# ------------------------------------------------------------------ what is next


def _advice(
    run: ReconciliationRun, decisions: Decisions, request: HttpRequest
) -> Advice | None:
    match run.state:
        case RunState.PLANNED:
            return _advice_on_plan(run, decisions)
        case RunState.PROPOSED:
            return _advice_on_proposal(run, decisions, request)
        case RunState.APPLIED:
            return _advice_on_result(run)
        case RunState.CLEAN:
            then = _("Nothing is to be done.")
            return Advice(run.waits_because, then, "success", "check_circle")
        case RunState.DISCARDED:
            told = _("It was set aside; nothing of it was done.")
            return Advice(told, run.waits_because, "", "block")
    is_failed = run.state == RunState.FAILED
    return Advice(run.waits_because, "", "danger", "error") if is_failed else None


def _advice_on_result(run: ReconciliationRun) -> Advice:
    if not run.refused_count:
        return Advice(run.waits_because, "", "success", "check_circle")
    then = _("What was refused says why. If it is still so, it is found again.")
    return Advice(run.waits_because, then, "warning", "rule")


def _advice_on_plan(run: ReconciliationRun, decisions: Decisions) -> Advice:
    is_second = policy_of(run.application_id).needs_second_person
    undecided = decisions.undecided_count
    if undecided:
        then = ngettext(
            "%(count)s line waits for your decision. Choose what is to be done with "
            "it; without a remedy it stays as it is.",
            "%(count)s lines wait for your decision. Choose what is to be done with "
            "them; without a remedy they stay as they are.",
            undecided,
        ) % {"count": undecided}
    elif is_second:
        then = _("Look at the lines, then propose the plan. Another person approves.")
    else:
        then = _("Look at the lines, then approve the plan.")
    told = _("Nothing is changed yet.") + " " + summary_of(decisions)
    return Advice(told, then, "warning" if undecided else "", "fact_check")


def _advice_on_proposal(
    run: ReconciliationRun, decisions: Decisions, request: HttpRequest
) -> Advice:
    then = _("It can be approved now.")
    is_second = policy_of(run.application_id).needs_second_person
    if is_second and run.proposed_by == actor_of(request):
        then = _("You have proposed it; another person must approve it.")
    told = _("%(who)s has proposed this plan.") % {"who": run.proposed_by}
    return Advice(f"{told} {summary_of(decisions)}", then, "", "how_to_reg")


def summary_of(decisions: Decisions) -> str:
    """Return in one or two sentences what a plan does when it is approved."""
    sums = ", ".join(f"{count} × {each.label}" for each, count in decisions.chosen)
    told = _("To be done: %(sums)s.") % {"sums": sums or _("nothing")}
    if decisions.excluded_count:
        words = _("Left out: %(count)s.") % {"count": decisions.excluded_count}
        told = f"{told} {words}"
    return told
