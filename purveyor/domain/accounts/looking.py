"""
Staff look at the Storefront as one of its members sees it, and change nothing there.

A session keeps as whom, and until when; the journal has when it began and how it ended.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.accounts.models import Account, Member, MemberRole, User
from purveyor.domain.accounts.team import get_member
from purveyor.kernel.journal.operations import log

LASTS = timedelta(minutes=30)
SLOT = "looks_as"  # where the session keeps as whom staff are looking
MAY_LOOK = "accounts.look_as_member"

type Session = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """As whom a person of the staff looks at the Storefront, and until when."""

    member: Membership
    until: datetime


@transaction.atomic
def begin_look(
    session: Session, *, pk: int, account: Account, staff: User, now: datetime
) -> None:
    """
    Let a person of the staff see the Storefront as a member of an account sees it.

    :raises NotFound: if the member does not belong to the account.
    """
    member = get_member(pk, account)
    session[SLOT] = {"member": member.pk, "until": (now + LASTS).isoformat()}
    log(member, "begin_look", actor=staff.email, at=now)


def find_look(session: Session, *, staff: User, now: datetime) -> Look | None:
    """Return as whom a person of the staff is looking now, if they still may."""
    kept = session.get(SLOT)
    if kept is None or not (staff.is_staff and staff.has_perm(MAY_LOOK)):
        return None
    until = datetime.fromisoformat(kept["until"])
    member = _members().filter(pk=kept["member"]).first() if now < until else None
    if member is None:
        return None
    role = MemberRole(member.role)
    return Look(Membership(member.user, member.account, role), until)


@transaction.atomic
def end_look(session: Session, *, staff: User, now: datetime) -> int | None:
    """
    End a look; one that was over by itself is journaled with that moment.

    Return the id of the account that was looked at, if there is something to return to.
    """
    kept = session.pop(SLOT, None)
    member = _members().filter(pk=kept["member"]).first() if kept else None
    if member is None:
        return None
    until = datetime.fromisoformat(kept["until"])
    log(member, "end_look", actor=staff.email, at=min(now, until))
    return int(member.account_id)


def _members() -> QuerySet[Member]:
    related = ("user", "account__bill_to", "account__parent")
    return Member.objects.select_related(*related)
