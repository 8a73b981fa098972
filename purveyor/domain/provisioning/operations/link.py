"""Make an account known at a vendor, through the same three acts as a coupon."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import billing_email_of, country_of
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.contract import (
    AccountRequest,
    ServiceManager,
    VendorAccount,
    VendorError,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import (
    LINK,
    AttemptKind,
    AttemptOutcome,
    LinkStatus,
)
from purveyor.domain.provisioning.models import AccountLink, Attempt
from purveyor.domain.provisioning.operations.attempts import (
    close,
    close_abandoned,
    close_as_failed,
    open_attempt,
)
from purveyor.domain.provisioning.operations.doubt import note_absence
from purveyor.domain.provisioning.operations.subject import (
    NO_DOUBT,
    WORKER,
    Subject,
)
from purveyor.domain.provisioning.registry import manager_for, setup_of
from purveyor.domain.provisioning.vault import open_values
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import seal
from purveyor.kernel.work.delays import give_up_at
from purveyor.kernel.work.leases import Lease
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake


class MissingSyncOption(Refused):
    """A service manager needs more before it can synchronize an account."""

    code = "provisioning.missing_sync_option"


class AlreadySynchronized(Refused):
    """An account that was synchronized stays so."""

    code = "provisioning.already_synchronized"


@transaction.atomic
def ask_to_synchronize(
    *,
    account: Account,
    application: Application,
    options: Mapping[str, str],
    actor: str,
    now: datetime,
) -> AccountLink:
    """
    Have an account made known at a vendor; a worker does it.

    :raises MissingSyncOption: if an option is empty, or the account has no e-mail.
    :raises AlreadySynchronized: if there is nothing to do.
    :raises MoveRefused: if it is being synchronized now.
    """
    setup = setup_of(application)
    _check_options(account, manager_for(setup), options)
    link, _made = AccountLink.objects.get_or_create(
        account=account, application=application
    )
    if link.status == LinkStatus.SYNCHRONIZED:
        message = _("%(account)s is synchronized with %(vendor)s already.")
        names = {"account": account.name, "vendor": application.name}
        raise AlreadySynchronized(message % names)
    fresh = {
        "due_at": now,
        "give_up_at": give_up_at(now=now),
        "parked_at": None,
        "tries_count": 0,
        "lane": Lane.INTERACTIVE,
        "waits_because": _("The vendor is being asked."),
    }
    if link.status == LinkStatus.UNCLEAR:  # looked for now, and never made by this
        AccountLink.objects.filter(pk=link.pk, status=link.status).update(**fresh)
    else:
        sealed = seal(json.dumps(dict(options)))
        forgotten = {"reason": "", "acknowledged_at": None, "acknowledged_by": ""}
        LINK.move(link, "synchronize", options_sealed=sealed, **forgotten, **fresh)
    log(link, "ask_to_synchronize", actor=actor, at=now)
    wake()
    return link


def _check_options(
    account: Account, manager: ServiceManager, options: Mapping[str, str]
) -> None:
    for option in manager.account_sync_options():
        if option.is_required and not options.get(option.name, "").strip():
            message = _("Fill in %(option)s.") % {"option": option.label}
            raise MissingSyncOption(message, option=option.name)
    if not _email_of(account, options):
        message = _(
            "%(account)s has no e-mail. Add one on its page, then synchronize it."
        )
        raise MissingSyncOption(message % {"account": account.name})


def _email_of(account: Account, options: Mapping[str, str]) -> str:
    return options.get("email", "") or billing_email_of(
        account=account, bill_to=account
    )


def acknowledge_link(*, link: AccountLink, actor: str, now: datetime) -> None:
    """Write that a person has seen how the synchronization went."""
    seen = AccountLink.objects.filter(pk=link.pk, acknowledged_at__isnull=True)
    if seen.update(acknowledged_at=now, acknowledged_by=actor):
        link.acknowledged_at, link.acknowledged_by = now, actor
        log(link, "acknowledge", actor=actor, at=now, after=link.status)


def synchronize_link(*, lease: Lease, now: datetime) -> None:
    """
    Look at one account link and do what is still to do: find the account, or make it.

    A step of the street, run by a worker under a lease. It always finds before it
    makes; only an equal reference is adopted.
    """
    link = AccountLink.objects.select_related("account", "application__setup").get(
        pk=lease.pk
    )
    subject, watch = Subject(link, lease), Stopwatch(now)
    close_abandoned(subject=subject, now=now)
    if link.status not in {LinkStatus.SYNCHRONIZING, LinkStatus.UNCLEAR}:
        subject.rest()
        return
    setup = link.application.setup
    manager = manager_for(setup)
    try:
        found = manager.find_account(key=link.account.number)
    except VendorUnavailable as error:
        _wait(subject, error, now=watch.now())
        return
    if found:
        _adopt(subject, found[0], now=watch.now())
    elif not subject.is_in_doubt or note_absence(
        subject=subject, setup=setup, now=watch.now()
    ):
        _synchronize(subject, link, manager, watch)


def _synchronize(
    subject: Subject, link: AccountLink, manager: ServiceManager, watch: Stopwatch
) -> None:
    options = open_values({}, link.options_sealed)
    request = AccountRequest(
        key=link.account.number,
        name=link.account.name,
        email=_email_of(link.account, options),
        country=country_of(link.account),
        options=options,
    )
    attempt = open_attempt(
        subject=subject, kind=AttemptKind.SYNCHRONIZE, now=watch.now()
    )
    try:
        made = manager.synchronize_account(request)
    except VendorError as error:
        close_as_failed(subject=subject, attempt=attempt, error=error, now=watch.now())
        return
    _close_as_made(subject, attempt, made, now=watch.now())


@transaction.atomic(durable=True)
def _close_as_made(
    subject: Subject, attempt: Attempt, made: VendorAccount, *, now: datetime
) -> None:
    in_time = close(attempt=attempt, outcome=AttemptOutcome.MADE, now=now)
    link = AccountLink.objects.select_for_update().get(pk=subject.record.pk)
    if in_time or link.status != LinkStatus.SYNCHRONIZED:
        _connect(subject, made, how="synchronize" if in_time else "adopt", now=now)


@transaction.atomic(durable=True)
def _adopt(subject: Subject, found: VendorAccount, *, now: datetime) -> None:
    subject.lease.renew()
    subject.record.attempts.filter(outcome=AttemptOutcome.UNCLEAR).update(
        outcome=AttemptOutcome.ADOPTED
    )
    _connect(subject, found, how="adopt", now=now)


def _connect(
    subject: Subject, account: VendorAccount, *, how: str, now: datetime
) -> None:
    link = AccountLink.objects.select_related("account").get(pk=subject.record.pk)
    if link.status == LinkStatus.SYNCHRONIZED:
        return
    other = _held_by_another(link, account)
    if other is not None:
        words = _(
            "The vendor says that %(account)s is its account %(id)s, which belongs to "
            "%(other)s."
        )
        names = {"account": link.account.name, "id": account.external_id}
        subject.give_up(words % {**names, "other": other.account.name}, now=now)
        return
    LINK.move(
        link,
        "connect",
        **NO_DOUBT,
        external_id=account.external_id,
        synchronized_at=now,
        options_sealed="",
        reason="",
        waits_because="",
        give_up_at=None,
    )
    subject.lease.end(due_at=None)
    log(link, how, actor=WORKER, at=now, after=LinkStatus.SYNCHRONIZED)


def _held_by_another(link: AccountLink, account: VendorAccount) -> AccountLink | None:
    others = AccountLink.objects.filter(
        application_id=link.application_id, external_id=account.external_id
    )
    return others.exclude(pk=link.pk).select_related("account").first()


@transaction.atomic(durable=True)
def _wait(subject: Subject, error: VendorUnavailable, *, now: datetime) -> None:
    if not subject.has_run_out(now):
        subject.postpone(error, now=now)
    elif subject.is_in_doubt:
        subject.park(error.message, now=now)
    else:
        subject.give_up(error.message, now=now)
