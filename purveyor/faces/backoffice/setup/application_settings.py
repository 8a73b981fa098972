"""The settings page of an application: how its vendor is reached, and its policies."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.overrides import FORMFIELD_OVERRIDES
from unfold.widgets import UnfoldAdminSelectWidget

from purveyor.domain.catalogue.models import Application
from purveyor.domain.catalogue.operations import switch_application
from purveyor.domain.provisioning.models import DefinitionReading, ServiceManagerSetup
from purveyor.domain.provisioning.operations.setup import (
    ask_for_definition,
    save_setup,
)
from purveyor.domain.provisioning.registry import kind_of, vendor_of
from purveyor.faces.backoffice.frame.drafts import RESTORED, take_draft
from purveyor.faces.backoffice.frame.forms import field_for, field_name
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.work.queries import workers_alive

MAY_SAVE = "provisioning.change_servicemanagersetup"
MAY_SWITCH = "catalogue.change_application"
MAY_READ = "catalogue.read_definition"

POLICIES = (
    "require_prior_sync",
    "sync_on_checkout",
    "allowed_buyers",
    "link_of",
    "sync_fields",
    "is_cancel_allowed",
    "invoice_when",
)
VENDOR_FACTS = (
    "finds_by_key",
    "finds_spent",
    "lists",
    "lists_spent",
)
LIMITS = (
    "calls_at_once",
    "calls_per_second",
    "deadline_seconds",
    "breaker_failures",
    "settle_seconds",
    "second_look_seconds",
)
GROUPS = (
    (gettext_lazy("Policies"), POLICIES),
    (gettext_lazy("What the vendor can do"), VENDOR_FACTS),
    (gettext_lazy("Limits"), LIMITS),
)


def _field(column: Field[Any, Any], **options: Any) -> Any:
    """Return unfold's form field for a column."""
    if column.choices:
        return column.formfield(**{"widget": UnfoldAdminSelectWidget, **options})
    for kind in type(column).__mro__:
        if kind in FORMFIELD_OVERRIDES:
            return column.formfield(**{**FORMFIELD_OVERRIDES[kind], **options})
    return column.formfield(**options)


class SetupForm(forms.ModelForm[ServiceManagerSetup]):
    """The settings its connector asks for, and the columns they share."""

    class Meta:
        model = ServiceManagerSetup
        fields = (*POLICIES, *VENDOR_FACTS, *LIMITS)
        formfield_callback = _field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = kind_of(self.instance.application.connector).settings_fields
        has_secrets = bool(self.instance.secrets_sealed)
        for asked in self.asked:
            name = field_name(asked)
            self.fields[name] = field_for(
                asked, help_text=asked.help_text, is_set=has_secrets
            )
            if not asked.is_secret:
                self.initial[name] = self.instance.values.get(asked.name, "")

    @property
    def connection(self) -> list[Any]:
        """The fields that say how the vendor is reached."""
        return [self[field_name(asked)] for asked in self.asked]

    @property
    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The other fields, in groups with a title."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    @property
    def values(self) -> dict[str, str]:
        """What was typed about the connection, by the connector's own names."""
        return {
            asked.name: self.cleaned_data[field_name(asked)] for asked in self.asked
        }

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal at its field, else above the form."""
        at = str(refusal.facts.get("field", ""))
        names = {asked.name: field_name(asked) for asked in self.asked}
        name = names.get(at, at)
        self.add_error(name if name in self.fields else None, refusal.message)


@bss.page(
    "catalogue/application/<int:application_id>/settings/",
    name="application_settings",
    permission="catalogue.view_application",
)
@require_http_methods(["GET", "POST"])
def application_settings(request: HttpRequest, application_id: int) -> HttpResponse:
    """
    Show the settings; a POST asks the vendor, and saves them if it accepts.

    No transaction is open meanwhile: the vendor may take ten seconds.
    """
    application = get_object_or_404(Application, pk=application_id)
    draft = take_draft(request)
    if request.method == "POST":
        form = _form(application, request.POST)
        if _is_saved(request, form):
            return _back(application)
    else:
        form = _form(application, draft)
        if draft is not None:
            form.add_error(None, str(RESTORED))
    context = {
        "title": application.name,
        "opts": Application._meta,
        "original": application,
        "application": application,
        "vendor": vendor_of(application),
        "form": form,
        "may_save": request.user.has_perm(MAY_SAVE),
        "may_switch": request.user.has_perm(MAY_SWITCH),
        **_definition(request, application),
    }
    return bss.render(request, "backoffice/applications/settings.html", context)


@bss.page(
    "catalogue/application/<int:application_id>/switch/",
    name="switch_application",
    permission=MAY_SWITCH,
)
@require_POST
def switch(request: HttpRequest, application_id: int) -> HttpResponse:
    """Let an application sell, or stop it from selling."""
    application = get_object_or_404(Application, pk=application_id)
    switch_application(
        application=application,
        is_active=not application.is_active,
        actor=actor_of(request),
        now=clock.now(),
    )
    told = _("It sells.") if application.is_active else _("It no longer sells.")
    messages.success(request, told)
    return _back(application)


@bss.page(
    "catalogue/application/<int:application_id>/definition/",
    name="definition",
    permission="catalogue.view_application",
)
@require_GET
def definition(request: HttpRequest, application_id: int) -> HttpResponse:
    """Answer the page that asks how the reading goes."""
    application = get_object_or_404(Application, pk=application_id)
    context = {"application": application, **_definition(request, application)}
    return render(request, "backoffice/applications/definition.html", context)


@bss.page(
    "catalogue/application/<int:application_id>/read-definition/",
    name="read_definition",
    permission=MAY_READ,
)
@require_POST
def read_definition(request: HttpRequest, application_id: int) -> HttpResponse:
    """Have a worker read what the vendor sells."""
    application = get_object_or_404(Application, pk=application_id)
    try:
        ask_for_definition(
            application=application, actor=actor_of(request), now=clock.now()
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    return _back(application, "definition")


def _form(application: Application, typed: QueryDict | None) -> SetupForm:
    setup = ServiceManagerSetup.objects.filter(application=application).first()
    return SetupForm(
        typed, instance=setup or ServiceManagerSetup(application=application)
    )


def _is_saved(request: HttpRequest, form: SetupForm) -> bool:
    if not request.user.has_perm(MAY_SAVE):
        raise PermissionDenied
    if not form.is_valid():
        return False
    changed = [name.removeprefix("open-") for name in form.changed_data]
    try:
        save_setup(
            setup=form.instance,
            values=form.values,
            changed=changed,
            actor=actor_of(request),
            now=clock.now(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return False
    messages.success(
        request, _("The vendor has accepted the settings. They are saved.")
    )
    return True


def _definition(request: HttpRequest, application: Application) -> dict[str, Any]:
    reading = (
        DefinitionReading.objects.filter(application=application)
        .order_by("-asked_at", "-id")
        .first()
    )
    return {
        "reading": reading,
        "types": application.product_types.order_by("name"),
        "may_read": request.user.has_perm(MAY_READ),
        "workers": workers_alive(now=clock.now()),
    }


def _back(application: Application, part: str = "") -> HttpResponse:
    address = reverse("bss:application_settings", args=[application.pk])
    return HttpResponseRedirect(f"{address}#{part}" if part else address)
