"""Setup > Users and roles > Sign-in history: who came to the door, and was let in."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from purveyor.domain.accounts.models import SignIn, SignInOutcome
from purveyor.faces.backoffice.frame.display import badge, link_to, moment
from purveyor.faces.backoffice.frame.shown_only import ShownOnly
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.ui.browsers import browser_words

TONES = {
    SignInOutcome.SIGNED_IN: "success",
    SignInOutcome.LOCKED_OUT: "danger",
}


@admin.register(SignIn, site=bss)
class SignInAdmin(ShownOnly):
    """Every try to sign in, for as long as the organization profile says."""

    list_display = ("when", "person", "outcome_badge", "browser_told", "address")
    list_display_links = None
    list_filter = (("outcome", ChoicesDropdownFilter),)
    list_select_related = ("user",)
    ordering = ("-at", "-id")
    search_fields = ("email__iexact", "address__exact")
    search_help_text = _("Whole e-mail or address")
    empty_title = _("Nobody has come to the door yet")
    empty_text = _("Each try to sign in stands here, with what became of it.")

    @admin.display(description=_("When"), ordering="at")
    def when(self, line: SignIn) -> str:
        """Return the moment."""
        return moment(line.at)

    @admin.display(description=_("Person"))
    def person(self, line: SignIn) -> Any:
        """Return who it was, or claimed to be."""
        return link_to(line.user, line.email) if line.user else line.email

    @admin.display(description=_("Outcome"))
    def outcome_badge(self, line: SignIn) -> SafeString:
        """Return what became of it."""
        tone = TONES.get(SignInOutcome(line.outcome), "warning")
        return badge(line.get_outcome_display(), tone)

    @admin.display(description=_("Browser"))
    def browser_told(self, line: SignIn) -> str:
        """Return the browser, in words."""
        return browser_words(line.browser)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return whether a filter may be asked for; also one person's lines."""
        is_person = lookup == "user__id__exact"
        return is_person or bool(super().lookup_allowed(lookup, value, request))
