"""My customers: the list, and the list as a file."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purveyor.faces.storefront.customers.tabs import customer_tabs
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.frame.lists import (
    ROWS_A_PAGE,
    ROWS_AT_ONCE,
    after_of,
    all_of,
    page_of,
    term_of,
)
from purveyor.faces.ui.choices import country_name
from purveyor.faces.ui.spreadsheets import spreadsheet
from purveyor.flows.customers.queries import list_customers


@require_safe
@member_may("customers.view")
def customer_list(request: ShopRequest) -> HttpResponse:
    """Show the end customers of a reseller, by name."""
    term = term_of(request)
    rows = list_customers(
        reseller=request.member.account,
        term=term,
        after=after_of(request),
        limit=ROWS_A_PAGE + 1,
    )
    told = {
        "page": page_of(request, rows, export="customers_export"),
        "term": term,
        "tabs": customer_tabs(request),
        "may_add": request.member.may("customers.add"),
    }
    return render(request, "storefront/customers/list.html", told)


@require_safe
@member_may("customers.view")
def customer_export(request: ShopRequest) -> StreamingHttpResponse:
    """Return the list as CSV."""
    term, reseller = term_of(request), request.member.account
    rows = all_of(
        lambda after: list_customers(
            reseller=reseller, term=term, after=after, limit=ROWS_AT_ONCE
        )
    )
    head = (
        *(_("Number"), _("Company"), _("E-mail"), _("Phone"), _("Tax number")),
        *(_("Street and number"), _("Postcode"), _("City"), _("Country")),
        *(_("Assets"), _("Open orders"), _("Orders need your approval")),
        _("Customer since"),
    )
    lines = (
        (
            *(row.number, row.name, row.email, row.phone, row.tax_number),
            *(row.line1, row.postcode, row.city, country_name(row.country)),
            *(row.assets, row.open_orders),
            _("Yes") if row.needs_approval else _("No"),
            row.created_at,
        )
        for row in rows
    )
    return spreadsheet(_("Customers"), head, lines)
