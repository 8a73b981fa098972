"""Office > Contacts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.contacts import put_contact
from purveyor.domain.accounts.models import Account, Contact
from purveyor.faces.backoffice.frame.display import NOTHING, link_to
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.office.contact_form import ContactForm
from purveyor.kernel import clock

ROLES = ("order_role", "billing_role", "technical_role")
TOLD = {
    "order": _("orders"),
    "billing": _("bills"),
    "technical": _("technical matters"),
}


@admin.register(Contact, site=bss)
class ContactAdmin(BssModelAdmin):
    """The people at our accounts."""

    form = ContactForm
    list_display = ("name", "email", "phone_told", "account_link", "roles")
    list_display_links = ("name",)
    list_select_related = ("account",)
    ordering = ("-id",)
    search_fields = ("email__iexact", "first_name__words", "last_name__words")
    search_help_text = _("E-mail, name, or the account's number")
    autocomplete_fields = ("account",)
    can_delete = True
    fieldsets = (
        (
            _("General Information"),
            {"fields": ("account", "first_name", "last_name", "email", "phone")},
        ),
        (_("What they are asked about"), {"fields": ROLES}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        """Return who is called so, or the people of the account with a number."""
        account = Account.objects.filter(number=search_term.strip().upper()).first()
        if account is not None:
            return queryset.filter(account=account), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("Name"))
    def name(self, contact: Contact) -> str:
        """Return how the person is called."""
        return f"{contact.first_name} {contact.last_name}"

    @admin.display(description=_("Phone"))
    def phone_told(self, contact: Contact) -> str:
        """Return the phone number, or that there is none."""
        return contact.phone or NOTHING

    @admin.display(description=_("Account"))
    def account_link(self, contact: Contact) -> Any:
        """Return the account, as a link."""
        return link_to(contact.account, contact.account.name)

    @admin.display(description=_("Asked about"))
    def roles(self, contact: Contact) -> str:
        """Return for what the person stands, and where they are asked first."""
        told = [
            str(_("%(matter)s (main)") % {"matter": matter})
            if contact.is_main(role)
            else str(matter)
            for role, matter in TOLD.items()
            if contact.has_role(role)
        ]
        return ", ".join(told) or NOTHING

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Save a contact; the main one takes over from whoever was it."""
        put_contact(
            contact=obj,
            changed=form.changed_data,
            actor=actor_of(request),
            now=clock.now(),
        )
