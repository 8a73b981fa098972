"""Office > Accounts."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from purveyor.domain.accounts.models import Account, AccountKind, Address, Contact
from purveyor.domain.accounts.operations import (
    create_account,
    edit_account,
    put_details,
)
from purveyor.domain.accounts.tax_numbers import (
    TaxNumber,
    WrongTaxNumber,
    read_tax_number,
)
from purveyor.domain.invoices.credit import credit_of
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.queries import (
    not_synchronized,
    worst_status_by_account,
)
from purveyor.faces.backoffice.frame.choices import (
    country_name,
    currency_choices,
)
from purveyor.faces.backoffice.frame.credit import credit_shown
from purveyor.faces.backoffice.frame.display import (
    NOTHING,
    TONES,
    badge,
    link_to,
    moment,
)
from purveyor.faces.backoffice.frame.record_admin import (
    BssModelAdmin,
    BssStackedInline,
    BssTabularInline,
    actor_of,
    rows_of,
)
from purveyor.faces.backoffice.frame.sections import Section, shown_sections
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.office.account_sections import (
    Assets,
    EndCustomers,
    Files,
    Invoices,
    Mails,
    Orders,
    PriceLists,
)
from purveyor.faces.backoffice.office.account_verbs import AccountVerbs
from purveyor.faces.backoffice.office.address_form import (
    ADDRESS,
    AddressForm,
    AddressFormSet,
)
from purveyor.faces.backoffice.office.contact_form import ContactForm
from purveyor.faces.backoffice.office.contacts import ROLES
from purveyor.faces.backoffice.office.timeline import Timeline
from purveyor.kernel import clock

WHO = ("name", "kind", "parent", "email", "phone", "website", "language")
BILLING = (
    *("currency", "bill_to", "tax_number"),
    *("payment_method", "credit_limit", "invoice_option"),
)
SELLING = (
    "is_ordering_enabled",
    "is_reselling_enabled",
    "needs_reseller_approval",
    "notes",
)
KEEPS_ITS_EMAIL = _(
    "A vendor that knows the account keeps the e-mail it was synchronized with. Change "
    "it there, too."
)
TWO = ("bss-two",)  # in two columns where there is room


class SyncStatusFilter(admin.SimpleListFilter):
    """Which accounts the vendors know."""

    title = _("Provisioning Sync Status")
    parameter_name = "sync"

    def lookups(
        self, request: HttpRequest, model_admin: Any
    ) -> Iterable[tuple[str, Any]]:
        """Return what can be chosen."""
        return [
            ("open", _("Not synchronized everywhere")),
            (LinkStatus.FAILED, LinkStatus.FAILED.label),
            (LinkStatus.UNCLEAR, LinkStatus.UNCLEAR.label),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Return the accounts that fit."""
        if self.value() == "open":
            return queryset.filter(not_synchronized())
        return queryset.filter(links__status=self.value()) if self.value() else queryset


