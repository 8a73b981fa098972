"""Setup > Tax rates and Setup > Payment methods."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from purveyor.domain.accounts.models import PaymentMethod
from purveyor.domain.catalogue.models import TaxRate
from purveyor.faces.backoffice.frame.choices import country_choices, country_name
from purveyor.faces.backoffice.frame.display import NOTHING
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin
from purveyor.faces.backoffice.frame.site import bss


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
