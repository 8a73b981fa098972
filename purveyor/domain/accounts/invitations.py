"""
Invite people, or let them set a new password, by a link that works once, for a while.

The link is made when its mail is handed over, and only its keyed hash is stored; so
whoever reads the database cannot use it, and asking again makes the old one worthless.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from axes.utils import reset
from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.lifecycle import INVITATION, InvitationState
from purveyor.domain.accounts.models import Invitation, LinkPurpose, User
from purveyor.domain.accounts.operations import create_staff
from purveyor.domain.accounts.profiles import change_profile
from purveyor.domain.accounts.signing_in import set_password
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import fingerprints
from purveyor.kernel.work.delays import give_up_at
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

#: How long a link works; one for a forgotten password is asked for by who waits for it.
VALID_FOR = {
    LinkPurpose.WELCOME: timedelta(hours=72),
    LinkPurpose.RESET: timedelta(hours=1),
}


class LinkIsWorthless(Refused):
    """The link was used, has run out, or was replaced by a newer one."""

    code = "accounts.link_is_worthless"


class NobodyToInvite(Refused):
    """A person who is switched off gets no link."""

    code = "accounts.nobody_to_invite"


@transaction.atomic
def invite_staff(
    *, email: str, name: str, roles: Collection[str], actor: str, now: datetime
) -> User:
    """
    Create a person of the staff without a password, and have a link mailed to them.

    :raises Refused: if there is no such role.
    """
    user = create_staff(email=email, name=name, password=None, roles=roles, actor=actor)
    mail_link(user=user, actor=actor, now=now)
    return user


@transaction.atomic
def mail_link(*, user: User, actor: str, now: datetime) -> None:
    """
    Have a link mailed to a person by which they set a password; an older one dies.

    It is an invitation, until they have set their first one.

    :raises NobodyToInvite: if the person is switched off.
    """
    is_first = not user.has_usable_password()
    purpose = LinkPurpose.WELCOME if is_first else LinkPurpose.RESET
    _write_to(user, purpose=purpose, actor=actor, now=now)


@transaction.atomic
def mail_access(*, user: User, actor: str, now: datetime) -> None:
    """
    Tell a person of an account for which they may act now, with a link if they need it.

    :raises NobodyToInvite: if the person is switched off.
    """
    is_first = not user.has_usable_password()
    purpose = LinkPurpose.WELCOME if is_first else LinkPurpose.JOINED
    _write_to(user, purpose=purpose, actor=actor, now=now)


@transaction.atomic
def withdraw_invitation(*, user: User, actor: str, now: datetime) -> None:
    """Let the link of a person die that they have not used."""
    invitation = Invitation.objects.filter(user=user).first()
    if invitation is not None and INVITATION.allows(invitation, "withdraw"):
        INVITATION.move(invitation, "withdraw", fingerprint=None, due_at=None)
        log(user, "withdraw_invitation", actor=actor, at=now)


@transaction.atomic
def ask_for_reset(*, email: str, now: datetime) -> None:
    """
    Have a link mailed to who has forgotten their password; to nobody else.

    Whether the address is known shows neither in an answer nor in a refusal.
    """
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is not None and _may_come_in(user):
        mail_link(user=user, actor=user.email, now=now)


def find_invited(*, token: str, now: datetime) -> User:
    """
    Return whose link this is.

    :raises LinkIsWorthless: if it cannot be used any more, or never could.
    """
    return _open_invitation(token, now=now).user


@transaction.atomic
def accept_invitation(
    *, token: str, password: str, name: str = "", now: datetime
) -> User:
    """
    Set a person's password by their link, once; who was signed in as them is not.

    Whoever was locked out for wrong passwords may try this one at once.

    :raises LinkIsWorthless: if it cannot be used any more.
    """
    invitation = _open_invitation(token, now=now)
    user = invitation.user
    INVITATION.move(invitation, "use", fingerprint=None, due_at=None)
    set_password(user=user, password=password, actor=user.email, now=now)
    if name:
        change_profile(user=user, name=name, language=user.language, now=now)
    reset(username=user.email)
    return user


def _may_come_in(user: User) -> bool:
    is_somebody = user.is_staff or user.has_usable_password()
    return is_somebody or user.memberships.exists()


def _write_to(user: User, *, purpose: LinkPurpose, actor: str, now: datetime) -> None:
    if not user.is_active:
        words = _("%(person)s is switched off. Switch them on first.")
        raise NobodyToInvite(words % {"person": user.get_full_name()})
    asked = {
        "purpose": purpose,
        "asked_by": actor,
        "asked_at": now,
        "sent_at": None,
        "expires_at": None,
        "fingerprint": None,
        "due_at": now,
        "give_up_at": give_up_at(now=now),
        "tries_count": 0,
        "waits_because": "",
        "lane": Lane.INTERACTIVE,
    }
    invitation, is_new = Invitation.objects.get_or_create(user=user, defaults=asked)
    if not is_new and invitation.state != InvitationState.WAITING:
        INVITATION.move(invitation, "ask_again", **asked)
    elif purpose != LinkPurpose.JOINED:  # a link that is asked for outranks a notice
        waiting = Invitation.objects.filter(pk=invitation.pk)
        waiting.filter(state=InvitationState.WAITING).update(purpose=purpose)
    log(user, "invite", actor=actor, at=now)
    wake()


def _open_invitation(token: str, *, now: datetime) -> Invitation:
    invitation = (
        Invitation.objects.filter(
            fingerprint__in=fingerprints(token),
            state=InvitationState.SENT,
            expires_at__gt=now,
            user__is_active=True,
        )
        .select_related("user")
        .first()
    )
    if invitation is None:
        words = _(
            "This link does not work any more: it was used, it has run out, or a newer "
            "one was sent. Ask for a new one on the sign-in page."
        )
        raise LinkIsWorthless(words)
    return invitation
