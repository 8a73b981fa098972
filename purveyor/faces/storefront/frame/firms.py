"""What is asked about a firm: of its reseller, or of itself for an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.faces.ui.choices import country_choices

FACTS = ("name", "email", "phone", "website", "language", "tax_number")
ADDRESS = ("line1", "line2", "postcode", "city", "country")


class FirmForm(ShopForm):
    """What has to be known of a firm."""

    name = forms.CharField(label=gettext_lazy("Name of the company"), max_length=200)
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the company"),
        help_text=gettext_lazy("The vendor is told this address."),
    )
    tax_number = forms.CharField(
        label=gettext_lazy("Tax number"), max_length=30, required=False
    )
    line1 = forms.CharField(label=gettext_lazy("Street and number"), max_length=200)
    line2 = forms.CharField(
        label=gettext_lazy("Second line of the address"), max_length=200, required=False
    )
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=20)
    city = forms.CharField(label=gettext_lazy("City"), max_length=100)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_choices)

    @property
    def company(self) -> list[Any]:
        """The fields about the company."""
        return [self[name] for name in FACTS if name in self.fields]

    @property
    def address(self) -> list[Any]:
        """The fields of the address."""
        return [self[name] for name in ADDRESS]


class NewFirmForm(FirmForm):
    """What has to be known of a firm that is not known yet: also somebody there."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=80)
    contact_email = forms.EmailField(label=gettext_lazy("E-mail"))

    @property
    def person(self) -> list[Any]:
        """The fields about the person to talk to."""
        return [self[name] for name in ("first_name", "last_name", "contact_email")]
