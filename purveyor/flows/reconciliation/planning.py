"""Plan: what differs becomes lines, each with its evidence, remedy and money."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import batched, chain, count

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.contract import ServiceManager
from purveyor.domain.provisioning.lifecycle import AttemptOutcome
from purveyor.domain.provisioning.models import CouponObservation
from purveyor.flows.reconciliation.absences import listings_of
from purveyor.flows.reconciliation.account_lines import account_lines
from purveyor.flows.reconciliation.compare import (
    LISTINGS_TO_BELIEVE,
    Difference,
    Listings,
    Ours,
    compare,
    compare_accounts,
    named,
)
from purveyor.flows.reconciliation.lifecycle import (
    RUN,
    Drift,
    RunState,
)
from purveyor.flows.reconciliation.lines import Lines
from purveyor.flows.reconciliation.models import (
    Finding,
    Known,
    ReconciliationRun,
)
from purveyor.flows.reconciliation.streams import (
    held_under_older_keys,
    holders_of,
    our_assets,
    our_links,
    their_accounts,
    their_coupons,
)
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.leases import Lease

BATCH = 500
WORKER = "worker"
NOT_COMPARED = (RunState.LOOKING, RunState.FAILED)


@transaction.atomic(durable=True)
def make_plan(
    *, run: ReconciliationRun, manager: ServiceManager, lease: Lease, now: datetime
) -> None:
    """
    Compare what was read with our records, and write the plan; nothing else changes.

    What somebody knows of already is left out while it stays as it was.

    :raises LeaseLost: if another worker has the run by now.
    """
    lease.renew()
    run.findings.all().delete()
    listings = listings_of(run=run, manager=manager, now=now)
    lines = Lines(run, listings, manager.capabilities)
    coupons = (
        line
        for part in batched(_differences(run, listings), BATCH, strict=False)
        for line in lines.of(part)
    )
    before = _subjects_before(run)
    subjects = _keep(run, chain(coupons, _account_lines(run)), before, now=now)
    _end(run, lease, subjects, before, now=now)


def _differences(run: ReconciliationRun, listings: Listings) -> Iterator[Difference]:
    ours = our_assets(application=run.application, account=run.account)
    theirs = their_coupons(application=run.application, account=run.account)
    found = compare(ours, theirs, listings=listings)
    for part in batched(found, BATCH, strict=False):
        yield from _named(run, part)
    yield from _missing(run, listings)


def _named(run: ReconciliationRun, part: Iterable[Difference]) -> Iterator[Difference]:
    """Yield differences; strangers are looked up by their reference first."""
    found = list(part)
    strangers = [
        each.theirs
        for each in found
        if each.drift == Drift.STRANGER and each.theirs is not None
    ]
    holders = holders_of(application=run.application, strangers=strangers)
    ours = held_under_older_keys(application=run.application, strangers=strangers)
    for each in found:
        if each.drift != Drift.STRANGER or each.theirs is None:
            yield each
        elif each.theirs.pk not in ours:
            difference = named(each.theirs, holders.get(each.theirs.pk))
            if not _is_under_way(difference):
                yield difference


def _is_under_way(difference: Difference) -> bool:
    """Return whether a worker is about to find a coupon by itself."""
    if difference.drift != Drift.UNHEARD or difference.ours is None:
        return False
    busy = Asset.objects.filter(pk=difference.ours.pk).filter(
        Q(due_at__isnull=False, parked_at__isnull=True)
        | Q(attempts__outcome=AttemptOutcome.OPEN)
    )
    return busy.exists()


def _missing(run: ReconciliationRun, listings: Listings) -> Iterator[Difference]:
    """Yield what waits in doubt for a person, though two listings do not show it."""
    if len(listings.began) < LISTINGS_TO_BELIEVE:
        return
    settled = timedelta(seconds=run.application.setup.settle_seconds)
    seen = CouponObservation.objects.filter(
        application=run.application, key=OuterRef("key")
    )
    waiting = Asset.objects.filter(
        ~Exists(seen),
        application=run.application,
        state=AssetState.ACTIVE,
        coupon_hash__isnull=True,
        in_doubt_since__isnull=False,
        doubtful_call_ended_at__lt=listings.began[-LISTINGS_TO_BELIEVE] - settled,
        parked_at__isnull=False,
    )
    if run.account is not None:
        waiting = waiting.filter(linked_account=run.account)
    columns = ("pk", "key", "state", "external_product_id", "quantity")
    for pk, key, state, product, quantity in waiting.order_by("pk").values_list(
        *columns
    ):
        ours = Ours("", pk, key, state, product, quantity, "", None, None)
        yield Difference(Drift.MISSING, ours)


def _account_lines(run: ReconciliationRun) -> Iterator[Finding]:
    if run.accounts_began_at is None or run.account is not None:
        return
    complete = ReconciliationRun.objects.filter(
        application=run.application,
        accounts_began_at__isnull=False,
        accounts_began_at__lte=run.accounts_began_at,
    ).order_by("accounts_began_at")
    began = complete.values_list("accounts_began_at", flat=True)
    found = compare_accounts(
        our_links(application=run.application),
        their_accounts(application=run.application),
        began=[each for each in began if each is not None],
    )
    for part in batched(found, BATCH, strict=False):
        yield from account_lines(run, part)


def _keep(
    run: ReconciliationRun,
    lines: Iterable[Finding],
    before: frozenset[str],
    *,
    now: datetime,
) -> frozenset[str]:
    """Write the lines that nobody knows of yet; return what they are about."""
    known, replaced = _known(run, now=now), _replaced(run)
    subjects: set[str] = set()
    positions = count(1)
    unknown = (line for line in lines if line.identity not in known)
    for part in batched(unknown, BATCH, strict=False):
        for line in part:
            line.position = next(positions)
            line.is_new = line.subject not in before
            subjects.add(line.subject)
        _take_over_choices(replaced, part)
        Finding.objects.bulk_create(part)
    return frozenset(subjects)


def _known(run: ReconciliationRun, *, now: datetime) -> frozenset[str]:
    valid = Known.objects.filter(application=run.application).filter(
        Q(until__isnull=True) | Q(until__gt=now)
    )
    return frozenset(valid.values_list("identity", flat=True).iterator())


def _replaced(run: ReconciliationRun) -> ReconciliationRun | None:
    """Return the plan that this one replaces, if people could choose in it."""
    before = run_before(run)
    return before if before and before.state == RunState.PLANNED else None


def _take_over_choices(
    replaced: ReconciliationRun | None, lines: Iterable[Finding]
) -> None:
    """Give lines what people have chosen for the same ones, if it is still offered."""
    if replaced is None:
        return
    by_identity = {line.identity: line for line in lines}
    for earlier in replaced.findings.filter(identity__in=by_identity):
        line = by_identity[earlier.identity]
        line.state = earlier.state
        if not earlier.remedy or earlier.remedy in line.offered:
            line.remedy, line.because = earlier.remedy, earlier.because
            line.for_account_id = earlier.for_account_id


def run_before(run: ReconciliationRun) -> ReconciliationRun | None:
    """Return the newest plan of the same scope before this one."""
    return (
        ReconciliationRun.objects.filter(
            application=run.application,
            account=run.account,
            pk__lt=run.pk,
            listed_at__isnull=False,
            undoes__isnull=True,
        )
        .exclude(state__in=NOT_COMPARED)
        .order_by("-pk")
        .first()
    )


def _replace_older(run: ReconciliationRun, *, now: datetime) -> None:
    """Discard plans of the same scope that nobody has proposed: this one is newer."""
    older = ReconciliationRun.objects.filter(
        application=run.application,
        account=run.account,
        state=RunState.PLANNED,
        undoes__isnull=True,
        pk__lt=run.pk,
    )
    words = _("Replaced by reconciliation %(number)d.") % {"number": run.pk}
    for each in older:
        RUN.move(each, "discard", ended_at=now, waits_because=words)
        log(each, "discard", actor=WORKER, at=now, after=each.state, reason=words)


def _subjects_before(run: ReconciliationRun) -> frozenset[str]:
    before = run_before(run)
    if before is None:
        return frozenset()
    return frozenset(before.findings.values_list("subject", flat=True).iterator())


def _end(
    run: ReconciliationRun,
    lease: Lease,
    subjects: frozenset[str],
    before: frozenset[str],
    *,
    now: datetime,
) -> None:
    scope = Asset.objects.filter(application=run.application, coupon_hash__isnull=False)
    if run.account is not None:
        scope = scope.filter(linked_account=run.account)
    counts = run.findings.aggregate(
        every=Count("pk"), new=Count("pk", filter=Q(is_new=True))
    )
    verb = "plan" if counts["every"] else "find_nothing"
    words = _("Findings: %(count)d.") if counts["every"] else _("Both sides agree.")
    RUN.move(
        run,
        verb,
        compared_count=scope.count(),
        findings_count=counts["every"],
        new_count=counts["new"],
        mended_count=len(before - subjects),
        ended_at=None if counts["every"] else now,
        due_at=None,
        tell_due_at=now if counts["new"] else None,
        tries_count=0,
        waits_because=words % {"count": counts["every"]} if counts["every"] else words,
        cause="",
    )
    lease.end()
    _replace_older(run, now=now)
    log(run, verb, actor=WORKER, at=now, after=run.state, findings=counts["every"])
