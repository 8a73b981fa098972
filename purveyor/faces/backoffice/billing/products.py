"""Billing > Products and Setup > Product types."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from purveyor.domain.catalogue.models import Price, Product, ProductType
from purveyor.domain.catalogue.operations import execute_by_hand
from purveyor.domain.catalogue.pricing import has_price
from purveyor.domain.catalogue.queries import characteristic_defaults
from purveyor.faces.backoffice.billing.prices import span_of, state_badge
from purveyor.faces.backoffice.frame.display import NOTHING, amount, badge, link_to
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin, actor_of
from purveyor.faces.backoffice.frame.sections import Column, Section, shown_sections
from purveyor.faces.backoffice.frame.site import bss
from purveyor.kernel import clock

#: What an empty field takes from the product type.
DAYS = ("expire_days", "validity_days")


class ProductForm(forms.ModelForm[Product]):
    """The fields of a product; what is left empty is as its product type says."""

    class Meta:
        model = Product
        fields = (
            "product_type",
            "code",
            "name",
            "description",
            "category",
            "external_id",
            *DAYS,
            "is_published",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            for name in ("name", "external_id", *DAYS):
                self.fields[name].required = False
                said = self.fields[name].help_text
                empty = _("Empty: as the product type says.")
                self.fields[name].help_text = f"{said} {empty}".strip()

    def clean(self) -> dict[str, Any]:
        """Fill what was left empty from the product type."""
        given = super().clean() or self.cleaned_data
        product_type = given.get("product_type")
        if self.instance.pk is None and product_type is not None:
            for name, value in _said_by(product_type).items():
                if given.get(name) in (None, "") and name not in self.errors:
                    given[name] = value
        return given


def _said_by(product_type: ProductType) -> dict[str, Any]:
    defaults = characteristic_defaults(product_type)
    days = {name: int(defaults[name]) for name in DAYS if name in defaults}
    facts = {"name": product_type.name, "external_id": product_type.external_id}
    return {"expire_days": 365, "validity_days": 365, **days, **facts}


class PriceFilter(admin.SimpleListFilter):
    """Products with a price at which somebody can buy them today, or without one."""

    title = _("price")
    parameter_name = "price"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return what can be chosen."""
        return [("no", _("No price")), ("yes", _("Has a price"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Return the products that fit."""
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(is_priced=self.value() == "yes")


class Prices(Section):
    """What a product costs, on each price list."""

    model = Price
    title = _("Prices")
    permission = "catalogue.view_price"
    icon = "sell"
    empty = _("No price list has this product yet, so it cannot be sold")
    columns: ClassVar = (
        Column(_("Price list"), lambda price: link_to(price.price_list)),
        Column(_("Status"), lambda price: state_badge(price.price_list)),
        Column(_("Valid"), lambda price: span_of(price.price_list)),
        Column(_("From quantity"), lambda price: price.from_quantity, is_number=True),
        Column(
            _("Price"),
            lambda price: amount(price.unit_price, price.price_list.currency),
            is_number=True,
        ),
        Column(
            _("Cost"),
            lambda price: amount(price.unit_cost, price.price_list.currency),
            is_number=True,
        ),
    )

    def found(self, record_id: int) -> QuerySet[Price]:
        """Return the prices, by list and step."""
        prices = Price.objects.filter(product_id=record_id).select_related("price_list")
        return prices.order_by("price_list__name", "from_quantity")

    def whole_list(self, record_id: int) -> str:
        """Return the address of the price lists."""
        return reverse("bss:catalogue_pricelist_changelist")


@admin.register(Product, site=bss)
class ProductAdmin(BssModelAdmin):
    """What can be put on an order."""

    form = ProductForm
    list_display = (
        "code",
        "name",
        "type_link",
        "external_id",
        "expire_days",
        "validity_days",
        "published_badge",
    )
    list_display_links = ("code", "name")
    empty_text = _("Products are made from product types: see Setup > Applications.")
    list_filter = ("is_published", PriceFilter, "product_type")
    list_select_related = ("product_type",)
    ordering = ("name", "id")
    search_fields = ("code__exact", "name__icontains", "external_id__exact")
    search_help_text = _("Code, SKU, or part of the name")
    can_add_another = True
    change_form_outer_before_template: Any = "backoffice/prices/missing.html"
    fieldsets = (
        (
            _("General Information"),
            {
                "fields": (
                    "product_type",
                    "code",
                    "name",
                    "description",
                    "category",
                    "is_published",
                )
            },
        ),
        (_("Passed on to the vendor"), {"fields": ("external_id", *DAYS)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        """Return the products, each knowing whether somebody can buy it today."""
        products: QuerySet[Product] = super().get_queryset(request)
        return products.annotate(is_priced=has_price(on=clock.today()))

    def get_changeform_datasets(self, request: HttpRequest) -> Any:
        """Return the sections a person may see."""
        return shown_sections(request, (Prices,))

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return also whether the product lacks a price."""
        product = self.get_object(request, object_id) if object_id else None
        lacks = product is not None and not product.is_priced
        given = {"lacks_price": lacks, **(extra_context or {})}
        return super().form_context(request, object_id, given)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what a new product begins with: all that its type says."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        chosen = str(initial.get("product_type", ""))
        if not chosen.isdecimal():
            return initial
        product_type = ProductType.objects.filter(pk=int(chosen)).first()
        return {**(_said_by(product_type) if product_type else {}), **initial}

    @admin.display(description=_("Product type"))
    def type_link(self, product: Product) -> Any:
        """Return the product type, as a link."""
        return link_to(product.product_type)

    @admin.display(description=_("Status"))
    def published_badge(self, product: Any) -> SafeString:
        """Return whether the product can be sold."""
        is_out = product.is_published
        told = [
            badge(_("Published"), "success") if is_out else badge(_("Not published"))
        ]
        if not product.is_priced:
            told.append(badge(_("No price"), "warning"))
        return format_html_join(" ", "{}", ((each,) for each in told))


@admin.register(ProductType, site=bss)
class ProductTypeAdmin(BssModelAdmin):
    """
    What the service managers can sell. Read from them, never typed in.

    Only whether its orders wait for staff is the distributor's own decision.
    """

    list_display = (
        "name",
        "application",
        "external_id",
        "characteristics_told",
        "execution_badge",
    )
    empty_text = _("Get the services definition under Setup > Applications.")
    list_filter = ("application",)
    list_select_related = ("application",)
    ordering = ("name", "id")
    search_fields = ("name__icontains", "external_id__exact")
    fields = (
        "name",
        "application",
        "external_id",
        "description",
        "is_executed_by_hand",
        "characteristics_told",
        "products_told",
    )
    readonly_fields: ClassVar = (
        "name",
        "application",
        "external_id",
        "description",
        "characteristics_told",
        "products_told",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductType]:
        """Return the product types with their characteristics."""
        types = super().get_queryset(request)
        return types.prefetch_related("characteristics", "products")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: the services definition is read, see Setup > Applications."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Save whether its orders wait for staff; all else the vendor says."""
        execute_by_hand(
            product_type=obj,
            is_by_hand=form.cleaned_data["is_executed_by_hand"],
            actor=actor_of(request),
            now=clock.now(),
        )

    @admin.display(description=_("Execution"))
    def execution_badge(self, product_type: ProductType) -> SafeString:
        """Return whether orders of it wait for staff."""
        if product_type.is_executed_by_hand:
            return badge(_("Non-automatic"), "warning")
        return badge(_("Automatic"))

    @admin.display(description=_("Characteristics"))
    def characteristics_told(self, product_type: ProductType) -> SafeString:
        """Return the characteristics with their defaults."""
        told = (
            badge(f"{each.name}: {each.default}" if each.default else each.name)
            for each in product_type.characteristics.all()
        )
        rows = ((each,) for each in told)
        return format_html_join(" ", "{}", rows) or SafeString(NOTHING)

    @admin.display(description=_("Products"))
    def products_told(self, product_type: ProductType) -> SafeString:
        """Return the products of this type, and the way to make one."""
        links = [link_to(product) for product in product_type.products.all()]
        address = reverse("bss:catalogue_product_add")
        links.append(
            format_html(
                '<a class="bss-link" href="{}?product_type={}">{}</a>',
                address,
                product_type.pk,
                _("Add a product of this type"),
            )
        )
        return format_html_join(" · ", "{}", ((link,) for link in links))
