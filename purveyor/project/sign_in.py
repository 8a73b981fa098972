"""
What django-allauth asks of us: the one door of every face.

A face brings its own pages; who has passed is noted here, and what allauth keeps of the
second step is sealed.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from purveyor.domain.accounts.queries import organization_name
from purveyor.domain.accounts.signing_in import (
    MUST_SET_UP,
    is_second_step_required,
    must_set_up_second_step,
    note_signed_in,
    visitor_of,
)
from purveyor.faces.ui.languages import remember_language
from purveyor.kernel import clock
from purveyor.kernel.sealed import open_sealed, seal

#: Where each face asks once more, by allauth's names of what it asks for.
AGAIN = {
    "bss": {
        "reauthenticate": "account_reauthenticate",
        "mfa_reauthenticate": "mfa_reauthenticate",
    },
    "storefront": {
        "reauthenticate": "storefront:again",
        "mfa_reauthenticate": "storefront:again_by_code",
    },
}
NOTED = "noted"
NOTED_EVERY = timedelta(minutes=5)


class Door(DefaultAccountAdapter):
    """Who has signed in is noted; what allauth would say of it is said by our pages."""

    def post_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse:
        """Note that a person has passed the door, and what they still have to do."""
        visitor = visitor_of(request, user.email)
        note_signed_in(visitor=visitor, user=user, now=clock.now())
        request.session[MUST_SET_UP] = must_set_up_second_step(user=user)
        answer: HttpResponse = super().post_login(request, user, **facts)
        if user.language:
            remember_language(request, answer, user.language)
        return answer

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Return whether this is the person's password; wrong ones are counted."""
        known = {"username": user.email, "password": password}
        found = authenticate(context.request, **known)
        return found is not None and found.pk == user.pk

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """Return how a person shows once more that it is them, on pages of theirs."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        pages = AGAIN["bss" if user.is_staff else "storefront"]
        return [
            {**method, "url": reverse(pages[method["id"]])}
            for method in methods
            if method["id"] in pages
        ]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our pages speak for themselves."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: the journal tells."""

    def is_open_for_signup(self, *_request: HttpRequest) -> bool:
        """Return no: people are invited."""
        return False


class SecondStep(DefaultMFAAdapter):
    """The secrets behind codes are sealed like all others."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This code does not fit. Type the one that the app shows now."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret in clear."""
        return open_sealed(encrypted_text).reveal()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Return whether a person may do without; not where it is required."""
        return not is_second_step_required(user=authenticator.user)

    def get_totp_issuer(self) -> str:
        """Return the name that an authenticator app shows over the codes."""
        return organization_name()


class NoteSessions:
    """Keep the list of who is signed in, written at most every few minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; the answer comes first."""
        response = self.get_response(request)
        session = request.session
        if session.get("_auth_user_id") and session.session_key:
            self._note(request)
        return response

    def _note(self, request: HttpRequest) -> None:
        key, at = request.session.get(NOTED) or ("", 0.0)
        now = clock.now().timestamp()
        if (
            key == request.session.session_key
            and now < at + NOTED_EVERY.total_seconds()
        ):
            return
        if not request.user.is_authenticated:
            return
        UserSession.objects.create_from_request(request)
        request.session[NOTED] = (request.session.session_key, now)
