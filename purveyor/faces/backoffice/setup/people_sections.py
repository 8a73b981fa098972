"""The sections of a person's page: where they are signed in, and how that went."""

from typing import Any, ClassVar

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import SignIn, SignInOutcome
from purveyor.faces.backoffice.frame.display import badge, moment
from purveyor.faces.backoffice.frame.sections import Column, Section
from purveyor.faces.ui.browsers import browser_words


class Sessions(Section):
    """The browsers in which the person is signed in."""

    model = UserSession
    title = _("Signed in now")
    permission = "accounts.view_user"
    icon = "devices"
    empty = _("Nowhere signed in")
    columns: ClassVar = (
        Column(_("Browser"), lambda session: browser_words(session.user_agent)),
        Column(_("Address"), lambda session: session.ip),
        Column(_("Signed in"), lambda session: moment(session.created_at)),
        Column(_("Last seen"), lambda session: moment(session.last_seen_at)),
        Column(
            _("Sign out"),
            lambda session: format_html(
                '<a class="bss-link" href="{}">{}</a>',
                reverse("bss:end_session", args=[session.pk]),
                _("Sign out"),
            ),
        ),
    )

    def found(self, record_id: int) -> QuerySet[Any]:
        """Return the sessions, seen last first."""
        return UserSession.objects.filter(user_id=record_id).order_by("-last_seen_at")

    def whole_list(self, record_id: int) -> str:
        """Return the address of the page of all sessions."""
        return reverse("bss:signed_in")


class SignIns(Section):
    """The person's last tries to sign in."""

    model = SignIn
    title = _("Sign-in history")
    permission = "accounts.view_signin"
    icon = "history"
    empty = _("No sign-in yet")
    columns: ClassVar = (
        Column(_("When"), lambda line: moment(line.at)),
        Column(
            _("Outcome"),
            lambda line: badge(
                line.get_outcome_display(),
                "success" if line.outcome == SignInOutcome.SIGNED_IN else "danger",
            ),
        ),
        Column(_("Browser"), lambda line: browser_words(line.browser)),
        Column(_("Address"), lambda line: line.address),
    )

    def found(self, record_id: int) -> QuerySet[SignIn]:
        """Return the tries, newest first."""
        return SignIn.objects.filter(user_id=record_id).order_by("-at", "-id")

    def whole_list(self, record_id: int) -> str:
        """Return the address of the list of this person's sign-ins."""
        page = reverse("bss:accounts_signin_changelist")
        return f"{page}?user__id__exact={record_id}"
