"""Operations > Journal: who did what to which record, when."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import DateField
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter

from purveyor.domain.accounts.models import Account, User
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.models import Order
from purveyor.faces.backoffice.frame import display, history
from purveyor.faces.backoffice.frame.fact_words import facts
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock
from purveyor.kernel.journal.models import Entry

ONE_DAY = timedelta(days=1)
NUMBERED = (Account, Order, Asset, Invoice)
PEOPLE_MAX = 200


class PersonFilter(DropdownFilter):
    """Whose deeds are shown: one person's, or the system's."""

    title = gettext_lazy("Who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the staff, then who acts without being a person."""
        staff = User.objects.filter(is_staff=True).order_by("email")
        people = [(user.email, user.email) for user in staff[:PEOPLE_MAX]]
        return [*people, *((name, str(word)) for name, word in history.SYSTEM.items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the deeds of the chosen one."""
        return queryset.filter(actor=self.value()) if self.value() else queryset


class KindFilter(DropdownFilter):
    """Deeds to which kind of record are shown."""

    title = gettext_lazy("Kind of record")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Return the kinds of records that have a page."""
        found = (
            (model._meta.label_lower, str(capfirst(str(model._meta.verbose_name))))
            for model in apps.get_models()
            if bss.is_registered(model) and model is not Entry
        )
        return sorted(found, key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the deeds to records of the chosen kind."""
        return queryset.filter(record_type=self.value()) if self.value() else queryset


class DaysFilter(RangeDateFilter):
    """Deeds of which days are shown, the first and the last one among them."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return what happened on these days, by the distributor's clocks."""
        first, last = self._day("from"), self._day("to")
        if first is not None:
            queryset = queryset.filter(at__gte=clock.beginning_of(first))
        if last is not None:
            queryset = queryset.filter(at__lt=clock.beginning_of(last + ONE_DAY))
        return queryset

    def _day(self, end: str) -> date | None:
        typed = self.used_parameters.get(f"{self.parameter_name}_{end}")
        try:
            day: date | None = DateField(required=False).clean(typed)
        except ValidationError:
            return None
        return day


@admin.register(Entry, site=bss)
class EntryAdmin(BssModelAdmin):
    """The journal of all records. It is read, never written, here."""

    list_display = ("when", "which", "happened", "details")
    list_display_links = None
    list_filter: ClassVar[Any] = (PersonFilter, KindFilter, ("at", DaysFilter))
    search_fields = ("actor__exact",)  # and more: see `get_search_results`
    search_help_text = gettext_lazy("A person's e-mail, or the number of a record")
    ordering = ("-at", "-id")
    sortable_by = ()
    fields = ("when", "which", "happened", "details")
    readonly_fields = fields
    sheet_values: ClassVar[Any] = {"when": lambda entry: entry.at}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """Return the deeds of a person, or to the records with a number."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(actor=term.lower())
        for record_type, pk in _records_numbered(term.upper()):
            found |= Q(record_type=record_type, record_id=pk)
        return queryset.filter(found), False

    @admin.display(description=gettext_lazy("When"))
    def when(self, entry: Entry) -> str:
        """Return the moment."""
        return display.moment(entry.at)

    @admin.display(description=gettext_lazy("Record"))
    def which(self, entry: Entry) -> Any:
        """Return the record, as a link if it has a page."""
        said = entry.record_label
        label = display.at_beginning(said)
        app, model = entry.record_type.split(".")
        try:
            href = reverse(f"bss:{app}_{model}_change", args=[entry.record_id])
        except NoReverseMatch:
            return label
        return format_html('<a class="bss-link" href="{}">{}</a>', href, label)

    @admin.display(description=gettext_lazy("What happened"))
    def happened(self, entry: Entry) -> Any:
        """Return who did what, and what the record was before and is now."""
        words = history.words_of(entry.record_type)
        change = history.change(entry.before, entry.after, words)
        deed = history.deed(entry.verb)
        sentence = format_html(
            '<span class="bss-strong">{}</span> {}', history.who(entry.actor), deed
        )
        return format_html("{}: {}", sentence, change) if change else sentence

    @admin.display(description=gettext_lazy("Details"))
    def details(self, entry: Entry) -> Any:
        """Return what else is known, with what was changed."""
        return facts(entry.facts, entry.record_type) or display.NOTHING

    @property
    def empty_title(self) -> str:
        """Return what stands where nothing happened yet."""
        return _("Nothing has happened yet")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: lines are written by operations."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no: lines are never changed."""
        return False


def _records_numbered(number: str) -> Iterable[tuple[str, int]]:
    """Yield the records that have a number, of whichever kind."""
    for model in NUMBERED:
        opts = model._meta
        for (pk,) in model._default_manager.filter(number=number).values_list("pk"):
            yield opts.label_lower, pk
