"""What came of a reconciliation, as a person reads it on a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from purveyor.flows.reconciliation.approval import policy_of
from purveyor.flows.reconciliation.lifecycle import FindingState, RunState
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.flows.reconciliation.queries import (
    lines_of,
    money_at_risk,
    totals_of,
    undecided_count,
)
from purveyor.kernel.money import Money

WIDTH = 100
PLACE = "Operations > Reconciliation"
ENDED = (FindingState.DONE, FindingState.REFUSED)


def print_plan(run: ReconciliationRun) -> None:
    """Print what differs, what it puts at risk, and what can be done about it."""
    console = Console(width=WIDTH)
    if run.findings_count:
        console.print(_table(run))
    for words in _words_of(run):
        console.print(escape(words), highlight=False)


def _table(run: ReconciliationRun) -> Table:
    title = f"Plan {run.pk}: {run.application}"
    table = Table(title=title, title_justify="left")
    table.add_column("What differs", overflow="fold")
    for head in ("Findings", "Cost at risk", "Price at risk"):
        table.add_column(head, justify="right")
    for row in totals_of(run=run):
        money = (_shown(row.cost), _shown(row.price)) if row.has_money else ("", "")
        table.add_row(escape(row.label), str(row.count), *money)
    table.add_section()
    for row in money_at_risk(run=run):
        if row.has_money:
            table.add_row("All", str(row.count), _shown(row.cost), _shown(row.price))
    return table


def _shown(amount: Money | None) -> str:
    return "" if amount is None else str(amount)


def _words_of(run: ReconciliationRun) -> Iterator[str]:
    if not run.findings_count:
        yield f"{run.application}: both sides agree."
    yield (
        f"Assets compared: {run.compared_count}. Coupons listed: {run.rows_count}. "
        f"Findings: {run.findings_count}, new: {run.new_count}. "
        f"Mended since the plan before: {run.mended_count}."
    )
    if run.waiting_count:
        yield (
            f"Missing for the first time: {run.waiting_count}. That counts once "
            "another complete listing does not show them either."
        )
    if run.findings_count:
        yield from _next_steps(run)


def _next_steps(run: ReconciliationRun) -> Iterator[str]:
    """Say what to do with a plan: decide, propose, apply."""
    yield f"Nothing was changed. This is plan {run.pk}; its lines stand under {PLACE}."
    undecided = undecided_count(run=run)
    if undecided:
        yield f"Lines without a remedy: {undecided}. A person decides about them there."
    if undecided == run.findings_count:
        return
    command = f"purveyor reconcile {run.application.connector} --apply {run.pk}"
    if policy_of(run.application_id).needs_second_person:
        yield (
            f"A second person approves plans of {run.application}: propose it under "
            f"{PLACE}; then somebody else approves it there, or by `{command}`."
        )
    else:
        yield f"Apply it with `{command}`."


def print_applied(run: ReconciliationRun) -> None:
    """Print what became of each line of a plan that was applied."""
    for line in lines_of(run):
        if line.state in ENDED:
            print(line_of(line))
    print(f"Plan {run.pk} is {run.get_state_display().lower()}: {run.waits_because}")
    if run.state == RunState.APPLIED and run.refused_count:
        print("Look again to see what still differs, and make a new plan of it.")


def line_of(line: Finding) -> str:
    """Return one line of a plan with its result, as a line of text."""
    state = line.get_state_display().lower()
    about = about_of(line)
    subject = f"{line.get_drift_display()}, {about}" if about else str(line.drift)
    return f"{line.position:>5}  {state:<8} {subject}: {line.result}"


def about_of(line: Finding) -> str:
    """Return by what name a person knows what a line is about."""
    names = (
        line.ours.get("asset"),
        line.theirs.get("coupon"),
        line.ours.get("number"),
        line.theirs.get("name"),
    )
    return str(next((each for each in names if each), ""))
