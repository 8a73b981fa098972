"""Setup > Organization profile: one page, no list."""

import base64
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminColorInputWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from purveyor.domain.accounts.models import Organization
from purveyor.domain.accounts.tax_numbers import checked_tax_number
from purveyor.faces.backoffice.frame.choices import country_choices
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import keep

LOGO_BYTES_MAX = 512 * 1024
LOGO_PIXELS_MAX = 4_000
LOGO_KINDS = {"PNG", "JPEG"}
SHOP = (
    "is_shop_open",
    "takes_registrations",
    "shop_color",
    "shop_header_color",
    "shop_welcome",
    "support_email",
    "support_phone",
    "terms",
)


class OrganizationForm(forms.ModelForm[Organization]):
    """The distributor's profile, with its logo as a file."""

    country = forms.ChoiceField(
        label=_("Country"), choices=country_choices, widget=UnfoldAdminSelectWidget
    )
    logo_file = forms.ImageField(
        label=_("New logo"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_(
            "PNG or JPEG, up to 512 KB. It stands on invoices and in the Storefront."
        ),
    )
    is_logo_dropped = forms.BooleanField(
        label=_("Remove the logo"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = Organization
        fields = (
            "name",
            "email",
            "phone",
            "website",
            "line1",
            "line2",
            "postcode",
            "city",
            "country",
            "tax_number",
            "bank_account",
            "invoice_footer",
            "margin_min_percent",
            *SHOP,
            "requires_two_steps",
            "sign_in_days",
        )
        widgets: ClassVar = {
            "shop_color": UnfoldAdminColorInputWidget,
            "terms": UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        }

    def clean_logo_file(self) -> Any:
        """Return the logo if it can be printed."""
        file = self.cleaned_data["logo_file"]
        if not file:
            return file
        if file.size > LOGO_BYTES_MAX:
            told = _("The file has %(size)s. Use one of up to 512 KB.")
            raise forms.ValidationError(told % {"size": filesizeformat(file.size)})
        if file.image.format not in LOGO_KINDS:
            raise forms.ValidationError(_("Use a PNG or JPEG file."))
        if max(file.image.size) > LOGO_PIXELS_MAX:
            raise forms.ValidationError(
                _("Use a picture of up to 4,000 pixels a side.")
            )
        return file

    def clean(self) -> dict[str, Any]:
        """Check the tax number by the rules of the country."""
        given = super().clean() or self.cleaned_data
        number, country = given.get("tax_number", ""), given.get("country", "")
        try:
            given["tax_number"] = checked_tax_number(number=number, country=country)
        except Refused as refusal:
            self.add_error("tax_number", refusal.message)
        return given


@admin.register(Organization, site=bss)
class OrganizationAdmin(BssModelAdmin):
    """The distributor's own profile: what stands on its invoices and in its mails."""

    form = OrganizationForm
    readonly_fields = ("logo_now",)
    logo = ("logo_now", "logo_file", "is_logo_dropped")
    fieldsets = (
        (
            _("General Information"),
            {"fields": ("name", "email", "phone", "website")},
        ),
        (_("Address"), {"fields": ("line1", "line2", "postcode", "city", "country")}),
        (_("Invoices"), {"fields": ("tax_number", "bank_account", "invoice_footer")}),
        (_("Execution"), {"fields": ("margin_min_percent",)}),
        (_("Logo"), {"fields": logo}),
        (_("Storefront"), {"fields": SHOP}),
        (_("Sign-in of the staff"), {"fields": ("requires_two_steps", "sign_in_days")}),
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the one profile, or to the form for it."""
        if Organization.objects.exists():
            address = reverse("bss:accounts_organization_change", args=[1])
        elif self.has_add_permission(request):
            address = reverse("bss:accounts_organization_add")
        else:
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(address)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Keep the profile, with the logo as it was chosen."""
        obj.pk = 1
        if form.cleaned_data["is_logo_dropped"]:
            obj.logo = None
        if file := form.cleaned_data["logo_file"]:
            file.seek(0)
            obj.logo = file.read()
        keep(
            obj,
            changed=form.changed_data,
            actor=actor_of(request),
            at=clock.now(),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether there is still room for the one profile."""
        mine: bool = super().has_add_permission(request)
        return mine and not Organization.objects.exists()

    @admin.display(description=_("Logo"))
    def logo_now(self, profile: Organization) -> str:
        """Return the logo as it stands on invoices."""
        if not profile.logo:
            return str(_("None yet. The name stands in its place."))
        data = base64.b64encode(bytes(profile.logo)).decode()
        kind = "png" if bytes(profile.logo[:4]) == b"\x89PNG" else "jpeg"
        return format_html(
            '<img class="bss-logo" alt="{}" src="data:image/{};base64,{}">',
            _("Logo"),
            kind,
            data,
        )
