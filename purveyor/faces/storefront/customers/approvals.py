"""Orders to approve: whether those of an end customer wait, and the answers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from purveyor.domain.accounts.customers import edit_end_customer, get_customer
from purveyor.domain.orders.reasons import REASON_MAX
from purveyor.faces.storefront.customers.tabs import customer_tabs
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.faces.storefront.frame.lists import ROWS_A_PAGE, after_of, page_of
from purveyor.flows.checkout.agreeing import agree_to_order, questions_for
from purveyor.flows.ordering.approving import get_approval, reject_order
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused


class RejectForm(ShopForm):
    """Why an order is rejected."""

    because = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=REASON_MAX,
        help_text=gettext_lazy("Whoever ordered reads it on the order's page."),
    )


@require_safe
@member_may("orders.approve")
def approvals(request: ShopRequest) -> HttpResponse:
    """Show which orders of end customers wait for their reseller."""
    return _page(request)


@require_POST
@member_may("orders.approve")
def approve(request: ShopRequest, approval: int) -> HttpResponse:
    """Agree to an order; it runs if nothing else is asked."""
    reseller = request.member.account
    asked = get_approval(approval_id=approval, as_reseller=reseller)
    try:
        order = agree_to_order(
            approval_id=asked.pk,
            reseller=reseller,
            actor=str(request.user),
            now=clock.now(),
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("storefront:approvals")
    messages.success(request, _what_follows(order))
    return redirect("storefront:approvals")


@require_POST
@member_may("orders.approve")
def reject(request: ShopRequest, approval: int) -> HttpResponse:
    """Reject an order with a reason, which cancels it."""
    reseller = request.member.account
    asked = get_approval(approval_id=approval, as_reseller=reseller)
    form = RejectForm(request.POST, prefix=str(approval))
    if not form.is_valid():
        return _page(request, rejected=(approval, form))
    try:
        order = reject_order(
            approval_id=asked.pk,
            because=form.cleaned_data["because"],
            as_reseller=reseller,
            actor=str(request.user),
            now=clock.now(),
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("storefront:approvals")
    words = _("You rejected order %(order)s. %(customer)s reads your reason there.")
    names = {"order": order.number, "customer": order.account.name}
    messages.success(request, words % names)
    return redirect("storefront:approvals")


@require_POST
@member_may("orders.approve")
def ask_first(request: ShopRequest, customer: str) -> HttpResponse:
    """Set whether the orders of an end customer wait for its reseller's yes."""
    found = get_customer(number=customer, reseller=request.member.account)
    is_needed = request.POST.get("needed") == "on"
    if is_needed != found.needs_reseller_approval:
        edit_end_customer(
            customer=found,
            facts={"needs_reseller_approval": is_needed},
            address={},
            actor=str(request.user),
            now=clock.now(),
        )
    words = (
        _("What %(customer)s orders waits for your yes from now on.")
        if is_needed
        else _("What %(customer)s orders runs at once from now on.")
    )
    messages.success(request, words % {"customer": found.name})
    return redirect("storefront:customer", found.number)


def _page(
    request: ShopRequest, *, rejected: tuple[int, RejectForm] | None = None
) -> HttpResponse:
    found = questions_for(
        reseller=request.member.account,
        after=after_of(request),
        limit=ROWS_A_PAGE + 1,
    )
    page = page_of(request, found)
    if not page.rows and not page.is_first:
        return redirect("storefront:approvals")
    number, sent = rejected or (0, None)
    told = {
        "page": page,
        "questions": [
            (
                each,
                sent
                if each.approval_id == number
                else RejectForm(prefix=str(each.approval_id)),
            )
            for each in page.rows
        ],
        "tabs": customer_tabs(request),
    }
    status = 422 if sent else 200
    return render(request, "storefront/customers/approvals.html", told, status=status)


def _what_follows(order: Any) -> str:
    """Return what happens next with an order that was agreed to."""
    words = {
        "AWAITING_APPROVAL": _(
            "You agreed to order %(order)s. It is above the credit that is left, so "
            "somebody of ours looks at it next."
        ),
        "SUBMITTED": _("You agreed to order %(order)s. Our staff execute it next."),
    }.get(
        order.state,
        _("You agreed to order %(order)s. It runs; the coupon code goes to %(email)s."),
    )
    return words % {"order": order.number, "email": order.recipient_email}
