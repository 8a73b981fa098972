"""Billing > Categories: the shelves of the Storefront's catalogue."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from purveyor.domain.catalogue.categories import Category
from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin
from purveyor.faces.backoffice.frame.site import bss


@admin.register(Category, site=bss)
class CategoryAdmin(BssModelAdmin):
    """A category, and how many products stand in it."""

    list_display = ("name", "slug", "position", "products_count")
    empty_text = _("Without categories the Storefront shows its products in one list.")
    ordering = ("position", "name")
    search_fields = ("name__icontains",)
    fields = ("name", "slug", "description", "position")
    prepopulated_fields = {"slug": ("name",)}
    can_add_another = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        """Return the categories, each with the number of its products."""
        categories: QuerySet[Category] = super().get_queryset(request)
        return categories.annotate(products_in_it=Count("products"))

    @admin.display(description=_("Products"))
    def products_count(self, category: Any) -> int:
        """Return how many products stand in it."""
        return int(category.products_in_it)
