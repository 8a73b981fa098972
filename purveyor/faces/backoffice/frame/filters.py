"""Filters that lists of several menus share."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from purveyor.domain.catalogue.queries import currencies_sold_in


class CurrencyFilter(SimpleListFilter):
    """
    In which currency a record is.

    Offered are those that have prices: what is sold has one of them, and the list need
    not be read through to know which.
    """

    title = gettext_lazy("currency")
    parameter_name = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the currencies."""
        return [(currency, currency) for currency in currencies_sold_in()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the records in the chosen currency."""
        return queryset.filter(currency=self.value()) if self.value() else queryset
