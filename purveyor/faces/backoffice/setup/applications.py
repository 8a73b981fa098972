"""Setup > Applications: the registered service managers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from purveyor.domain.catalogue.models import Application
from purveyor.domain.catalogue.operations import create_application
from purveyor.domain.provisioning.registry import connectors, kind_of, vendor_of
from purveyor.faces.backoffice.frame.display import badge
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock


def connector_choices() -> list[tuple[str, str]]:
    """Return the service managers that can be registered, by vendor."""
    return [(name, kind_of(name).vendor) for name in connectors()]


class ApplicationForm(forms.ModelForm[Application]):
    """What an application is called, and which service manager stands behind it."""

    connector = forms.ChoiceField(
        label=_("Service manager"),
        choices=connector_choices,
        widget=UnfoldAdminSelectWidget,
        help_text=_("What it needs to reach its vendor is asked on the next page."),
    )

    class Meta:
        model = Application
        fields = ("name", "connector")


@admin.register(Application, site=bss)
class ApplicationAdmin(BssModelAdmin):
    """The registered service managers. Their own page is that of their settings."""

    form = ApplicationForm
    list_display = ("name", "vendor", "active_badge", "types_count")
    ordering = ("name",)
    empty_text = _("Add BitTitan to sell its licenses.")
    search_fields = ("name__icontains",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the applications with how many product types each has."""
        return super().get_queryset(request).annotate(types=Count("product_types"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Go to the application's settings."""
        address = reverse("bss:application_settings", args=[object_id])
        return HttpResponseRedirect(address)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Register the service manager."""
        made = create_application(
            name=form.cleaned_data["name"],
            connector=form.cleaned_data["connector"],
            actor=actor_of(request),
            now=clock.now(),
        )
        obj.pk = made.pk

    @admin.display(description=_("Service manager"))
    def vendor(self, application: Application) -> str:
        """Return the vendor's name."""
        return vendor_of(application)

    @admin.display(description=_("Status"))
    def active_badge(self, application: Application) -> SafeString:
        """Return whether the application sells."""
        if application.is_active:
            return badge(_("Active"), "success")
        return badge(_("Not active"))

    @admin.display(description=_("Product types"))
    def types_count(self, application: Any) -> int:
        """Return how many product types were read."""
        return int(application.types)
