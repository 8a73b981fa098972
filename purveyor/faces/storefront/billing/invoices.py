"""Billing > Invoices: what is to be paid, and until when, for the account that pays."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purveyor.domain.accounts.membership import receivers_for
from purveyor.domain.invoices.bills import (
    Standing,
    Wish,
    bill_of,
    get_billed,
    list_bills,
)
from purveyor.domain.invoices.printing import print_invoice
from purveyor.domain.invoices.queries import invoice_document
from purveyor.domain.orders.queries import numbers_seen
from purveyor.faces.storefront.billing.tabs import billing_tabs
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.frame.lists import (
    ROWS_A_PAGE,
    ROWS_AT_ONCE,
    after_of,
    all_of,
    owner_of,
    page_of,
    term_of,
)
from purveyor.faces.ui.spreadsheets import spreadsheet
from purveyor.kernel import clock


@require_safe
@member_may("invoices.view")
def invoice_list(request: ShopRequest) -> HttpResponse:
    """Show the invoices of the account, newest first."""
    wish = _wish(request)
    rows = list_bills(
        payer=request.member.account,
        wish=wish,
        today=clock.today(),
        after=after_of(request),
        limit=ROWS_A_PAGE + 1,
    )
    told = {
        "page": page_of(request, rows, export="invoices_export"),
        "tabs": billing_tabs(request),
        "standings": list(Standing),
        "wish": wish,
        "receivers": receivers_for(request.member),
    }
    return render(request, "storefront/invoices.html", told)


@require_safe
@member_may("invoices.view")
def invoice_export(request: ShopRequest) -> StreamingHttpResponse:
    """Return the list as CSV."""
    wish, today = _wish(request), clock.today()
    payer = request.member.account
    rows = all_of(
        lambda after: list_bills(
            payer=payer, wish=wish, today=today, after=after, limit=ROWS_AT_ONCE
        )
    )
    head = (
        *(_("Number"), _("Invoice date"), _("Due"), _("Status"), _("For")),
        *(_("PO code"), _("Currency"), _("Net"), _("Tax"), _("Total")),
    )
    lines = (
        (
            *(row.number, row.issue_date, row.due_date, row.standing.label),
            *(row.receiver_name, row.po_code),
            *(row.total.currency, row.net, row.tax, row.total),
        )
        for row in rows
    )
    return spreadsheet(_("Invoices"), head, lines)


@require_safe
@member_may("invoices.view")
def invoice(request: ShopRequest, invoice: str) -> HttpResponse:
    """Show what stands on an invoice."""
    viewer = request.member.account
    found = get_billed(number=invoice, payer=viewer)
    document = invoice_document(invoice=found)
    orders = {line.order_number for line in document.lines}
    told = {
        "bill": bill_of(found, today=clock.today()),
        "document": document,
        "orders_seen": numbers_seen(numbers=orders, seen_by=viewer),
    }
    return render(request, "storefront/invoice.html", told)


@require_safe
@member_may("invoices.view")
def invoice_pdf(request: ShopRequest, invoice: str) -> HttpResponse:
    """Return an invoice as a document to be kept."""
    found = get_billed(number=invoice, payer=request.member.account)
    content = print_invoice(invoice_document(invoice=found))
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return answer


def _wish(request: ShopRequest) -> Wish:
    standing = request.GET.get("status", "")
    return Wish(
        standing=Standing(standing) if standing in set(Standing) else None,
        owner=owner_of(request),
        term=term_of(request),
    )
