"""The addresses of an account, as they are filled in on its page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSelectWidget

from purveyor.domain.accounts.models import Address
from purveyor.faces.backoffice.frame.choices import country_choices

ADDRESS = ("line1", "line2", "postcode", "city", "region", "country", "is_billing")
ONCE = _("Mark only one address as the billing address.")


class AddressForm(forms.ModelForm[Address]):
    """The fields of an address; a country is chosen by its name."""

    country = forms.ChoiceField(
        label=_("Country"), choices=country_choices, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Address
        fields = ADDRESS

    def validate_constraints(self) -> None:
        """Leave it to the operation: the billing address may move to another row."""


class AddressFormSet(PaginationInlineFormSet):
    """The addresses of an account, of which one is for billing."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Return what a row begins with: where one is for billing, another without."""
        is_new = index is None or index >= self.initial_form_count()
        has_one = any(each.is_billing for each in self.get_queryset())
        first = {"initial": {"is_billing": False}} if is_new and has_one else {}
        return {**super().get_form_kwargs(index), **first}

    def clean(self) -> None:
        """Refuse a second billing address where it stands; the operation does, too."""
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        billing = [form for form in kept if form.cleaned_data.get("is_billing")]
        for another in billing[1:]:
            another.add_error("is_billing", ONCE)
