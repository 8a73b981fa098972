"""Questions about reconciliations: newest plans, totals, what is new, the risk."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import get_account
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.catalogue.queries import application_called
from purveyor.flows.reconciliation.drifts import UNDOABLE
from purveyor.flows.reconciliation.lifecycle import (
    Drift,
    FindingState,
    Remedy,
    RunState,
)
from purveyor.flows.reconciliation.models import (
    Finding,
    Policy,
    ReconciliationRun,
)
from purveyor.flows.reconciliation.planning import run_before
from purveyor.kernel.errors import NotFound
from purveyor.kernel.money import Money

DIFF_MAX = 1_000
CARDS_MAX = 20
ABOUT_MAX = 10
OPEN = (RunState.PLANNED, RunState.PROPOSED)
OVERDUE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Total:
    """How many findings of one kind a plan has, and the money they put at risk."""

    drift: Drift
    count: int
    cost: Money | None
    price: Money | None

    @property
    def label(self) -> str:
        """The kind, in words."""
        return str(self.drift.label)

    @property
    def has_money(self) -> bool:
        """Whether money is at risk by it."""
        amounts = [each.amount for each in (self.cost, self.price) if each is not None]
        return any(amounts)


def totals_of(*, run: ReconciliationRun, only_new: bool = False) -> tuple[Total, ...]:
    """Return the totals of a plan by kind and currency, in the order of the kinds."""
    lines = run.findings.filter(is_new=True) if only_new else run.findings.all()
    rows = (
        lines.order_by()
        .values("drift", "currency")
        .annotate(count=Count("pk"), cost=Sum("cost"), price=Sum("price"))
    )
    order = {str(drift): n for n, drift in enumerate(Drift)}
    return tuple(
        Total(
            Drift(row["drift"]),
            row["count"],
            _money(row["cost"], row["currency"]),
            _money(row["price"], row["currency"]),
        )
        for row in sorted(rows, key=lambda r: (order[r["drift"]], r["currency"]))
    )


def _money(amount: Decimal, currency: str) -> Money | None:
    return Money(amount, currency) if currency else None


def money_at_risk(*, run: ReconciliationRun) -> tuple[Total, ...]:
    """Return the sums of a plan, one of each currency; the kind says nothing here."""
    rows = (
        run.findings.exclude(currency="")
        .order_by("currency")
        .values("currency")
        .annotate(count=Count("pk"), cost=Sum("cost"), price=Sum("price"))
    )
    return tuple(
        Total(
            Drift.DIFFERENT,
            row["count"],
            _money(row["cost"], row["currency"]),
            _money(row["price"], row["currency"]),
        )
        for row in rows
    )


def risk_by_run(*, runs: Collection[int]) -> Mapping[int, tuple[Total, ...]]:
    """Return the sums of several plans at once, one of each currency."""
    rows = (
        Finding.objects.filter(run__in=runs)
        .exclude(currency="")
        .order_by("currency")
        .values("run", "currency")
        .annotate(count=Count("pk"), cost=Sum("cost"), price=Sum("price"))
    )
    found: dict[int, tuple[Total, ...]] = defaultdict(tuple)
    for row in rows:
        cost = _money(row["cost"], row["currency"])
        price = _money(row["price"], row["currency"])
        total = Total(Drift.DIFFERENT, row["count"], cost, price)
        found[row["run"]] += (total,)
    return found


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is decided about the lines of a plan that are still to be applied."""

    chosen: tuple[tuple[Remedy, int], ...]  # of the lines that are still to be applied
    undecided_count: int  # no remedy yet: they are left as they are
    excluded_count: int


def decisions_of(*, run: ReconciliationRun) -> Decisions:
    """Return how many lines have which remedy, have none, or are left out."""
    rows = run.findings.order_by().values("state", "remedy").annotate(count=Count("pk"))
    left = {FindingState.OPEN, FindingState.ASKING}
    counts = {row["remedy"]: 0 for row in rows}
    for row in rows:
        counts[row["remedy"]] += row["count"] if row["state"] in left else 0
    return Decisions(
        chosen=tuple((each, counts[each]) for each in Remedy if counts.get(each)),
        undecided_count=counts.get("", 0),
        excluded_count=sum(
            row["count"] for row in rows if row["state"] == FindingState.EXCLUDED
        ),
    )


