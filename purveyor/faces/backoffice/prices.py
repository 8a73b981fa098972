"""Billing > Price lists, Setup > Tax rates and Setup > Payment methods."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from purveyor.domain.accounts.models import PaymentMethod
from purveyor.domain.catalogue.models import Price, PriceList, TaxRate
from purveyor.domain.catalogue.operations import put_price
from purveyor.faces.backoffice.choices import (
    country_choices,
    country_name,
    currency_choices,
)
from purveyor.faces.backoffice.display import NOTHING, badge
from purveyor.faces.backoffice.frame import (
    BssModelAdmin,
    BssTabularInline,
    Rows,
    actor_of,
)
from purveyor.faces.backoffice.site import bss
from purveyor.kernel import clock
from purveyor.kernel.journal.operations import drop


class PriceListForm(forms.ModelForm[PriceList]):
    """The fields of a price list; a currency is chosen from those in use."""

    class Meta:
        model = PriceList
        fields = ("name", "currency", "is_default")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "currency" in self.fields:
            self.fields["currency"] = forms.ChoiceField(
                label=_("Currency"),
                choices=currency_choices,
                initial="EUR",
                widget=UnfoldAdminSelectWidget,
            )


class PriceForm(forms.ModelForm[Price]):
    """The price of one product; which one is said once."""

    class Meta:
        model = Price
        fields = ("product", "unit_price", "unit_cost")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "product" in self.fields:
            self.fields["product"].disabled = True


class PriceInline(BssTabularInline):
    """The prices of a price list."""

    model = Price
    form = PriceForm
    autocomplete_fields = ("product",)


@admin.register(PriceList, site=bss)
class PriceListAdmin(BssModelAdmin):
    """Prices in one currency."""

    form = PriceListForm
    inlines = (PriceInline,)
    list_display = ("name", "currency", "default_badge", "prices_count")
    empty_text = _("Add one for each currency you sell in.")
    ordering = ("name",)
    search_fields = ("name__icontains",)
    fields: ClassVar = ("name", "currency", "is_default")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the lists with how many prices they hold."""
        return super().get_queryset(request).annotate(count=Count("prices"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that stay: prices are in the currency they were set in."""
        return ("currency",) if obj else ()

    def save_rows(self, request: HttpRequest, record: Any, rows: Rows) -> None:
        """Set the prices. What was sold keeps its price."""
        actor, now = actor_of(request), clock.now()
        for price in rows.dropped:
            drop(price, actor=actor, at=now)
        for price in rows.kept:
            put_price(
                price_list=record,
                product=price.product,
                unit_price=price.unit_price,
                unit_cost=price.unit_cost,
                actor=actor,
                now=now,
            )

    @admin.display(description=_("For"))
    def default_badge(self, price_list: PriceList) -> SafeString:
        """Return for whom the list holds."""
        if price_list.is_default:
            return badge(_("Everyone who buys in its currency"), "success")
        return badge(_("Nobody yet"))

    @admin.display(description=_("Prices"))
    def prices_count(self, price_list: Any) -> int:
        """Return how many prices the list holds."""
        return int(price_list.count)


class TaxRateForm(forms.ModelForm[TaxRate]):
    """The fields of a tax rate; a country is chosen by its name."""

    country = forms.ChoiceField(
        label=_("Country"), choices=country_choices, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = TaxRate
        fields = ("country", "product", "name", "percent")


@admin.register(TaxRate, site=bss)
class TaxRateAdmin(BssModelAdmin):
    """The tax of each country, and of products with a rate of their own."""

    form = TaxRateForm
    list_display = ("country_told", "product_told", "name", "percent")
    empty_text = _("Add one for each country you sell to, 0 % if none is due.")
    list_select_related = ("product",)
    ordering = ("country", "id")
    search_fields = ("country__exact",)
    search_help_text = _("Two letters of the country, such as DE")
    autocomplete_fields = ("product",)
    can_delete = True
    can_add_another = True

    def sought(self, term: str) -> str:
        """Return the country as it is kept."""
        return term.strip().upper()

    @admin.display(description=_("Country"))
    def country_told(self, rate: TaxRate) -> str:
        """Return the country's name."""
        return country_name(rate.country)

    @admin.display(description=_("Product"))
    def product_told(self, rate: TaxRate) -> str:
        """Return the product, or that it holds for all others."""
        return str(rate.product) if rate.product else str(_("All others"))


@admin.register(PaymentMethod, site=bss)
class PaymentMethodAdmin(BssModelAdmin):
    """How accounts pay, and how soon."""

    list_display = ("name", "days")
    ordering = ("name",)
    search_fields = ("name__icontains",)
    can_delete = True
    can_add_another = True

    @admin.display(description=_("Payment days"))
    def days(self, method: PaymentMethod) -> str:
        """Return after how many days an invoice is due."""
        return str(method.payment_days) or NOTHING
