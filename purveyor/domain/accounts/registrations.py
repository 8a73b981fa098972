"""
A company asks for an account in the Storefront, and staff decide about it.

The person who asks confirms their e-mail by a link that works once, made and kept as
that of an invitation. Nobody can sign in, let alone buy, before somebody has agreed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.utils.translation import gettext as _

from purveyor.domain.accounts.lifecycle import REGISTRATION, RegistrationState
from purveyor.domain.accounts.models import (
    Account,
    AccountKind,
    MemberRole,
    Registration,
)
from purveyor.domain.accounts.names import name_key
from purveyor.domain.accounts.operations import open_account
from purveyor.domain.accounts.tax_numbers import checked_tax_number
from purveyor.domain.accounts.team import invite_member
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.operations import check, drop, log
from purveyor.kernel.sealed import fingerprints
from purveyor.kernel.work.delays import give_up_at
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

VALID_FOR = timedelta(hours=72)
COUNT_MAX = 1_000

COMPANY = ("name", "email", "tax_number")
ADDRESS = ("line1", "line2", "postcode", "city", "country")


class RegistrationLinkIsWorthless(Refused):
    """The link was used, has run out, or was replaced by a newer one."""

    code = "accounts.registration_link_is_worthless"


class RegistrationNeedsReason(Refused):
    """Who is turned away is told why."""

    code = "accounts.registration_needs_reason"


@transaction.atomic
def ask_for_account(
    *,
    facts: Mapping[str, Any],
    language: str,
    accepts_terms: bool,
    now: datetime,
) -> None:
    """
    Keep what a company filled in, and have a link mailed to the person who did.

    Who asks again before they confirmed has asked once: the older link dies. Whether
    somebody of that e-mail is known shows neither in an answer nor in a refusal.

    Shape:  `facts` are the fields of a registration: company, address and person.
    :raises WrongTaxNumber: if the number breaks the rules of the country.
    """
    number = checked_tax_number(number=facts["tax_number"], country=facts["country"])
    email = facts["person_email"].strip().lower()
    registration = Registration(
        **{**facts, "tax_number": number, "person_email": email},
        language=language,
        accepted_terms_at=now if accepts_terms else None,
        asked_at=now,
        expires_at=now + VALID_FOR,
        due_at=now,
        give_up_at=give_up_at(now=now),
        lane=Lane.INTERACTIVE,
    )
    check(registration)
    older = Registration.objects.filter(person_email=email)
    for replaced in older.filter(state=RegistrationState.ASKED).order_by("pk"):
        drop(replaced, actor=email, at=now)
    registration.save(force_insert=True)
    log(registration, "create", actor=email, at=now)
    wake()


def find_asked(*, token: str, now: datetime) -> Registration:
    """
    Return whose link this is.

    :raises RegistrationLinkIsWorthless: if it cannot be used any more, or never could.
    """
    found = Registration.objects.filter(
        fingerprint__in=fingerprints(token),
        state=RegistrationState.ASKED,
        expires_at__gt=now,
    ).first()
    if found is None:
        words = _(
            "This link does not work any more: it was used, it has run out, or a newer "
            "one was sent. Who has confirmed the e-mail hears from us."
        )
        raise RegistrationLinkIsWorthless(words)
    return found


@transaction.atomic
def verify_registration(*, token: str, now: datetime) -> Registration:
    """
    Note that the link reached who asked, once; from now on staff see the registration.

    :raises RegistrationLinkIsWorthless: if the link cannot be used any more.
    """
    registration = find_asked(token=token, now=now)
    REGISTRATION.advance(
        registration,
        "verify",
        actor=registration.person_email,
        at=now,
        verified_at=now,
        fingerprint=None,
        due_at=None,
    )
    return registration


@transaction.atomic
def approve_registration(
    *, registration: Registration, actor: str, now: datetime
) -> Account:
    """
    Open the account that was asked for, and invite who asked as its first Admin.

    It is a direct customer, in the currency and with the prices of every new account.

    :raises MoveRefused: if somebody has decided meanwhile.
    :raises CannotBeInvited: if the person is one of our own, or switched off.
    :raises Refused: for all that `open_account` refuses.
    """
    account = open_account(
        facts=_facts(registration),
        address={name: getattr(registration, name) for name in ADDRESS},
        people=[_person(registration)],
        actor=actor,
        now=now,
    )
    changes = {"account": account, "decided_at": now, "decided_by": actor}
    REGISTRATION.advance(registration, "approve", actor=actor, at=now, **changes)
    invited = {"email": registration.person_email, "role": MemberRole.ADMIN}
    invite_member(account=account, actor=actor, now=now, **invited)
    return account


@transaction.atomic
def reject_registration(
    *, registration: Registration, because: str, actor: str, now: datetime
) -> None:
    """
    Turn a company away; the person who asked is told by mail, with the reason.

    :raises RegistrationNeedsReason: if no reason is given.
    :raises MoveRefused: if somebody has decided meanwhile.
    """
    if not because.strip():
        words = _("Say why: the reason stands in the mail to who asked.")
        raise RegistrationNeedsReason(words)
    changes = {
        "because": because.strip(),
        "decided_at": now,
        "decided_by": actor,
        "sent_at": None,
        "due_at": now,
        "give_up_at": give_up_at(now=now),
        "tries_count": 0,
        "waits_because": "",
    }
    REGISTRATION.advance(registration, "reject", actor=actor, at=now, **changes)
    wake()


def forget_unconfirmed(
    *, registration: Registration, actor: str, now: datetime
) -> None:
    """Delete a registration whose link nobody used in time."""
    drop(registration, actor=actor, at=now)


def get_registration(*, pk: int) -> Registration:
    """
    Return one registration; for staff.

    :raises NotFound: if there is none.
    """
    found = Registration.objects.select_related("account").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such registration."))
    return found


def registrations_to_decide_first() -> QuerySet[Registration]:
    """Return registrations: what waits for staff, longest first; then the newest."""
    is_waiting = When(state=RegistrationState.VERIFIED, then=Value(0))
    waits_since = When(state=RegistrationState.VERIFIED, then=F("verified_at"))
    found = Registration.objects.select_related("account")
    return found.order_by(
        Case(is_waiting, default=Value(1)), Case(waits_since), "-asked_at", "-pk"
    )


def count_registrations_to_decide(*, limit: int = COUNT_MAX) -> int:
    """Return how many registrations wait for staff, at most a limit."""
    waiting = Registration.objects.filter(state=RegistrationState.VERIFIED)
    return waiting.order_by()[:limit].count()


def prospect_of(registration: Registration) -> Account:
    """Return the account that would be opened, not saved, to be compared."""
    facts = _facts(registration)
    return Account(**facts, name_key=name_key(registration.name))


def _facts(registration: Registration) -> dict[str, Any]:
    facts = {name: getattr(registration, name) for name in COMPANY}
    return {**facts, "kind": AccountKind.DIRECT_CUSTOMER}


def _person(registration: Registration) -> dict[str, Any]:
    return {
        "first_name": registration.first_name,
        "last_name": registration.last_name,
        "email": registration.person_email,
        "is_order_contact": True,
        "is_billing_contact": True,
    }
