"""The form of a price list: its head, the accounts it holds for, its prices."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
)

from purveyor.domain.accounts.models import AccountKind, User
from purveyor.domain.catalogue.models import Assignment, Price, PriceList
from purveyor.faces.backoffice.frame.choices import currency_choices
from purveyor.faces.backoffice.frame.display import NOTHING, badge, name_of
from purveyor.faces.backoffice.frame.record_admin import BssTabularInline

PRICES_A_PAGE = 50
ACCOUNTS_A_PAGE = 25


class StaffField(forms.ModelChoiceField[User]):
    """A person of the staff, by name."""

    def __init__(self, queryset: QuerySet[User], **kwargs: Any) -> None:
        staff = queryset.filter(is_staff=True, is_active=True).order_by("name", "email")
        super().__init__(staff, **kwargs)


class PriceListForm(forms.ModelForm[PriceList]):
    """The head of a price list; a currency is chosen from those in use."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Account kinds"),
        choices=AccountKind.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy(
            "It holds for all accounts of these kinds that have no list of their own "
            "with a price."
        ),
    )

    class Meta:
        model = PriceList
        fields = (
            "name",
            "currency",
            "is_active",
            "first_date",
            "last_date",
            "owner",
            "is_default",
        )
        field_classes: ClassVar = {"owner": StaffField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "currency" in self.fields:
            self.fields["currency"] = forms.ChoiceField(
                label=gettext_lazy("Currency"),
                choices=currency_choices,
                initial="EUR",
                widget=UnfoldAdminSelectWidget,
                help_text=gettext_lazy("It stays: prices are set in it."),
            )
        if self.instance.pk:
            held = self.instance.assignments.exclude(kind="").order_by("kind")
            self.initial["kinds"] = list(held.values_list("kind", flat=True))


class Told(forms.Widget):
    """A value that is shown and not asked for."""

    def __init__(self, text: object) -> None:
        super().__init__()
        self.text = text

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        """Return the value as text."""
        return format_html('<span class="bss-told">{}</span>', self.text)


def tell(form: Any, name: str, value: object) -> None:
    """Show what a row is about, which was said once, instead of asking again."""
    told = forms.Field(label=form.fields[name].label, required=False, disabled=True)
    told.widget = Told(value)
    form.fields[name] = told
    form.initial[name] = getattr(form.instance, name)


class PriceForm(forms.ModelForm[Price]):
    """One price; of which product and from which quantity is said once."""

    class Meta:
        model = Price
        fields = ("product", "from_quantity", "unit_price", "unit_cost")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "product" in self.fields:
            tell(self, "product", self.instance.product)
            tell(self, "from_quantity", self.instance.from_quantity)


class AssignmentForm(forms.ModelForm[Assignment]):
    """One account for which the list holds; another one is another row."""

    class Meta:
        model = Assignment
        fields = ("account",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "account" not in self.fields:
            return
        if self.instance.pk:
            tell(self, "account", name_of(self.instance.account))
        else:
            self.fields["account"].required = True


class PriceInline(BssTabularInline):
    """The prices of a price list, with their steps."""

    model = Price
    form = PriceForm
    verbose_name_plural = gettext_lazy("Prices")
    autocomplete_fields = ("product",)
    fields = ("product", "from_quantity", "unit_price", "unit_cost", "margin")
    readonly_fields = ("margin",)
    ordering = ("product__name", "product_id", "from_quantity")
    per_page: Any = PRICES_A_PAGE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Price]:
        """Return the prices with their products."""
        return super().get_queryset(request).select_related("product")

    @display(description=gettext_lazy("Margin"))
    def margin(self, price: Price) -> SafeString | str:
        """Return what is left of the price, as a share of it."""
        if not price.pk or not price.unit_price:
            return NOTHING
        share = 100 * (price.unit_price - price.unit_cost) / price.unit_price
        told = f"{share:.1f} %"
        return badge(told, "danger") if share < 0 else told


class AssignmentInline(BssTabularInline):
    """The accounts for which a price list holds as their own."""

    model = Assignment
    form = AssignmentForm
    verbose_name = gettext_lazy("account")
    verbose_name_plural = gettext_lazy("Accounts with this list of their own")
    autocomplete_fields = ("account",)
    fields = ("account",)
    ordering = ("account__name", "id")
    per_page: Any = ACCOUNTS_A_PAGE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        """Return the accounts, without the kinds."""
        rows = super().get_queryset(request).filter(account__isnull=False)
        return rows.select_related("account")
