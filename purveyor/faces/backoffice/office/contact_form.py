"""The form of a contact: what they are asked about, and whether first."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from purveyor.domain.accounts.contact_roles import CONTACT_ROLES
from purveyor.domain.accounts.models import Contact

NOT, ALSO, MAIN = "", "also", "main"
STANDING = ((NOT, "–"), (ALSO, _("Contact")), (MAIN, _("Main contact")))


def _role(label: Any, help_text: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=STANDING,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=help_text,
    )


class ContactForm(forms.ModelForm[Contact]):
    """A person at an account; of each kind of contact one is the main one."""

    order_role = _role(
        _("Orders"), _("The main contact gets the coupon codes by mail.")
    )
    billing_role = _role(_("Bills"), _("The main contact gets mails about bills."))
    technical_role = _role(
        _("Technical matters"), _("Who is called when something does not work.")
    )

    class Meta:
        model = Contact
        fields = ("first_name", "last_name", "email", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role, name in _roles():
            if name in self.fields:
                self.initial.setdefault(name, _standing(self.instance, role))

    def clean(self) -> dict[str, Any]:
        """Give the person the roles that were chosen."""
        given = super().clean() or self.cleaned_data
        for role, name in _roles():
            standing = given.get(name, _standing(self.instance, role))
            if standing == NOT:
                self.instance.stand_back(role)
            else:
                self.instance.stand_for(role, is_main=standing == MAIN)
        return given

    def validate_constraints(self) -> None:
        """Leave it to the operation: who is asked first may change in one go."""


def _roles() -> Iterator[tuple[str, str]]:
    return ((role, f"{role}_role") for role in CONTACT_ROLES)


def _standing(contact: Contact, role: str) -> str:
    if contact.is_main(role):
        return MAIN
    return ALSO if contact.has_role(role) else NOT
