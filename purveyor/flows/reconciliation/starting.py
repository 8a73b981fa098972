"""When a reconciliation begins: a person asks, the night comes, an attempt failed."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.contract import Capability
from purveyor.domain.provisioning.models import AccountLink
from purveyor.domain.provisioning.registry import manager_for, setup_of
from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import Policy, ReconciliationRun
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import changes_of, log
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

SCHEDULE = "schedule"
AFTER_AN_ATTEMPT = "worker"
LATER = timedelta(minutes=10)  # while another look at the same vendor is under way


class LooksAlready(Refused):
    """A vendor's listing is read once at a time."""

    code = "reconciliation.looks_already"


class NothingListed(Refused):
    """A vendor that lists nothing cannot be compared with."""

    code = "reconciliation.nothing_listed"


@transaction.atomic
def start_reconciliation(
    *,
    application: Application,
    account: Account | None,
    actor: str,
    now: datetime,
    lane: Lane = Lane.INTERACTIVE,
) -> ReconciliationRun:
    """
    Have a worker compare our records with a vendor's; nothing is changed by it.

    :raises NothingListed: if the vendor lists no coupons.
    :raises LooksAlready: if that is being done now.
    """
    manager = manager_for(setup_of(application))
    if Capability.LIST not in manager.capabilities:
        words = _(
            "%(vendor)s does not list its coupons, so nothing can be compared. See "
            "Setup > Applications."
        )
        raise NothingListed(words % {"vendor": application.name})
    try:
        with transaction.atomic():
            run = ReconciliationRun.objects.create(
                application=application,
                account=account,
                asked_by=actor,
                asked_at=now,
                due_at=now,
                lane=lane,
                waits_because=_("The vendor's listing is about to be read."),
            )
    except IntegrityError as error:
        if not _looks(application).exists():
            raise
        words = _("%(vendor)s is being looked at already. Wait until that is done.")
        raise LooksAlready(words % {"vendor": application.name}) from error
    log(run, "start", actor=actor, at=now)
    wake()
    return run


@transaction.atomic
def keep_policies(*, now: datetime) -> None:
    """Give every application a policy, so that its nights are not forgotten."""
    without = Application.objects.filter(
        reconciliation_policy__isnull=True, setup__isnull=False
    )
    for application in without:
        policy = Policy(application=application)
        policy.due_at = next_night(policy=policy, now=now)
        policy.save()


@transaction.atomic
def edit_policy(
    *, policy: Policy, changed: list[str], actor: str, now: datetime
) -> None:
    """Save how an application is reconciled, and when it is next."""
    policy.full_clean()
    policy.due_at = next_night(policy=policy, now=now)
    changes = changes_of(policy, changed)
    policy.save()
    log(policy, "edit", actor=actor, at=now, changes=changes)


def next_night(*, policy: Policy, now: datetime) -> datetime | None:
    """Return when an application is looked at next by itself; None if it is not."""
    return clock.next_at(hour=policy.at_hour, now=now) if policy.is_nightly else None


@transaction.atomic
def begin_night(*, pk: int, now: datetime) -> None:
    """Begin the nightly reconciliation of one application; the next is written down."""
    policy = Policy.objects.select_for_update().select_related("application").get(pk=pk)
    if policy.due_at is None or policy.due_at > now:
        return
    Policy.objects.filter(pk=pk).update(due_at=next_night(policy=policy, now=now))
    if policy.application.is_active:
        _begin(policy.application, None, actor=SCHEDULE, now=now)


@transaction.atomic
def begin_for_link(*, pk: int, now: datetime) -> None:
    """
    Compare the account of an attempt that ended unclear or failed.

    While its vendor is being looked at, or several accounts wait, the whole of it is
    compared once instead of every account by itself.
    """
    related = AccountLink.objects.select_related("application", "account")
    link = related.select_for_update(of=("self",)).get(pk=pk)
    if link.compare_due_at is None or link.compare_due_at > now:
        return
    waiting = AccountLink.objects.filter(
        application=link.application, compare_due_at__lte=now
    )
    if _looks(link.application).exists():
        waiting.update(compare_due_at=now + LATER)
        return
    is_only = waiting.count() == 1
    waiting.update(compare_due_at=None)
    account = link.account if is_only else None
    _begin(link.application, account, actor=AFTER_AN_ATTEMPT, now=now)


def _looks(application: Application) -> QuerySet[ReconciliationRun]:
    """Return the look at a vendor that is under way, if there is one."""
    return ReconciliationRun.objects.filter(
        application=application, state=RunState.LOOKING
    )


def _begin(
    application: Application, account: Account | None, *, actor: str, now: datetime
) -> None:
    try:
        with transaction.atomic():
            start_reconciliation(
                application=application,
                account=account,
                actor=actor,
                now=now,
                lane=Lane.BATCH,
            )
    except Refused as refusal:  # it lists nothing, or is being looked at already
        log(
            application,
            "skip_reconciliation",
            actor=actor,
            at=now,
            reason=refusal.message,
        )
