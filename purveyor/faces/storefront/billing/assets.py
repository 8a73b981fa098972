"""Billing > Assets: what was bought, its coupon code, and how it is redeemed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from purveyor.domain.accounts.membership import receivers_for
from purveyor.domain.assets.holdings import (
    Standing,
    Wish,
    get_holding_asset,
    holding_of,
    list_holdings,
)
from purveyor.domain.assets.operations import rename_asset
from purveyor.domain.assets.revealing import reveal_to_member
from purveyor.domain.invoices.bills import bills_of_item
from purveyor.domain.notifications.handing_over import contacts_for, hand_over
from purveyor.domain.provisioning.redeeming import portal_of
from purveyor.faces.storefront.billing.tabs import billing_tabs
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
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
from purveyor.kernel import clock
from purveyor.kernel.errors import NotFound, Refused


class NameForm(ShopForm):
    """What the buyer calls the asset."""

    name = forms.CharField(label=gettext_lazy("Friendly name"), max_length=200)


class HandOverForm(ShopForm):
    """Who gets the welcome mail once more."""

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"] = forms.TypedChoiceField(
            label=_("To whom?"),
            coerce=int,
            choices=[
                (each.pk, f"{each.first_name} {each.last_name} · {each.email}")
                for each in people
            ],
        )


@require_safe
@member_may("assets.view")
def asset_list(request: ShopRequest) -> HttpResponse:
    """Show what the account has bought, newest first."""
    wish = _wish(request)
    rows = list_holdings(
        seen_by=request.member.account,
        wish=wish,
        now=clock.now(),
        after=after_of(request),
        limit=ROWS_A_PAGE + 1,
    )
    told = {
        "page": page_of(request, rows, export="assets_export"),
        "tabs": billing_tabs(request),
        "standings": list(Standing),
        "wish": wish,
        "receivers": receivers_for(request.member),
    }
    return render(request, "storefront/assets.html", told)


@require_safe
@member_may("assets.view")
def asset_export(request: ShopRequest) -> StreamingHttpResponse:
    """Return the list as CSV, with masked coupon codes."""
    wish, now = _wish(request), clock.now()
    seen_by = request.member.account
    rows = all_of(
        lambda after: list_holdings(
            seen_by=seen_by, wish=wish, now=now, after=after, limit=ROWS_AT_ONCE
        )
    )
    head = (
        *(_("Number"), _("Friendly name"), _("Product"), _("Licenses"), _("For")),
        *(_("Status"), _("Purchase Date"), _("Redeem before"), _("Expire(days)")),
        *(_("Validity(days)"), _("Coupon code"), _("Order"), _("PO code")),
    )
    lines = (
        (
            *(row.number, row.name, row.product_name, row.quantity, row.owner_name),
            *(row.status, row.purchase_date, row.redeem_before or "", row.expire_days),
            *(row.validity_days, row.coupon_mask, row.order_number, row.po_code),
        )
        for row in rows
    )
    return spreadsheet(_("Assets"), head, lines)


@require_safe
@member_may("assets.view")
def asset(request: ShopRequest, asset: str) -> HttpResponse:
    """Show one asset, with its coupon code masked."""
    found = get_holding_asset(number=asset, seen_by=request.member.account)
    return _page(request, found)


@require_POST
@member_may("assets.reveal")
def reveal(request: ShopRequest, asset: str) -> HttpResponse:
    """Show the coupon code in clear, once; the journal says who saw it."""
    found = get_holding_asset(number=asset, seen_by=request.member.account)
    try:
        code = reveal_to_member(
            asset=found,
            member=request.member.user,
            actor=str(request.user),
            now=clock.now(),
        )
    except Refused as refusal:
        return _page(request, found, refusal=refusal.message)
    return _page(request, found, code=code)


@require_POST
@member_may("assets.change")
def rename(request: ShopRequest, asset: str) -> HttpResponse:
    """Call the asset by another name."""
    found = get_holding_asset(number=asset, seen_by=request.member.account)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, found, name_form=form)
    name, actor = form.cleaned_data["name"], str(request.user)
    rename_asset(asset=found, name=name, actor=actor, now=clock.now())
    messages.success(request, _("The asset is called “%(name)s” now.") % {"name": name})
    return redirect("storefront:asset", asset)


@require_POST
@member_may("assets.change")
def send_again(request: ShopRequest, asset: str) -> HttpResponse:
    """Mail the coupon code to a contact once more."""
    found = get_holding_asset(number=asset, seen_by=request.member.account)
    chosen = request.POST.get("contact", "")
    try:
        email = hand_over(
            asset=found,
            contact_id=int(chosen) if chosen.isdecimal() else 0,
            seen_by=request.member.account,
            actor=str(request.user),
            now=clock.now(),
        )
    except NotFound:
        words = _("Choose one of the contacts.")
        answer = _page(request, found, refusal=words)
        answer.status_code = 422
        return answer
    except Refused as refusal:
        return _page(request, found, refusal=refusal.message)
    words = _("The coupon code is on its way to %(email)s.")
    messages.success(request, words % {"email": email})
    return redirect("storefront:asset", asset)


def _wish(request: ShopRequest) -> Wish:
    standing = request.GET.get("status", "")
    return Wish(
        standing=Standing(standing) if standing in set(Standing) else None,
        owner=owner_of(request),
        term=term_of(request),
    )


def _page(
    request: ShopRequest,
    found: Any,
    *,
    code: str = "",
    refusal: str = "",
    name_form: NameForm | None = None,
) -> HttpResponse:
    member = request.member
    people = contacts_for(asset=found, seen_by=member.account)
    told = {
        "asset": holding_of(found, now=clock.now()),
        "has_coupon": found.has_coupon,
        "code": code,
        "refusal": refusal,
        "portal": portal_of(found),
        "invoices": bills_of_item(item=found.order_item, payer=member.account),
        "people": people,
        "name_form": name_form or NameForm(initial={"name": found.name}),
        "mail_form": HandOverForm(people),
        "may_see_invoices": member.may("invoices.view"),
        "may_reveal": member.may("assets.reveal"),
        "may_change": member.may("assets.change"),
    }
    status = 422 if name_form else 409 if refusal else 200
    return render(request, "storefront/asset.html", told, status=status)
