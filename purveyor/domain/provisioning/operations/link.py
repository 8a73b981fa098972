"""What a person asks and decides about an account at a vendor; a worker does it."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import billing_email_of
from purveyor.domain.assets.operations import NO_DOUBT, NO_WORK
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.causes import Cause, Why
from purveyor.domain.provisioning.contract import ServiceManager
from purveyor.domain.provisioning.lifecycle import LINK, LinkStatus
from purveyor.domain.provisioning.models import (
    AccountCandidate,
    AccountLink,
    ServiceManagerSetup,
)
from purveyor.domain.provisioning.operations.cancel import checked_reason
from purveyor.domain.provisioning.registry import manager_for, setup_of
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import seal
from purveyor.kernel.work.delays import give_up_at
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake


class MissingSyncOption(Refused):
    """A service manager needs more before it can synchronize an account."""

    code = "provisioning.missing_sync_option"


class AccountTaken(Refused):
    """One of the vendor's accounts is linked with one of ours, not with two."""

    code = "provisioning.account_taken"


class NothingProposed(Refused):
    """Only what waits for a person's decision is decided."""

    code = "provisioning.nothing_proposed"


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
        "is_new_wanted": False,
        **Why(Cause.NEW, _("The vendor is being asked.")).columns,
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
            message = _("Fill in %(option)s.") % {"option": _(option.label)}
            raise MissingSyncOption(message, option=option.name)
    if not email_of(account=account, options=options):
        message = _(
            "%(account)s has no e-mail. Add one on its page, then synchronize it."
        )
        raise MissingSyncOption(message % {"account": account.name})


def synchronizes_alone(*, account: Account, setup: ServiceManagerSetup) -> bool:
    """Return whether a vendor can be told of an account without asking anybody."""
    try:
        _check_options(account, manager_for(setup), {})
    except Refused:
        return False
    return True


def email_of(*, account: Account, options: Mapping[str, str]) -> str:
    """Return the e-mail under which a vendor is told of an account; empty if none."""
    return options.get("email", "") or billing_email_of(
        account=account, bill_to=account
    )


def acknowledge_link(*, link: AccountLink, actor: str, now: datetime) -> None:
    """Write that a person has seen how the synchronization went."""
    seen = AccountLink.objects.filter(pk=link.pk, acknowledged_at__isnull=True)
    if seen.update(acknowledged_at=now, acknowledged_by=actor):
        link.acknowledged_at, link.acknowledged_by = now, actor
        log(link, "acknowledge", actor=actor, at=now, after=link.status)


@transaction.atomic
def confirm_account(
    *, candidate: AccountCandidate, because: str, actor: str, now: datetime
) -> None:
    """
    Link a vendor's account that was found by its e-mail, because a person says so.

    :raises ReasonMissing: if no reason is given.
    :raises AccountTaken: if it is linked with another account of ours by now.
    :raises MoveRefused: if the account is synchronized by now.
    """
    reason = checked_reason(because)
    link = AccountLink.objects.select_for_update().get(pk=candidate.link_id)
    if held_by_another(link=link, external_id=candidate.external_id) is not None:
        message = _("This account of the vendor's is linked with another one by now.")
        raise AccountTaken(message)
    connect_link(link=link, external_id=candidate.external_id, now=now)
    link.candidates.all().delete()
    log(link, "adopt", actor=actor, at=now, after=link.status, reason=reason)
    wake()


@transaction.atomic
def want_new_account(
    *, link: AccountLink, because: str, actor: str, now: datetime
) -> None:
    """
    Have a new account made at the vendor: none of those found by e-mail is ours.

    :raises ReasonMissing: if no reason is given.
    :raises NothingProposed: if nobody has to decide.
    """
    reason = checked_reason(because)
    parked = AccountLink.objects.filter(pk=link.pk, parked_at__isnull=False)
    why = Why(Cause.RETRIED, _("A new account is made."))
    changes = {
        "is_new_wanted": True,
        "due_at": now,
        "parked_at": None,
        "tries_count": 0,
        "give_up_at": give_up_at(now=now),
        **why.columns,
    }
    if parked.update(**changes) != 1:
        raise NothingProposed(_("There is nothing to decide any more."))
    link.candidates.all().delete()
    log(link, "decide", actor=actor, at=now, reason=reason)
    wake()


def connect_link(*, link: AccountLink, external_id: str, now: datetime) -> None:
    """Write under which name the vendor knows an account; nothing is left to do."""
    LINK.move(
        link,
        "connect",
        external_id=external_id,
        synchronized_at=now,
        options_sealed="",
        reason="",
        is_new_wanted=False,
        due_at=None,
        **NO_DOUBT,
        **NO_WORK,
    )


def held_by_another(*, link: AccountLink, external_id: str) -> AccountLink | None:
    """Return the link of another account of ours with a vendor's account, if any."""
    others = AccountLink.objects.filter(
        application_id=link.application_id, external_id=external_id
    )
    return others.exclude(pk=link.pk).select_related("account").first()


@transaction.atomic
def link_account(
    *,
    account: Account,
    application: Application,
    external_id: str,
    because: str,
    actor: str,
    now: datetime,
) -> AccountLink:
    """
    Link an account with one that the vendor holds, because a person says so.

    :raises ReasonMissing: if no reason is given.
    :raises AccountTaken: if it is linked with another account of ours.
    :raises MoveRefused: if the account is synchronized, or is being asked about.
    """
    reason = checked_reason(because)
    link, _made = AccountLink.objects.select_for_update().get_or_create(
        account=account, application=application
    )
    if held_by_another(link=link, external_id=external_id) is not None:
        message = _("This account of the vendor's is linked with another one by now.")
        raise AccountTaken(message)
    connect_link(link=link, external_id=external_id, now=now)
    link.candidates.all().delete()
    log(link, "adopt", actor=actor, at=now, after=link.status, reason=reason)
    wake()
    return link


@transaction.atomic
def synchronize_again(
    *, link: AccountLink, because: str, actor: str, now: datetime
) -> None:
    """
    Give a link up that the vendor does not know any more, and have it made anew.

    :raises ReasonMissing: if no reason is given.
    :raises MissingSyncOption: if the vendor needs more than we know.
    :raises MoveRefused: if the account is not synchronized any more.
    """
    reason = checked_reason(because)
    LINK.move(link, "lose", external_id="", reason=reason[:500])
    log(link, "lose", actor=actor, at=now, reason=reason)
    ask_to_synchronize(
        account=link.account,
        application=link.application,
        options={},
        actor=actor,
        now=now,
    )
