"""What a reseller fills in about an end customer and its people."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.accounts.contact_roles import CONTACT_ROLES
from purveyor.domain.accounts.customers import ON_INVOICES, mail_languages
from purveyor.faces.storefront.frame.firms import (
    ADDRESS,
    FACTS,
    FirmForm,
    NewFirmForm,
)
from purveyor.faces.storefront.frame.forms import ShopForm

PERSON = ("first_name", "last_name", "email", "phone")


class NewCustomerForm(NewFirmForm):
    """What has to be known of a new end customer."""

    contact_email = forms.EmailField(
        label=gettext_lazy("Their e-mail"),
        help_text=gettext_lazy("Coupon codes can be sent there."),
    )


class CustomerForm(FirmForm):
    """
    What a reseller may change of an end customer.

    What stands on the invoices of one that is billed itself is shown, not changed.
    """

    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    website = forms.URLField(
        label=gettext_lazy("Website"), max_length=200, required=False
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of mails"), required=False
    )

    def __init__(self, *args: Any, is_billed_itself: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages: Any = self.fields["language"]
        languages.choices = [("", _("Not chosen")), *mail_languages()]
        if is_billed_itself:
            for name in (*ON_INVOICES, *ADDRESS):
                self.fields[name].disabled = True

    @property
    def changed_facts(self) -> dict[str, Any]:
        """What was changed of the company."""
        return self._changed(FACTS)

    @property
    def changed_address(self) -> dict[str, Any]:
        """What was changed of the address."""
        return self._changed(ADDRESS)

    def _changed(self, names: Collection[str]) -> dict[str, Any]:
        return {n: self.cleaned_data[n] for n in names if n in self.changed_data}


class ContactForm(ShopForm):
    """A person at an end customer, and what they are asked about."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("What are they asked about?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["roles"]
        roles.choices = list(role_names().items())

    @property
    def person(self) -> list[Any]:
        """The fields about the person."""
        return [self[name] for name in PERSON]

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in about the person."""
        return {name: self.cleaned_data[name] for name in PERSON}


def role_names() -> dict[str, str]:
    """Return what contacts can be asked about, in words."""
    names = (_("Orders"), _("Bills"), _("Technical matters"))
    return dict(zip(CONTACT_ROLES, names, strict=True))
