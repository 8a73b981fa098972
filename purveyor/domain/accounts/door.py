"""The first step of every face's door; the steps that follow are django-allauth's."""

from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse

from purveyor.domain.accounts.sign_in_models import SignInOutcome
from purveyor.domain.accounts.signing_in import note_sign_in, visitor_of

RATE_LIMITED = "too_many_login_attempts"  # as allauth calls it


def let_in(request: HttpRequest, *, user: Any, goes_to: str) -> HttpResponse:
    """Let a person in whose password was right, or ask them for their second step."""
    known = {"email": user.email, "reauthenticated": True}  # just now, that is
    record_authentication(request, user, method="password", **known)
    answer: HttpResponse = perform_login(
        request, user, email=user.email, redirect_url=goes_to
    )
    return answer


def may_ask_for_reset(request: HttpRequest, *, email: str) -> bool:
    """
    Return whether a new password may be asked for once more, and count it.

    It is counted by what was typed and by where it came from, known or not.
    """
    key = email.strip().lower()
    allowed: bool = ratelimit.consume(request, action="reset_password", key=key)
    return allowed


def may_register(request: HttpRequest, *, email: str) -> bool:
    """
    Return whether an account may be asked for once more, and count it.

    It is counted by who would be written to, known or not, and by where it came from.
    """
    key = email.strip().lower()
    allowed: bool = ratelimit.consume(request, action="register", key=key)
    return allowed


def may_invite(request: HttpRequest) -> bool:
    """Return whether a person may have one more mail sent to others, and count it."""
    user = request.user
    allowed: bool = ratelimit.consume(request, action="invite", user=user)
    return allowed


def note_wrong_password(request: HttpRequest, *, email: str, now: datetime) -> None:
    """Write into the history that somebody was not let in by their password."""
    is_locked = getattr(request, "axes_locked_out", False)
    outcome = SignInOutcome.LOCKED_OUT if is_locked else SignInOutcome.WRONG_PASSWORD
    visitor = visitor_of(request, email)
    note_sign_in(visitor=visitor, outcome=outcome, user=None, now=now)


def note_wrong_code(
    request: HttpRequest, *, user: Any, form: Any, now: datetime
) -> bool:
    """
    Write into the history that a second step failed.

    Return whether there were too many, so that nothing more is looked at for a while.
    """
    is_locked = any(form.has_error(field, RATE_LIMITED) for field in form.fields)
    outcome = SignInOutcome.LOCKED_OUT if is_locked else SignInOutcome.WRONG_CODE
    visitor = visitor_of(request, user.email)
    note_sign_in(visitor=visitor, outcome=outcome, user=user, now=now)
    return is_locked
