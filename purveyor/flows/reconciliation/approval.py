"""
What people decide about a plan: remedies, what is left out, propose, approve, undo.

By the policy a second person approves. A plan that would change too much is refused
unless somebody insists.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.flows.reconciliation.drifts import (
    CHANGING,
    FOR_ACCOUNT,
    UNDOABLE,
    WITH_REASON,
)
from purveyor.flows.reconciliation.guards import guard_of
from purveyor.flows.reconciliation.lifecycle import (
    FINDING,
    RUN,
    FindingState,
    Remedy,
    RunState,
)
from purveyor.flows.reconciliation.models import (
    Finding,
    Known,
    Policy,
    ReconciliationRun,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

BECAUSE_MAX = 300
CHANGES_SHARE_MAX = 0.3
ASSETS_FOR_SHARE = 10
WAITING = (RunState.LOOKING, RunState.PLANNED, RunState.PROPOSED)


class NotPrepared(Refused):
    """A line lacks what its remedy needs."""

    code = "reconciliation.not_prepared"


class NotOffered(Refused):
    """Only what is offered for a difference is done about it."""

    code = "reconciliation.not_offered"


class PlanClosed(Refused):
    """Lines are changed while their plan waits for it."""

    code = "reconciliation.plan_closed"


class SecondPersonNeeded(Refused):
    """By the policy, who has proposed a plan does not approve it."""

    code = "reconciliation.second_person_needed"


class UnsafePlan(Refused):
    """A plan that changes this much is more likely a vendor's mistake than ours."""

    code = "reconciliation.unsafe_plan"


class NothingToApply(Refused):
    """A plan needs a line with a remedy."""

    code = "reconciliation.nothing_to_apply"


# ------------------------------------------------------------------ lines


@transaction.atomic
def choose_remedy(
    *,
    line: Finding,
    remedy: str,
    for_account: Account | None,
    because: str,
    actor: str,
    now: datetime,
) -> None:
    """
    Say what is to be done about one line; an empty remedy leaves it alone.

    :raises NotOffered: if it is not offered for this difference.
    :raises NotPrepared: if it needs an account, or a reason.
    :raises PlanClosed: if the plan was proposed, approved or discarded meanwhile.
    """
    _lock_planned(line)
    reason = " ".join(because.split())[:BECAUSE_MAX]
    if remedy and remedy not in line.offered:
        raise NotOffered(_("This is not offered for line %d.") % line.position)
    missing = missing_of(remedy=remedy, for_account=for_account, because=reason)
    if missing:
        raise NotPrepared(missing, line=line.position)
    before = line.remedy
    Finding.objects.filter(pk=line.pk).update(
        remedy=remedy, for_account=for_account, because=reason
    )
    line.remedy, line.for_account, line.because = remedy, for_account, reason
    log(
        line,
        "choose_remedy",
        actor=actor,
        at=now,
        before=before,
        after=remedy,
        reason=reason,
    )


def missing_of(*, remedy: str, for_account: Account | None, because: str) -> str:
    """Return what a remedy still needs of a person, in words; empty if nothing."""
    if remedy in FOR_ACCOUNT and for_account is None:
        return _("Choose the account.")
    if remedy in WITH_REASON and not because:
        return _("Say why.")
    return ""


@transaction.atomic
def exclude_line(*, line: Finding, actor: str, now: datetime) -> None:
    """
    Leave a line out of the plan; it is found again by the next one.

    :raises PlanClosed: if the plan was proposed, approved or discarded meanwhile.
    :raises MoveRefused: if it is left out already.
    """
    _lock_planned(line)
    FINDING.advance(line, "exclude", actor=actor, at=now)


@transaction.atomic
def include_line(*, line: Finding, actor: str, now: datetime) -> None:
    """
    Take a line back into the plan.

    :raises PlanClosed: if the plan was proposed, approved or discarded meanwhile.
    :raises MoveRefused: if it is in it already.
    """
    _lock_planned(line)
    FINDING.advance(line, "include", actor=actor, at=now)


def _lock_planned(line: Finding) -> None:
    run = ReconciliationRun.objects.select_for_update().get(pk=line.run_id)
    if run.state != RunState.PLANNED:
        words = _("The plan is “%(state)s”; its lines cannot be changed now.")
        raise PlanClosed(words % {"state": run.get_state_display()})


# ------------------------------------------------------------------ the plan


@transaction.atomic
def propose_plan(*, run: ReconciliationRun, actor: str, now: datetime) -> None:
    """
    Say that a plan is ready, so that a second person can approve it.

    :raises NothingToApply: if no line has a remedy.
    :raises MoveRefused: if it does not wait for this.
    """
    _check_lines(run)
    RUN.advance(run, "propose", actor=actor, at=now, proposed_by=actor)


@transaction.atomic
def take_back_plan(*, run: ReconciliationRun, actor: str, now: datetime) -> None:
    """
    Take a proposed plan back, to change its lines.

    :raises MoveRefused: if it was not proposed, or is approved by now.
    """
    RUN.advance(run, "take_back", actor=actor, at=now, proposed_by="")


