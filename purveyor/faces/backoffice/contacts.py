"""Office > Contacts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account, Contact
from purveyor.faces.backoffice.display import NOTHING, link_to
from purveyor.faces.backoffice.frame import BssModelAdmin
from purveyor.faces.backoffice.site import bss

ROLES = ("is_order_contact", "is_billing_contact", "is_technical_contact")


@admin.register(Contact, site=bss)
class ContactAdmin(BssModelAdmin):
    """The people at our accounts."""

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
        """Return for what the person stands."""
        words = {
            "is_order_contact": _("orders"),
            "is_billing_contact": _("bills"),
            "is_technical_contact": _("technical matters"),
        }
        told = [str(words[role]) for role in ROLES if getattr(contact, role)]
        return ", ".join(told) or NOTHING
