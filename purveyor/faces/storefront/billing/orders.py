"""Billing > Orders: what was ordered, how its delivery goes, and taking it back."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from purveyor.domain.accounts.membership import receivers_for
from purveyor.domain.orders.reasons import REASON_MAX
from purveyor.faces.storefront.billing.tabs import billing_tabs
from purveyor.faces.storefront.frame.access import (
    JUST_PLACED,
    ShopRequest,
    member_may,
)
from purveyor.faces.storefront.frame.forms import ShopForm
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
from purveyor.flows.checkout.cancelling import take_back, take_back_rest
from purveyor.flows.checkout.po_codes import PO_CODE_MAX, write_po_code
from purveyor.flows.checkout.progress import OrderProgress, progress_of
from purveyor.flows.checkout.purchases import (
    Purchase,
    Standing,
    Wish,
    list_purchases,
)
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused


class CancelForm(ShopForm):
    """Why an order is taken back."""

    because = forms.CharField(label=gettext_lazy("Why?"), max_length=REASON_MAX)


class POCodeForm(ShopForm):
    """The payer's own number for an order."""

    po_code = forms.CharField(
        label=gettext_lazy("Your order reference (PO code)"),
        max_length=PO_CODE_MAX,
        required=False,
    )


@require_safe
@member_may("orders.view")
def order_list(request: ShopRequest) -> HttpResponse:
    """Show what the account has ordered, newest first."""
    wish = _wish(request)
    rows = list_purchases(
        member=request.member,
        wish=wish,
        today=clock.today(),
        after=after_of(request),
        limit=ROWS_A_PAGE + 1,
    )
    told = {
        "page": page_of(request, rows, export="orders_export"),
        "has_prices": any(row.totals for row in rows),
        "tabs": billing_tabs(request),
        "standings": list(Standing),
        "wish": wish,
        "receivers": receivers_for(request.member),
    }
    return render(request, "storefront/orders.html", told)


@require_safe
@member_may("orders.view")
def order_export(request: ShopRequest) -> StreamingHttpResponse:
    """Return the list as CSV; amounts only where the account pays."""
    wish, today, member = _wish(request), clock.today(), request.member
    rows = all_of(
        lambda after: list_purchases(
            member=member, wish=wish, today=today, after=after, limit=ROWS_AT_ONCE
        )
    )
    head = (
        *(_("Number"), _("Ordered on"), _("Status"), _("Delivery Status"), _("For")),
        *(_("PO code"), _("Products"), _("Licenses")),
        *(_("Currency"), _("Net"), _("Tax"), _("Total")),
    )
    return spreadsheet(_("Orders"), head, (_line(row) for row in rows))


@require_safe
@member_may("orders.view")
def order(request: ShopRequest, number: str) -> HttpResponse:
    """Show an order; asked for its progress alone, show only that."""
    is_part = request.headers.get("X-Part") == "progress"
    return _page(request, number, is_part=is_part)


@require_POST
@member_may("orders.cancel")
def cancel(request: ShopRequest, number: str) -> HttpResponse:
    """Take an order back of which nothing was executed, with a reason."""
    words = _("Order %(number)s is cancelled. Nothing of it is delivered or billed.")
    return _changed(request, number, CancelForm(request.POST), take_back, words)


@require_POST
@member_may("orders.cancel")
def cancel_rest(request: ShopRequest, number: str) -> HttpResponse:
    """Take back what is not executed yet of an order, with a reason."""
    words = _("The rest of order %(number)s is cancelled. What was delivered is yours.")
    return _changed(request, number, CancelForm(request.POST), take_back_rest, words)


@require_POST
@member_may("orders.po_code")
def po_code(request: ShopRequest, number: str) -> HttpResponse:
    """Write the PO code of an order, as it will stand on invoices from now on."""
    words = _("The PO code is kept.")
    return _changed(request, number, POCodeForm(request.POST), write_po_code, words)


def _changed(
    request: ShopRequest,
    number: str,
    form: CancelForm | POCodeForm,
    change: Callable[..., None],
    words: str,
) -> HttpResponse:
    """Change an order by the operation and say so; if refused, what was typed stays."""
    if not form.is_valid():
        return _page(request, number, form=form)
    try:
        change(
            **form.cleaned_data,
            number=number,
            member=request.member,
            actor=str(request.user),
            now=clock.now(),
        )
    except Refused as refusal:
        return _page(request, number, refusal=refusal.message)
    messages.success(request, words % {"number": number})
    return redirect("storefront:order", number)


def _wish(request: ShopRequest) -> Wish:
    standing = request.GET.get("status", "")
    return Wish(
        standing=Standing(standing) if standing in set(Standing) else None,
        owner=owner_of(request),
        term=term_of(request),
    )


def _line(row: Purchase) -> tuple[object, ...]:
    sums = row.totals
    amounts = (sums.net.currency, sums.net, sums.tax, sums.total) if sums else ()
    return (
        *(row.number, row.placed_at or "", row.status, row.delivery.words),
        *(row.receiver_name, row.po_code, "; ".join(row.products), row.licenses),
        *(amounts or ("", "", "", "")),
    )


def _page(
    request: ShopRequest,
    number: str,
    *,
    is_part: bool = False,
    form: CancelForm | POCodeForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    found = progress_of(number=number, member=request.member, today=clock.today())
    told = {
        "order": found,
        "form": form if isinstance(form, CancelForm) else CancelForm(),
        "po_form": form if isinstance(form, POCodeForm) else _po_form(found),
        "refusal": refusal,
        "may_see_invoices": request.member.may("invoices.view"),
    }
    if not is_part:
        told["is_new"] = request.session.pop(JUST_PLACED, "") == number
    status = 422 if form else 409 if refusal else 200
    part = "#progress" if is_part else ""
    return render(request, f"storefront/order.html{part}", told, status=status)


def _po_form(order: OrderProgress) -> POCodeForm:
    return POCodeForm(initial={"po_code": order.po_code})
