"""Operations > Reconciliation > Known differences: what is not found again, and why."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from purveyor.faces.backoffice.frame.badges import kind_badge
from purveyor.faces.backoffice.frame.display import day, moment
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.shown_only import ShownOnly
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm, done, verb
from purveyor.faces.backoffice.operations.reconciliation_run import MAY_PREPARE
from purveyor.flows.reconciliation.approval import forget_known
from purveyor.flows.reconciliation.models import Known
from purveyor.kernel import clock


@admin.register(Known, site=bss)
class KnownAdmin(ShownOnly):
    """Differences that somebody knows of, or has flagged for the vendor."""

    list_display = ("about", "kind", "vendor", "because", "known_by", "since", "ends")
    list_display_links = None
    list_filter = (
        ("application", RelatedDropdownFilter),
        ("drift", ChoicesDropdownFilter),
    )
    list_select_related = ("application",)
    search_fields = ("label__icontains",)
    search_help_text = gettext_lazy("What it is about")
    ordering = ("-known_at", "-id")
    actions_row: Any = ("forget",)
    empty_title = gettext_lazy("Nothing is known")
    empty_text = gettext_lazy(
        "A difference that is marked as known, or flagged for the vendor, stands here. "
        "It is not found again while it stays as it is."
    )

    @display(description=gettext_lazy("About"))
    def about(self, known: Known) -> str:
        """Return which record it is about."""
        return known.label

    @display(description=gettext_lazy("Finding"))
    def kind(self, known: Known) -> SafeString:
        """Return the kind of the difference."""
        return kind_badge(known.drift)

    @display(description=gettext_lazy("Service manager"))
    def vendor(self, known: Known) -> str:
        """Return at which service manager."""
        return known.application.name

    @display(description=gettext_lazy("Since"), ordering="known_at")
    def since(self, known: Known) -> str:
        """Return since when it is known."""
        return moment(known.known_at)

    @display(description=gettext_lazy("Found again"))
    def ends(self, known: Known) -> str:
        """Return from which day on it is found again."""
        if known.until is None:
            return _("When it changes")
        return _("After %(day)s") % {"day": day(clock.day_of(known.until))}

    @verb(
        permission=MAY_PREPARE,
        icon="visibility_off",
        dialog={
            "title": gettext_lazy("Forget"),
            "description": gettext_lazy(
                "The next reconciliation finds it again, if it is still there."
            ),
            "form_class": DialogForm,
            "form_submit_text": gettext_lazy("Forget"),
        },
    )
    def forget(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Have a difference found again."""
        known = Known.objects.get(pk=object_id)
        told = _("%(what)s is found again, if it is still there.") % {"what": known}
        forget_known(known=known, actor=actor_of(request), now=clock.now())
        messages.success(request, told)
        return done(request, reverse("bss:reconciliation_known_changelist"))