@transaction.atomic
def approve_plan(
    *, run: ReconciliationRun, is_forced: bool, actor: str, now: datetime
) -> None:
    """
    Have a plan applied; a worker does it.

    With `is_forced` also a plan that changes more than is usual.

    :raises SecondPersonNeeded: if nobody has proposed it, or the same person.
    :raises NothingToApply: if no line has a remedy.
    :raises UnsafePlan: if it changes too much, and nobody insists.
    :raises MoveRefused: if it does not wait for this.
    """
    if not RUN.allows(run, "approve"):
        raise RUN.refusal(run, "approve")
    policy = policy_of(run.application_id)
    if policy.needs_second_person and run.proposed_by in {"", actor}:
        words = (
            _("You have proposed this plan; another person must approve it.")
            if run.proposed_by
            else _("Propose the plan first; then another person approves it.")
        )
        raise SecondPersonNeeded(words)
    _check_lines(run)
    if not is_forced:
        raise_if_unsafe(run)
    RUN.advance(
        run,
        "approve",
        actor=actor,
        at=now,
        approved_by=actor,
        approved_at=now,
        is_forced=is_forced,
        due_at=now,
        tries_count=0,
        lane=Lane.INTERACTIVE,
        waits_because=_("It is about to be applied."),
    )
    wake()


def _check_lines(run: ReconciliationRun) -> None:
    chosen = run.findings.filter(state=FindingState.OPEN).exclude(remedy="")
    if not chosen.exists():
        words = _("No line has a remedy. Choose what is to be done, or discard it.")
        raise NothingToApply(words)
    needy = chosen.filter(remedy__in=FOR_ACCOUNT, for_account__isnull=True)
    needy |= chosen.filter(remedy__in=WITH_REASON, because="")
    line = needy.order_by("position").first()
    if line is not None:
        missing = missing_of(
            remedy=line.remedy, for_account=line.for_account, because=line.because
        )
        words = _("Line %(line)d: %(missing)s")
        raise NotPrepared(words % {"line": line.position, "missing": missing})


def raise_if_unsafe(run: ReconciliationRun) -> None:
    """
    Check the size of a plan before anything is applied.

    Imports and marks do not count.

    Units:  a share of the assets that were compared, from ten on.
    :raises UnsafePlan: if it would change more than the allowed share of them.
    """
    count = (
        run.findings.filter(state=FindingState.OPEN, remedy__in=CHANGING)
        .order_by()
        .count()
    )
    limit = int(run.compared_count * CHANGES_SHARE_MAX)
    if run.compared_count < ASSETS_FOR_SHARE or count <= limit:
        return
    message = _(
        "%(count)d of %(compared)d assets would be changed; at most %(limit)d may be "
        "in one plan. Check the vendor's listing first. If it is right, approve the "
        "plan all the same."
    )
    facts = {"count": count, "compared": run.compared_count, "limit": limit}
    raise UnsafePlan(message % facts, **facts)


@transaction.atomic
def discard_plan(
    *, run: ReconciliationRun, because: str, actor: str, now: datetime
) -> None:
    """
    Set a plan aside; nothing of it is done, and it stays to be read.

    :raises MoveRefused: if it was approved or has ended.
    """
    reason = " ".join(because.split())[:BECAUSE_MAX]
    RUN.move(
        run,
        "discard",
        ended_at=now,
        due_at=None,
        leased_until=None,
        lease_token="",  # a worker that looks has lost it, and stops
        waits_because=reason,
    )
    log(run, "discard", actor=actor, at=now, after=run.state, reason=reason)


@transaction.atomic
def plan_undo(
    *, run: ReconciliationRun, actor: str, now: datetime
) -> ReconciliationRun:
    """
    Return a new plan that puts back what an applied one has done, where it can be.

    What was adopted, imported, cancelled or asked of the vendor stays.

    :raises NothingToApply: if nothing of it can be put back.
    """
    done = (
        run.findings.filter(state=FindingState.DONE, remedy__in=UNDOABLE)
        .select_related("asset", "observation", "link", "seen_account")
        .order_by("position")
    )
    lines = list(done)
    undo_before = run.undone_by.exclude(state=RunState.DISCARDED).first()
    if undo_before is not None:
        words = _("Reconciliation %(number)d puts it back already.")
        raise NothingToApply(words % {"number": undo_before.pk})
    if run.state != RunState.APPLIED or not lines:
        raise NothingToApply(_("Nothing of this plan can be put back."))
    undo = ReconciliationRun.objects.create(
        application=run.application,
        account=run.account,
        undoes=run,
        state=RunState.PLANNED,
        asked_by=actor,
        asked_at=now,
        compared_count=run.compared_count,
        findings_count=len(lines),
        waits_because=_("It puts back what another plan has done."),
    )
    Finding.objects.bulk_create(
        [_undone(undo, line, n) for n, line in enumerate(lines, start=1)]
    )
    log(undo, "create", actor=actor, at=now, undoes=run.pk)
    return undo


def _undone(undo: ReconciliationRun, line: Finding, position: int) -> Finding:
    return Finding(
        run=undo,
        position=position,
        drift=line.drift,
        subject=line.subject,
        identity=line.identity,
        asset=line.asset,
        observation=line.observation,
        link=line.link,
        seen_account=line.seen_account,
        account=line.account,
        ours=line.ours,
        theirs=line.theirs,
        evidence=[str(line.result)],
        cost=line.cost,
        price=line.price,
        currency=line.currency,
        offered=[str(Remedy.PUT_BACK)],
        remedy=Remedy.PUT_BACK,
        undoes=line,
        guard=guard_of(
            line.drift,
            asset=line.asset,
            coupon=line.observation,
            link=line.link,
            seen_account=line.seen_account,
        ),
    )


@transaction.atomic
def forget_known(*, known: Known, actor: str, now: datetime) -> None:
    """Have a known difference found again by the next plan, if it is still there."""
    log(known, "forget", actor=actor, at=now, reason=known.because)
    known.delete()


def policy_of(application_id: int) -> Policy:
    """Return how an application is reconciled; as usual, if nobody has said."""
    found = Policy.objects.filter(application=application_id).first()
    return found or Policy(application_id=application_id)