def is_undoable(*, run: ReconciliationRun) -> bool:
    """Return whether something that a plan has done can be put back, and was not."""
    if run.state != RunState.APPLIED:
        return False
    undone = run.undone_by.exclude(state=RunState.DISCARDED)
    done = run.findings.filter(state=FindingState.DONE, remedy__in=UNDOABLE)
    return done.exists() and not undone.exists()


def get_run(*, pk: int) -> ReconciliationRun:
    """
    Return a reconciliation.

    :raises NotFound: if there is none with this number.
    """
    related = ("application", "account", "undoes")
    run = ReconciliationRun.objects.select_related(*related).filter(pk=pk).first()
    if run is None:
        message = f"There is no reconciliation {pk}."
        raise NotFound(message)
    return run


def newest_plans(*, limit: int = CARDS_MAX) -> tuple[ReconciliationRun, ...]:
    """Return the plans that wait for a person, the newest first."""
    waiting = ReconciliationRun.objects.filter(state__in=OPEN)
    return tuple(
        waiting.select_related("application", "account").order_by("-pk")[:limit]
    )


def findings_about(*, asset: Asset, limit: int = ABOUT_MAX) -> tuple[Finding, ...]:
    """Return the lines about an asset, the newest first; not of discarded plans."""
    found = Finding.objects.filter(asset=asset).select_related("run")
    found = found.exclude(run__state=RunState.DISCARDED)
    return tuple(found.order_by("-pk")[:limit])


def last_run_of(application: Application) -> ReconciliationRun | None:
    """Return the newest reconciliation of an application."""
    return (
        ReconciliationRun.objects.filter(application=application)
        .order_by("-pk")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """What is compared: all that an application sells, or what one account owns."""

    application: Application
    account: Account | None


def scope_called(*, application: str, account: str | None) -> Scope:
    """
    Return what is compared, by the names that a person uses.

    :raises NotFound: if there is no such application or account.
    """
    return Scope(
        application_called(name=application),
        get_account(number=account.strip().upper()) if account is not None else None,
    )


def look_at(application: Application) -> ReconciliationRun | None:
    """Return the reconciliation for which a vendor is looked at now, if any."""
    related = ("application", "account", "undoes")
    looks = ReconciliationRun.objects.select_related(*related)
    return looks.filter(application=application, state=RunState.LOOKING).first()


def undecided_count(*, run: ReconciliationRun) -> int:
    """Return how many lines of a plan have no remedy yet."""
    return run.findings.filter(state=FindingState.OPEN, remedy="").count()


def applied_counts(*, run: ReconciliationRun) -> tuple[int, int]:
    """Return how many lines are done or refused by now, and how many are to be."""
    ended = Q(state__in=(FindingState.DONE, FindingState.REFUSED))
    wanted = run.findings.exclude(remedy="").exclude(state=FindingState.EXCLUDED)
    counts = wanted.aggregate(ended=Count("pk", filter=ended), wanted=Count("pk"))
    return counts["ended"], counts["wanted"]


def overdue_policies(*, now: datetime) -> tuple[Policy, ...]:
    """Return the policies whose night has passed a day ago and did not begin."""
    overdue = Policy.objects.filter(
        due_at__lt=now - OVERDUE_AFTER, application__is_active=True
    )
    return tuple(overdue.select_related("application").order_by("application__name"))


def rows_last_listed(*, application: int) -> int:
    """Return how many coupons an application's last complete listing had; 0 if none."""
    listed = ReconciliationRun.objects.filter(
        application=application, listed_at__isnull=False
    )
    rows = listed.order_by("-pk").values_list("rows_count", flat=True)
    return rows.first() or 0


def lines_of(run: ReconciliationRun) -> Iterator[Finding]:
    """Yield all lines of a plan in their order, in bounded memory."""
    related = ("asset", "observation", "link", "account", "for_account")
    lines = run.findings.select_related(*related).order_by("position")
    return lines.iterator(chunk_size=500)


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two plans: lines that are new, and lines that are gone."""

    before: ReconciliationRun | None
    new: tuple[Finding, ...]
    mended: tuple[Finding, ...]


def diff_of(*, run: ReconciliationRun, limit: int = DIFF_MAX) -> Diff:
    """Return what is new in a plan, and what of the plan before is mended."""
    before = run_before(run)
    new = run.findings.filter(is_new=True).order_by("position")[:limit]
    if before is None:
        return Diff(None, tuple(new), ())
    still = run.findings.values("subject")
    gone = before.findings.exclude(subject__in=still).order_by("position")
    return Diff(before, tuple(new), tuple(gone[:limit]))
