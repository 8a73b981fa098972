"""Make an account known at a vendor, through the same three acts as a coupon."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.queries import country_of
from purveyor.domain.provisioning.causes import (
    Cause,
    Why,
    after_the_due_time,
    why_of,
)
from purveyor.domain.provisioning.contract import (
    AccountRequest,
    ServiceManager,
    VendorAccount,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import (
    AttemptKind,
    AttemptOutcome,
    LinkStatus,
)
from purveyor.domain.provisioning.models import (
    AccountCandidate,
    AccountLink,
    Attempt,
)
from purveyor.domain.provisioning.operations.attempts import (
    close,
    close_abandoned,
    close_as_failed,
)
from purveyor.domain.provisioning.operations.calls import Deed, write_and_do
from purveyor.domain.provisioning.operations.doubt import note_absence
from purveyor.domain.provisioning.operations.gate import (
    GateClosed,
    ask,
    tell_answer,
)
from purveyor.domain.provisioning.operations.link import (
    connect_link,
    email_of,
    held_by_another,
)
from purveyor.domain.provisioning.operations.subject import WORKER, Subject
from purveyor.domain.provisioning.registry import manager_for
from purveyor.domain.provisioning.vault import open_values
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.leases import Lease

CANDIDATES_MAX = 20


def synchronize_link(*, lease: Lease, now: datetime) -> None:
    """
    Look at one account link and do what is still to do: find the account, or make it.

    A step of the street, run by a worker under a lease. It always finds before it
    makes; only an equal reference is adopted, an equal e-mail is proposed to a person.
    """
    link = AccountLink.objects.select_related("account", "application__setup").get(
        pk=lease.pk
    )
    subject, watch = Subject(link, lease), Stopwatch(now)
    close_abandoned(subject=subject, now=now)
    if link.status not in {LinkStatus.SYNCHRONIZING, LinkStatus.UNCLEAR}:
        subject.rest()
        return
    try:
        _find_or_make(subject, link, watch)
    except VendorUnavailable as error:
        _wait(subject, error, now=watch.now())
    except GateClosed:
        subject.stand_aside()


def _find_or_make(subject: Subject, link: AccountLink, watch: Stopwatch) -> None:
    """
    Adopt the account with our reference, propose one with our e-mail, or make one.

    :raises VendorUnavailable: if the vendor cannot be asked; the doubt stays as it is.
    :raises GateClosed: if nobody asks this vendor now.
    """
    manager = manager_for(link.application.setup)
    found = _ask(link, watch, lambda: manager.find_account(key=link.account.number))
    if found:
        _adopt(subject, found[0], now=watch.now())
        return
    if subject.is_in_doubt and not note_absence(
        subject=subject, setup=link.application.setup, now=watch.now()
    ):
        return
    if not link.is_new_wanted:
        email = _email_of(link)
        alike = _ask(link, watch, lambda: manager.find_account(email=email))
        if _propose(subject, alike, now=watch.now()):
            return
    _synchronize(subject, link, manager, watch)


def _email_of(link: AccountLink) -> str:
    options = open_values({}, link.options_sealed)
    return email_of(account=link.account, options=options)


def _ask[T](link: AccountLink, watch: Stopwatch, question: Callable[[], T]) -> T:
    return ask(
        question=question,
        application_id=link.application_id,
        lane=link.lane,
        watch=watch,
    )


@transaction.atomic(durable=True)
def _propose(
    subject: Subject, alike: Sequence[VendorAccount], *, now: datetime
) -> bool:
    """Keep the vendor's accounts that may be ours; return whether a person must say."""
    link = AccountLink.objects.get(pk=subject.record.pk)
    free = [
        e
        for e in alike
        if held_by_another(link=link, external_id=e.external_id) is None
    ]
    if not free:
        return False
    subject.lease.renew()
    link.candidates.all().delete()
    AccountCandidate.objects.bulk_create(
        AccountCandidate(
            link=link,
            external_id=each.external_id,
            key=each.key,
            name=each.name[:200],
            email=each.email,
            found_at=now,
        )
        for each in free[:CANDIDATES_MAX]
    )
    words = _(
        "The vendor has an account with this e-mail already. A person must say "
        "whether it is this one."
    )
    subject.park(Why(Cause.PROPOSAL, words), now=now)
    return True


def _synchronize(
    subject: Subject, link: AccountLink, manager: ServiceManager, watch: Stopwatch
) -> None:
    options = open_values({}, link.options_sealed)
    request = AccountRequest(
        key=link.account.number,
        name=link.account.name,
        email=_email_of(link),
        country=country_of(link.account),
        options=options,
    )
    deed = Deed(
        AttemptKind.SYNCHRONIZE,
        lambda: manager.synchronize_account(request),
        asked={"account": request.key},
    )
    called = write_and_do(subject=subject, lane=link.lane, deed=deed, watch=watch)
    attempt, error, now = called.attempt, called.error, watch.now()
    if called.made is not None:
        _close_as_made(subject, attempt, called.made, now=now)
    if error is not None:
        close_as_failed(subject=subject, attempt=attempt, error=error, now=now)
    tell_answer(application_id=link.application_id, answer=error, now=now)


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
    other = held_by_another(link=link, external_id=account.external_id)
    if other is not None:
        words = _(
            "The vendor says that %(account)s is its account %(id)s, which belongs to "
            "%(other)s."
        )
        names = {"account": link.account.name, "id": account.external_id}
        why = Why(Cause.TAKEN, words % {**names, "other": other.account.name})
        subject.give_up(why, now=now)
        return
    connect_link(link=link, external_id=account.external_id, now=now)
    log(link, how, actor=WORKER, at=now, after=LinkStatus.SYNCHRONIZED)


@transaction.atomic(durable=True)
def _wait(subject: Subject, error: VendorUnavailable, *, now: datetime) -> None:
    if not subject.has_run_out(now):
        subject.postpone(error, now=now)
    elif subject.is_in_doubt:
        subject.park(Why(Cause.UNCERTAIN, error.message), now=now)
    else:
        subject.give_up(after_the_due_time(why_of(error)), now=now)
