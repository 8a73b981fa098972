"""
People at the door: how they signed in, where they are signed in, their second step.

The second step (an authenticator app, recovery codes) and the list of sessions are
django-allauth's, for every face alike; what is done with them here is journaled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import (
    Organization,
    SignIn,
    SignInOutcome,
    User,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log

SESSIONS_MAX = 200
SIGN_INS_SHOWN = 10
MUST_SET_UP = "must_set_up_second_step"  # what a session carries until it is done
DAYS_DEFAULT = 180
SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class NoSecondStep(Refused):
    """There is no two-step sign-in that could be reset."""

    code = "accounts.no_second_step"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at the door, as far as the request tells."""

    email: str
    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One browser in which a person is signed in."""

    pk: int
    user: User
    address: str
    browser: str
    began_at: datetime
    seen_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key in a device of a person, which signs them in without a password."""

    pk: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """What a person has beside their password."""

    app: Authenticator | None
    codes_left: int
    passkeys: tuple[Passkey, ...]

    @property
    def is_on(self) -> bool:
        """Whether a sign-in by password asks for something else besides."""
        return self.app is not None or bool(self.passkeys)


# ------------------------------------------------------------------ history


def visitor_of(request: HttpRequest, email: str) -> Visitor:
    """Return who stands at the door, as far as the request tells."""
    return Visitor(
        email=email,
        address=get_adapter(request).get_client_ip(request),
        browser=request.META.get("HTTP_USER_AGENT", ""),
    )


@transaction.atomic
def note_sign_in(
    *, visitor: Visitor, outcome: SignInOutcome, user: User | None, now: datetime
) -> None:
    """Write how a try to sign in ended; lines that have grown too old go."""
    SignIn.objects.create(
        at=now,
        email=visitor.email[:254],
        user=user or User.objects.filter(email=visitor.email.strip().lower()).first(),
        outcome=outcome,
        address=visitor.address[:45],
        browser=visitor.browser[:300],
    )
    days = Organization.objects.values_list("sign_in_days", flat=True).first()
    oldest = now - timedelta(days=days or DAYS_DEFAULT)
    SignIn.objects.filter(at__lt=oldest).delete()


def note_signed_in(*, visitor: Visitor, user: User, now: datetime) -> None:
    """Write that a person has passed the door."""
    outcome = SignInOutcome.SIGNED_IN
    note_sign_in(visitor=visitor, outcome=outcome, user=user, now=now)


def last_sign_ins(*, user: User) -> tuple[SignIn, ...]:
    """Return how a person's last tries to sign in ended, the newest first."""
    newest = SignIn.objects.filter(user=user).order_by("-at", "-id")
    return tuple(newest[:SIGN_INS_SHOWN])


# ------------------------------------------------------------------ second step


def second_steps_of(*, user: User) -> SecondSteps:
    """Return what a person has beside their password."""
    steps = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    kinds = {each.type: each for each in steps}
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES)
    return SecondSteps(
        app=kinds.get(Authenticator.Type.TOTP),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        passkeys=tuple(
            Passkey(each.pk, each.wrap().name, each.created_at, each.last_used_at)
            for each in steps
            if each.type == Authenticator.Type.WEBAUTHN
        ),
    )


def has_second_step(*, user: User) -> bool:
    """Return whether a person signs in with a second step."""
    return Authenticator.objects.filter(user=user, type__in=SECOND_STEPS).exists()


def with_second_step(*, users: Iterable[User]) -> set[int]:
    """Return which of some people sign in with a second step, in one statement."""
    pks = [user.pk for user in users]
    found = Authenticator.objects.filter(user__in=pks, type__in=SECOND_STEPS)
    return set(found.values_list("user_id", flat=True))


def must_set_up_second_step(*, user: User) -> bool:
    """Return whether a person has to set up a second step before anything else."""
    return is_second_step_required(user=user) and not has_second_step(user=user)


def is_second_step_required(*, user: User) -> bool:
    """Return whether the distributor wants this person to have a second step."""
    wants = Organization.objects.filter(requires_two_steps=True)
    return user.is_staff and wants.exists()


def note_second_step(*, user: User, verb: str, now: datetime) -> None:
    """Write that a person has done something with their own second step."""
    log(user, verb, actor=user.email, at=now)


@transaction.atomic
def reset_second_step(*, user: User, actor: str, now: datetime) -> None:
    """
    Take away a person's second step, because they lost it; their sessions end.

    :raises NoSecondStep: if there is none.
    """
    gone, _by_model = Authenticator.objects.filter(user=user).delete()
    if not gone:
        words = _("%(person)s has no two-step sign-in to reset.")
        raise NoSecondStep(words % {"person": user.get_full_name()})
    log(user, "reset_second_step", actor=actor, at=now)
    end_sessions(user=user, actor=actor, now=now)


# ------------------------------------------------------------------ password


@transaction.atomic
def set_password(*, user: User, password: str, actor: str, now: datetime) -> None:
    """Set a person's password; wherever they were signed in, they are not any more."""
    user.set_password(password)
    user.save(update_fields=["password"])
    log(user, "set_password", actor=actor, at=now)
    end_sessions(user=user, actor=actor, now=now)


# ------------------------------------------------------------------ sessions


def list_sessions(*, user: User | None = None) -> tuple[SessionRow, ...]:
    """Return where people are signed in now, seen last first; or one person alone."""
    sessions = UserSession.objects.select_related("user")
    if user is not None:
        sessions = sessions.filter(user=user)
    newest = sessions.order_by("-last_seen_at", "-pk")[:SESSIONS_MAX]
    return tuple(_row(session) for session in newest if not session.purge())


def find_session(*, pk: int) -> SessionRow | None:
    """Return one of the sessions, if it has not ended."""
    session = UserSession.objects.select_related("user").filter(pk=pk).first()
    return None if session is None else _row(session)


@transaction.atomic
def end_session(*, session: SessionRow, actor: str, now: datetime) -> None:
    """Sign a person out of one browser."""
    for each in UserSession.objects.filter(pk=session.pk):
        each.end()
    facts = {"address": session.address, "browser": session.browser[:80]}
    log(session.user, "end_session", actor=actor, at=now, **facts)


@transaction.atomic
def end_sessions(*, user: User, actor: str, now: datetime) -> int:
    """Sign a person out of every browser; return of how many."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    if sessions:
        log(user, "end_sessions", actor=actor, at=now, count=len(sessions))
    return len(sessions)


def _row(session: UserSession) -> SessionRow:
    return SessionRow(
        pk=session.pk,
        user=session.user,
        address=session.ip,
        browser=session.user_agent,
        began_at=session.created_at,
        seen_at=session.last_seen_at,
        key=session.session_key,
    )
