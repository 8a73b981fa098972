"""
The people of an account in the Storefront, and what an Admin of it does with them.

An account that has an Admin keeps one: the last is neither removed nor made less.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from purveyor.domain.accounts.invitations import mail_access, withdraw_invitation
from purveyor.domain.accounts.lifecycle import InvitationState
from purveyor.domain.accounts.membership import add_member
from purveyor.domain.accounts.models import (
    Account,
    Invitation,
    Member,
    MemberRole,
    User,
)
from purveyor.domain.accounts.operations import hold_accounts
from purveyor.domain.accounts.signing_in import (
    has_second_step,
    reset_second_step,
    with_second_step,
)
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.operations import changes_of, check, drop, log

TEAM_MAX = 500
#: The roles, from the one that may do most to the one that may do least.
ROLES = (
    MemberRole.ADMIN,
    MemberRole.BUYER,
    MemberRole.BILLING_AGENT,
    MemberRole.READ_ONLY,
)


class LastAdmin(Refused):
    """Without an Admin nobody of the account could look after its people."""

    code = "accounts.last_admin"


class CannotBeInvited(Refused):
    """An address that belongs to one of our own, or to who was switched off."""

    code = "accounts.cannot_be_invited"


@dataclass(frozen=True, slots=True)
class Person:
    """One member of an account, as its Admin sees them."""

    pk: int
    name: str
    email: str
    role: MemberRole
    is_active: bool  # has a password, so that they can sign in
    has_second_step: bool
    signed_in_at: datetime | None
    invitation: InvitationState | None
    valid_until: datetime | None


def list_team(*, account: Account) -> tuple[Person, ...]:
    """Return the members of an account by name."""
    found = _members(account).order_by("user__name", "user__email", "pk")
    members = list(found[:TEAM_MAX])
    users = [each.user for each in members]
    sent = {each.user_id: each for each in Invitation.objects.filter(user__in=users)}
    have = with_second_step(users=users)
    return tuple(
        _person(each, sent.get(each.user_id), has_second_step=each.user_id in have)
        for each in members
    )


def get_person(*, pk: int, account: Account) -> Person:
    """
    Return one member of an account.

    :raises NotFound: if there is none, or they belong to another account.
    """
    member = get_member(pk, account)
    user = member.user
    sent = Invitation.objects.filter(user=user).first()
    return _person(member, sent, has_second_step=has_second_step(user=user))


@transaction.atomic
def invite_member(
    *, account: Account, email: str, role: str, actor: str, now: datetime
) -> User:
    """
    Let a person act for an account, and tell them by mail; new ones set a password.

    :raises MemberAlready: if they act for it already.
    :raises CannotBeInvited: if they are one of our own, or switched off.
    """
    hold_accounts(account)
    known = User.objects.filter(email=email.strip().lower()).first()
    if known is not None and (known.is_staff or not known.is_active):
        words = _("%(email)s cannot be invited. Give another address, or ask us.")
        raise CannotBeInvited(words % {"email": known.email})
    given = {"email": email, "name": "", "role": role}
    user = add_member(account=account, actor=actor, now=now, **given).user
    mail_access(user=user, actor=actor, now=now)
    return user


@transaction.atomic
def invite_again(*, pk: int, account: Account, actor: str, now: datetime) -> None:
    """
    Mail a member their invitation once more; the older link dies.

    :raises NotFound: if they do not belong to the account.
    """
    mail_access(user=get_member(pk, account).user, actor=actor, now=now)


@transaction.atomic
def change_role(
    *, pk: int, account: Account, role: str, actor: str, now: datetime
) -> None:
    """
    Let a member do more, or less.

    :raises NotFound: if they do not belong to the account.
    :raises LastAdmin: if nobody would be left to look after its people.
    """
    hold_accounts(account)
    member = get_member(pk, account)
    if role != MemberRole.ADMIN:
        _check_not_last(member)
    member.role = role
    check(member)
    changes = changes_of(member, ("role",))
    member.save(update_fields=("role",))
    log(member, "edit", actor=actor, at=now, changes=changes)


@transaction.atomic
def remove_member(*, pk: int, account: Account, actor: str, now: datetime) -> None:
    """
    Let a person act for an account no more; an invitation they did not use dies.

    :raises NotFound: if they do not belong to the account.
    :raises LastAdmin: if nobody would be left to look after its people.
    """
    hold_accounts(account)
    member = get_member(pk, account)
    _check_not_last(member)
    user = member.user
    drop(member, actor=actor, at=now)
    if not user.has_usable_password() and not user.memberships.exists():
        withdraw_invitation(user=user, actor=actor, now=now)


@transaction.atomic
def reset_member_second_step(
    *, pk: int, account: Account, actor: str, now: datetime
) -> None:
    """
    Take away a member's second step, because they lost it; their sessions end.

    :raises NotFound: if they do not belong to the account.
    :raises NoSecondStep: if there is none.
    """
    reset_second_step(user=get_member(pk, account).user, actor=actor, now=now)


def _check_not_last(member: Member) -> None:
    """Check that an Admin remains who can sign in; the invited one may never come."""
    is_one = member.role == MemberRole.ADMIN and member.user.has_usable_password()
    others = Member.objects.filter(
        account=member.account, role=MemberRole.ADMIN, user__is_active=True
    ).exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if is_one and not others.exclude(pk=member.pk).exists():
        words = _("%(person)s is the only Admin. Make somebody else one first.")
        raise LastAdmin(words % {"person": member.user.get_full_name()})


def _members(account: Account) -> QuerySet[Member]:
    return Member.objects.filter(account=account).select_related("user", "account")


def get_member(pk: int, account: Account) -> Member:
    """
    Return a member of an account.

    :raises NotFound: if there is none, or they belong to another account.
    """
    member = _members(account).filter(pk=pk).first()
    if member is None:
        raise NotFound(_("There is nobody like that in this account."))
    return member


def _person(
    member: Member, invitation: Invitation | None, *, has_second_step: bool
) -> Person:
    user = member.user
    return Person(
        pk=member.pk,
        name=user.name,
        email=user.email,
        role=MemberRole(member.role),
        is_active=user.has_usable_password(),
        has_second_step=has_second_step,
        signed_in_at=user.last_login,
        invitation=InvitationState(invitation.state) if invitation else None,
        valid_until=invitation.expires_at if invitation else None,
    )
