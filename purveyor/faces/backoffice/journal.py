"""Operations > Journal: who did what to which record, when."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from purveyor.faces.backoffice import display, history
from purveyor.faces.backoffice.frame import BssModelAdmin
from purveyor.faces.backoffice.site import bss
from purveyor.kernel.journal.models import Entry


@admin.register(Entry, site=bss)
class EntryAdmin(BssModelAdmin):
    """The journal of all records. It is read, never written, here."""

    list_display = ("when", "who", "what", "which", "change", "facts_told")
    list_display_links = None
    search_fields = ("actor__exact", "record_label__exact")
    search_help_text = _("A person's e-mail, or the whole name of a record.")
    ordering = ("-at", "-id")
    fields = ("when", "who", "what", "which", "change", "facts_told")
    readonly_fields = fields

    @admin.display(description=_("When"))
    def when(self, entry: Entry) -> str:
        """Return the moment."""
        return display.moment(entry.at)

    @admin.display(description=_("Who"))
    def who(self, entry: Entry) -> str:
        """Return the person, or the system."""
        return history.who(entry.actor)

    @admin.display(description=_("Did what"))
    def what(self, entry: Entry) -> str:
        """Return the deed."""
        return capfirst(history.deed(entry.verb))

    @admin.display(description=_("Record"))
    def which(self, entry: Entry) -> Any:
        """Return the record, as a link if it has a page."""
        said = entry.record_label
        label = said if "@" in said else capfirst(said)
        app, model = entry.record_type.split(".")
        try:
            href = reverse(f"bss:{app}_{model}_change", args=[entry.record_id])
        except NoReverseMatch:
            return label
        return format_html('<a class="bss-link" href="{}">{}</a>', href, label)

    @admin.display(description=_("Change"))
    def change(self, entry: Entry) -> str:
        """Return what it was and what it is now."""
        words = history.words_of(entry.record_type)
        return history.change(entry.before, entry.after, words) or display.NOTHING

    @admin.display(description=_("Details"))
    def facts_told(self, entry: Entry) -> str:
        """Return what else is known."""
        return history.facts(entry.facts) or display.NOTHING

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: lines are written by operations."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no: lines are never changed."""
        return False
