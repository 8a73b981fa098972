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

from purveyor.domain.catalogue.models import Product, ProductType
from purveyor.domain.catalogue.queries import characteristic_defaults
from purveyor.faces.backoffice.display import NOTHING, badge, link_to
from purveyor.faces.backoffice.frame import BssModelAdmin
from purveyor.faces.backoffice.site import bss

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
    list_filter = ("is_published", "product_type")
    list_select_related = ("product_type",)
    ordering = ("name", "id")
    search_fields = ("code__exact", "name__icontains", "external_id__exact")
    search_help_text = _("Code, SKU, or part of the name")
    can_add_another = True
    fieldsets = (
        (
            _("General Information"),
            {"fields": ("product_type", "code", "name", "description", "is_published")},
        ),
        (_("Passed on to the vendor"), {"fields": ("external_id", *DAYS)}),
    )

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
    def published_badge(self, product: Product) -> SafeString:
        """Return whether the product can be sold."""
        if product.is_published:
            return badge(_("Published"), "success")
        return badge(_("Not published"))


@admin.register(ProductType, site=bss)
class ProductTypeAdmin(BssModelAdmin):
    """What the service managers can sell. Read from them, never typed in."""

    list_display = ("name", "application", "external_id", "characteristics_told")
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
        "characteristics_told",
        "products_told",
    )
    readonly_fields: ClassVar = ("characteristics_told", "products_told")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductType]:
        """Return the product types with their characteristics."""
        types = super().get_queryset(request)
        return types.prefetch_related("characteristics", "products")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no: the services definition is read, see Setup > Applications."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no: the vendor says what a product type is."""
        return False

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