class ClosedFilter(admin.SimpleListFilter):
    """Whether accounts that were merged into others are shown; else they are not."""

    title = _("Merged accounts")
    parameter_name = "merged"

    def lookups(
        self, request: HttpRequest, model_admin: Any
    ) -> Iterable[tuple[str, Any]]:
        """Return what can be chosen."""
        return [("only", _("Only those"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Return the accounts that fit."""
        return queryset.filter(merged_into__isnull=self.value() != "only")


class AccountForm(forms.ModelForm[Account]):
    """The fields of an account; a currency is chosen from those in use."""

    class Meta:
        model = Account
        fields = (*WHO, *BILLING, *SELLING)
        widgets: ClassVar = {"notes": UnfoldAdminTextareaWidget(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "email" in self.fields:
            self.fields["email"].help_text = KEEPS_ITS_EMAIL
        if "currency" in self.fields:
            self.fields["currency"] = forms.ChoiceField(
                label=_("Currency"),
                choices=currency_choices,
                initial="EUR",
                widget=UnfoldAdminSelectWidget,
                help_text=_("Of its orders and invoices."),
            )

    def validate_constraints(self) -> None:
        """Leave it to the operation, which has better words."""


class AddressInline(BssStackedInline):
    """The addresses of an account."""

    model = Address
    form = AddressForm
    formset = AddressFormSet
    tab = True
    rows_at_first = 1
    fields = ADDRESS


class ContactInline(BssTabularInline):
    """The people at an account."""

    model = Contact
    form = ContactForm
    tab = True
    rows_at_first = 1
    fields = ("first_name", "last_name", "email", "phone", *ROLES)


@admin.register(Account, site=bss)
class AccountAdmin(AccountVerbs, BssModelAdmin):
    """The companies we deal with."""

    form = AccountForm
    list_display = ("number", "name", "kind_told", "reseller", "currency", "sync_badge")
    list_display_links = ("number", "name")
    empty_text = _("Resellers and customers stand here. Begin with one you sell to.")
    list_filter = (
        ("kind", admin.ChoicesFieldListFilter),
        SyncStatusFilter,
        ClosedFilter,
    )
    list_select_related = ("parent", "payment_method")
    list_before_template: Any = "backoffice/accounts/list_head.html"
    change_form_outer_before_template: Any = "backoffice/accounts/head.html"
    ordering = ("-created_at", "-id")
    search_fields = ("number__exact", "name__words", "email__iexact")
    search_help_text = _("Number, beginnings of the name, or e-mail")
    columns_more = ("email", "phone", "tax_number", "payment_method", "created")
    sheet_values: ClassVar = {
        "sync_badge": lambda account: vars(account)["worst_status"].label,
        "created": lambda account: account.created_at,
    }
    autocomplete_fields = ("parent", "bill_to")
    readonly_fields = ("number", "sync_link", "created", "tax_check", "credit")
    inlines = (AddressInline, ContactInline)
    refusal_fields: ClassVar = {
        "accounts.wrong_tax_number": "tax_number",
        "accounts.wrong_reseller": "parent",
        "accounts.wrong_bill_to": "bill_to",
    }
    sections: ClassVar[tuple[type[Section], ...]] = (
        Orders,
        Assets,
        Invoices,
        PriceLists,
        Mails,
        Files,
        EndCustomers,
        Timeline,
    )

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/credit.css",)}

    # ---------------------------------------------------------------- the page

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields in groups; a new account has no status yet."""
        facts = ("number", "sync_link", "created") if obj else ()
        may_see_debts = request.user.has_perm("invoices.view_invoice")
        credit = ("credit",) if obj and may_see_debts else ()
        return (
            (_("General Information"), {"fields": (*facts, *WHO), "classes": TWO}),
            (_("Billing"), {"fields": (*_billing(obj), *credit), "classes": TWO}),
            (_("Selling"), {"fields": SELLING}),
        )

    def get_changeform_datasets(self, request: HttpRequest) -> Any:
        """Return the sections a person may see."""
        return shown_sections(request, self.sections)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether a person may edit; a merged account is closed."""
        may_edit: bool = super().has_change_permission(request, obj)
        return may_edit and not (obj is not None and obj.is_merged)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return what fits a search; only resellers where one is looked for."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if "field_name" in request.GET:  # to be chosen in a form
            found = found.filter(merged_into__isnull=True)
        if request.GET.get("field_name") == "parent":
            found = found.filter(kind=AccountKind.RESELLER)
        return found, may_repeat

    # ---------------------------------------------------------------- saving

    def save_model(self, *args: Any, **kwargs: Any) -> None:
        """Wait for the addresses: the tax number is checked by their country."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Create or edit the account, with its addresses and contacts."""
        given = {"country": _country(formsets), "actor": actor_of(request)}
        account, now = form.instance, clock.now()
        if change:
            changed = form.changed_data
            edit_account(account=account, changed=changed, now=now, **given)
        else:
            create_account(account=account, now=now, **given)
        for formset in formsets:
            rows = rows_of(formset)
            put_details(
                kept=sorted(rows.kept, key=_billing_last),
                dropped=rows.dropped,
                actor=actor_of(request),
                now=now,
            )
        if warning := _tax_number(account).warning:
            messages.warning(request, warning)

    # ---------------------------------------------------------------- columns

    def complete_rows(self, rows: list[Account]) -> None:
        """Read the worst sync status of each account, in one go."""
        statuses = worst_status_by_account(accounts=[account.pk for account in rows])
        for account in rows:
            vars(account)["worst_status"] = statuses[account.pk]

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_told(self, account: Account) -> str:
        """Return what the account is to us."""
        return account.get_kind_display()

    @admin.display(description=_("Reseller"))
    def reseller(self, account: Account) -> Any:
        """Return the reseller of an end customer."""
        return link_to(account.parent, account.parent and account.parent.name)

    @admin.display(description=_("Provisioning Sync Status"))
    def sync_badge(self, account: Account) -> SafeString:
        """Return the worst status, as a link to all of them."""
        return _sync_badge(account, vars(account)["worst_status"])

    @admin.display(description=_("Provisioning Sync Status"))
    def sync_link(self, account: Account) -> SafeString:
        """Return the worst status, as a link to all of them."""
        statuses = worst_status_by_account(accounts=[account.pk])
        return _sync_badge(account, statuses[account.pk])

    @admin.display(description=_("Credit"))
    def credit(self, account: Account) -> SafeString:
        """Return the limit, what is used of it, and what is left."""
        return credit_shown(credit_of(account))

    @admin.display(description=_("Tax number check"))
    def tax_check(self, account: Account) -> str:
        """Return what the rules of the country say about the tax number."""
        read = _tax_number(account)
        if read.warning or not read.number:
            return read.warning or NOTHING
        if not read.country:
            return _unchecked(account)
        told = _("Fits the rules of %(country)s.")
        return told % {"country": country_name(read.country)}

    @admin.display(description=_("Created"))
    def created(self, account: Account) -> str:
        """Return when the account was created."""
        return moment(account.created_at)


def _sync_badge(account: Account, status: LinkStatus) -> SafeString:
    href = reverse("bss:synchronization", args=[account.pk])
    return badge(status.label, TONES.get(status, ""), href=href)


def _billing(account: Account | None) -> tuple[str, ...]:
    """Return the fields about bills; what is known of a tax number stands beside it."""
    if account is None:
        return BILLING
    place = BILLING.index("tax_number") + 1
    return (*BILLING[:place], "tax_check", *BILLING[place:])


def _tax_number(account: Account) -> TaxNumber:
    """Return the tax number as the country of the billing address reads it."""
    address = account.addresses.filter(is_billing=True).first()
    country = address.country if address is not None else ""
    try:
        return read_tax_number(number=account.tax_number, country=country)
    except WrongTaxNumber as refusal:  # the address has changed since
        return TaxNumber(account.tax_number, warning=refusal.message)


def _unchecked(account: Account) -> str:
    """Return why a tax number is not checked."""
    if account.addresses.filter(is_billing=True).exists():
        return str(_("Not checked: no rule is known for this country."))
    return str(_("Not checked: the account has no billing address yet."))


def _country(formsets: Iterable[Any]) -> str:
    for formset in formsets:
        for form in formset.forms:
            address = form.cleaned_data
            is_kept = form not in formset.deleted_forms
            if address.get("is_billing") and is_kept and "country" in address:
                return str(address["country"])
    return ""


def _billing_last(row: Address | Contact) -> bool:
    return isinstance(row, Address) and row.is_billing
