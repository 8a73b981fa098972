"""Basket: how many licenses, what the assets are called, and for whom."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from purveyor.domain.accounts.membership import (
    Receiver,
    get_receiver,
    receivers_for,
)
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.faces.storefront.frame.forms import ShopForm
from purveyor.flows.checkout.baskets import Contents, Row, contents_of, find_basket
from purveyor.flows.checkout.offers import get_product
from purveyor.flows.checkout.operations import add_to_basket, change_basket
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

NEW_CUSTOMER = "new"
QUANTITY_MAX = 10_000  # no order item holds more licenses


class AddForm(ShopForm):
    """How many licenses of a product go into the basket."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=40)
    quantity = forms.IntegerField(
        label=gettext_lazy("Licenses"),
        min_value=1,
        max_value=QUANTITY_MAX,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class BasketForm(ShopForm):
    """All that can be changed in a basket: one row a product, and for whom."""

    def __init__(
        self, contents: Contents, receivers: Sequence[Receiver], *args: Any
    ) -> None:
        super().__init__(*args)
        self.contents = contents
        for row in contents.rows:
            self._add_row(row)
        if len(receivers) > 1 or contents.basket.account.kind == "RESELLER":
            self.fields["receiver"] = self._receiver_field(receivers)
            self.initial["receiver"] = contents.receiver.number

    def _add_row(self, row: Row) -> None:
        self.fields[f"quantity-{row.code}"] = forms.IntegerField(
            label=_("Licenses"),
            min_value=0,
            max_value=QUANTITY_MAX,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            initial=row.quantity,
        )
        self.fields[f"name-{row.code}"] = forms.CharField(
            label=_("Friendly name"),
            max_length=200,
            required=False,
            initial=row.asset_name,
            widget=forms.TextInput(attrs={"placeholder": row.name}),
        )

    def _receiver_field(self, receivers: Sequence[Receiver]) -> forms.ChoiceField:
        own, *customers = receivers
        choices: list[Any] = [
            (own.number, _("For ourselves: %(account)s") % {"account": own.name})
        ]
        if customers:
            named = [(each.number, each.name) for each in customers]
            choices.append((_("Your customers"), named))
        choices.append((NEW_CUSTOMER, _("A new customer …")))
        return forms.ChoiceField(
            label=_("For whom is it?"),
            choices=choices,
            widget=forms.Select(attrs={"data-leads-on": NEW_CUSTOMER}),
            help_text=_("They own the licenses and can redeem the coupon."),
        )

    @property
    def rows(self) -> Iterator[tuple[Row, Any, Any]]:
        """The rows of the basket, each with its fields."""
        for row in self.contents.rows:
            yield row, self[f"quantity-{row.code}"], self[f"name-{row.code}"]

    @property
    def quantities(self) -> dict[str, int]:
        """The quantities by product code."""
        return self._by_code("quantity-")

    @property
    def names(self) -> dict[str, str]:
        """The friendly names by product code."""
        return self._by_code("name-")

    def _by_code(self, prefix: str) -> dict[str, Any]:
        given = self.cleaned_data.items()
        return {n.removeprefix(prefix): v for n, v in given if n.startswith(prefix)}


@require_POST
@member_may("basket.change")
def add(request: ShopRequest) -> HttpResponse:
    """Put licenses into the basket."""
    form = AddForm(request.POST)
    code = str(form.data.get("code", ""))
    member = request.member
    product = get_product(code=code, member=member)
    if form.is_valid():
        quantity = form.cleaned_data["quantity"]
        try:
            add_to_basket(
                member=member, product=product, quantity=quantity, now=clock.now()
            )
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            words = ngettext(
                "%(count)s license of %(product)s is in your basket.",
                "%(count)s licenses of %(product)s are in your basket.",
                quantity,
            )
            told = words % {"count": quantity, "product": product.name}
            messages.success(request, told)
            return redirect("storefront:basket")
    else:
        messages.error(request, " ".join(map(str, form["quantity"].errors)))
    return redirect("storefront:product", code=code)


@require_safe
@member_may("basket.change")
def basket(request: ShopRequest) -> HttpResponse:
    """Show what is in the basket."""
    member = request.member
    found = find_basket(member=member)
    if found is None:
        return render(request, "storefront/basket_empty.html")
    contents = contents_of(basket=found, member=member, on=clock.today())
    if not contents.rows:
        return render(request, "storefront/basket_empty.html")
    form = BasketForm(contents, receivers_for(member))
    return _show(request, contents, form)


@require_POST
@member_may("basket.change")
def change(request: ShopRequest) -> HttpResponse:
    """Keep what was changed in the basket; go on if that was pressed."""
    member = request.member
    found = find_basket(member=member)
    if found is None:
        messages.info(request, _("This basket was ordered already, or emptied."))
        return redirect("storefront:basket")
    contents = contents_of(basket=found, member=member, on=clock.today())
    form = BasketForm(contents, receivers_for(member), request.POST)
    if not form.is_valid():
        return _show(request, contents, form, status=422)
    chosen = form.cleaned_data.get("receiver", "")
    quantities = form.quantities
    if removed := request.POST.get("remove"):
        quantities[removed] = 0
    try:
        receiver = None
        if chosen and chosen != NEW_CUSTOMER:
            receiver = get_receiver(number=chosen, member=member)
        change_basket(
            basket=found, quantities=quantities, names=form.names, receiver=receiver
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _show(request, contents, form, status=422)
    return HttpResponseRedirect(_next(request, chosen, found.key))


def _next(request: ShopRequest, chosen: str, key: Any) -> str:
    if chosen == NEW_CUSTOMER and "remove" not in request.POST:
        return reverse("storefront:new_customer")
    if "checkout" in request.POST:
        return reverse("storefront:details", args=[key])
    return reverse("storefront:basket")


def _show(
    request: ShopRequest, contents: Contents, form: BasketForm, *, status: int = 200
) -> HttpResponse:
    told = {
        "contents": contents,
        "form": form,
        "may_order": request.member.may("orders.place"),
    }
    return render(request, "storefront/basket.html", told, status=status)
