"""The form of a draft order: its parties and its items, as they are typed."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold import admin as unfold
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from purveyor.domain.accounts.models import Account, Contact
from purveyor.domain.accounts.queries import bill_to_of
from purveyor.domain.catalogue.models import PriceList, Product
from purveyor.domain.catalogue.pricing import has_price
from purveyor.domain.catalogue.queries import sellable_products
from purveyor.domain.orders.lines import PRICE_MAX, Line
from purveyor.domain.orders.models import QUANTITY_MAX, Order, OrderItem
from purveyor.faces.backoffice.frame.display import NOTHING
from purveyor.kernel import clock
from purveyor.kernel.money import Money

WRONG_QUANTITY = format_lazy(
    _("The quantity must be a whole number from 1 to {most}."), most=QUANTITY_MAX
)
WRONG_PRICE = format_lazy(
    _("A price is from 0 to below {most}, with two decimals."), most=f"{PRICE_MAX:,}"
)
WRONG_DISCOUNT = _("A discount is from 0 to 100 percent.")
NOT_A_PAYER = _("This account does not pay for the order's account. Choose another.")
CHOOSE_A_PRODUCT = _("Choose a product")
UNKNOWN_ACCOUNT = _("There is no such account. Choose one from the list.")


class PartyField(forms.ModelChoiceField[Account]):
    """An account, named so that two of the same name can be told apart."""

    def label_from_instance(self, obj: Any) -> str:
        """Return how an account reads in the list."""
        return f"{obj.name} ({obj.number})"


class OrderForm(forms.ModelForm[Order]):
    """The head of a draft. What is left empty is filled in from the account."""

    bill_to = PartyField(
        label=_("Billing To"),
        queryset=Account.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Empty: as set on the account."),
        error_messages={"invalid_choice": NOT_A_PAYER},
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Empty: the currency of Billing To."),
    )
    recipient = forms.ModelChoiceField(
        label=_("Recipient"),
        queryset=Contact.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "Gets the coupon code by mail. Empty: the main order contact, else the "
            "billing contact."
        ),
    )

    class Meta:
        model = Order
        fields = ("account", "bill_to", "currency", "po_code", "recipient", "notes")
        widgets: ClassVar[dict[str, Any]] = {
            "notes": UnfoldAdminTextareaWidget(attrs={"rows": 3})
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "account" not in self.fields:  # the order is shown, not edited
            return
        self.fields["account"].error_messages["invalid_choice"] = UNKNOWN_ACCOUNT
        account = self._account()
        payers = payers_of(account)
        self._choose("bill_to", payers, bill_to_of(account) if account else None)
        self._choose("recipient", recipients_of(payers), None)
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)
        currency.choices = [("", "–"), *((code, code) for code in currencies())]

    def _choose(
        self, name: str, queryset: QuerySet[Any], preset: Account | None
    ) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset, field.empty_label = queryset, "–"
        if preset is not None and not self.instance.pk:
            self.initial.setdefault(name, preset.pk)

    def _account(self) -> Account | None:
        """Return the account that was typed, or stands on the record."""
        given = self.data.get("account") if self.is_bound else None
        known = given or self.initial.get("account") or self.instance.account_id
        if not str(known or "").isdecimal():
            return None
        accounts = Account.objects.select_related("parent", "bill_to")
        return accounts.filter(pk=known).first()


class ItemForm(forms.ModelForm[OrderItem]):
    """
    One line as it is typed. Cost and tax come from the catalogue.

    So does the price, unless another was agreed and the person may write it.
    """

    product = forms.ModelChoiceField(
        label=_("Product"),
        queryset=Product.objects.select_related("product_type__application"),
        widget=UnfoldAdminSelect2Widget,
        error_messages={"invalid_choice": _("There is no such product.")},
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=QUANTITY_MAX,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "required"), WRONG_QUANTITY
        ),
    )
    agreed_price = forms.DecimalField(
        label=_("Price"),
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("Empty: as the price list says."),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_whole_digits", "max_decimal_places"),
            WRONG_PRICE,
        ),
    )
    discount_percent = forms.DecimalField(
        label=_("Discount %"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), WRONG_DISCOUNT
        ),
    )

    class Meta:
        model = OrderItem
        fields = ("product", "quantity", "discount_percent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item, field = self.instance, self.fields["agreed_price"]
        hint = listed_price(item) if item.pk else _("From the list")
        field.widget.attrs["placeholder"] = hint
        self.fields["product"].widget.attrs["data-placeholder"] = CHOOSE_A_PRODUCT
        if item.is_priced_by_hand:
            self.initial.setdefault("agreed_price", item.unit_price)

    def clean_discount_percent(self) -> Any:
        """Return the discount; an empty one is none."""
        return self.cleaned_data["discount_percent"] or Decimal(0)


class ItemFormSet(PaginationInlineFormSet):
    """
    The lines of a draft. All their product lists are read once.

    What a person may not write is no field of the form, whatever a browser sends.
    """

    may_change_price = False
    may_give_discount = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sellable: list[tuple[Any, str]] | None = None

    def add_fields(self, form: Any, index: int | None) -> None:
        """Offer what can be sold now, and what stands on the line already."""
        super().add_fields(form, index)
        if not self.may_change_price:
            del form.fields["agreed_price"]
        if not self.may_give_discount:
            del form.fields["discount_percent"]
        if self._sellable is None:
            self._sellable = [(p.pk, offered_as(p)) for p in _offered()]
        offered = [("", CHOOSE_A_PRODUCT), *self._sellable]
        held = form.instance.product_id
        if held and held not in {pk for pk, _name in self._sellable}:
            offered.append((held, form.instance.product_name))
        form.fields["product"].choices = offered


class OrderItemInline(unfold.TabularInline):
    """The items of a draft; they are written by `put_items`, never one by one."""

    model = OrderItem
    form = ItemForm
    formset = ItemFormSet
    verbose_name = _("item")
    verbose_name_plural = _("Items")
    readonly_fields = ("price", "discount", "cost", "tax", "net")
    ordering = ("position", "id")
    extra = 0
    show_change_link = False
    show_title = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the columns; what a person may not write is shown as text."""
        price = "agreed_price" if _may_change_price(request) else "price"
        discount = "discount_percent" if _may_give_discount(request) else "discount"
        return ("product", "quantity", price, discount, "cost", "tax", "net")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the lines as a form, with the fields that this person may write."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.may_change_price = _may_change_price(request)
        formset.may_give_discount = _may_give_discount(request)
        return formset

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Return one empty line where there is none yet."""
        return 0 if obj is not None and obj.items.exists() else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderItem]:
        """Return the items with the lists their prices come from."""
        return super().get_queryset(request).select_related("price_list")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the order itself may be seen."""
        return request.user.has_perm("orders.view_order")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the order itself may be written."""
        needed = "orders.add_order" if obj is None else "orders.change_order"
        return request.user.has_perm(needed)

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission

    @display(description=_("Price"))
    def price(self, item: OrderItem) -> str:
        """Return what one license costs the buyer, and by which list."""
        return _shown(item, "price")

    @display(description=_("Discount %"))
    def discount(self, item: OrderItem) -> str:
        """Return the discount that somebody else has given."""
        return _shown(item, "discount")

    @display(description=_("Cost"))
    def cost(self, item: OrderItem) -> str:
        """Return what one license costs us."""
        return _shown(item, "cost")

    @display(description=_("Tax"))
    def tax(self, item: OrderItem) -> str:
        """Return the tax on the line."""
        return _shown(item, "tax")

    @display(description=_("Net"))
    def net(self, item: OrderItem) -> str:
        """Return what the line costs without tax."""
        return _shown(item, "net")


def _shown(item: OrderItem, cell: str) -> str:
    """Return one cell of a line; a new one is filled in while it is typed."""
    return cells_of(item)[cell] if item.pk else NOTHING


def cells_of(item: OrderItem) -> dict[str, str]:
    """Return how a line reads that has its price, by the names of the columns."""
    price = str(Money(item.unit_price, item.currency))
    discount = f"{item.discount_percent.normalize():f} %"
    return {
        "price": f"{price} · {item.price_list.name}" if item.price_list else price,
        "discount": discount if item.discount_percent else NOTHING,
        "cost": str(Money(item.unit_cost, item.currency)),
        "tax": f"{item.tax_name} {item.tax_percent.normalize():f} %",
        "net": str(item.net),
    }


def _offered() -> QuerySet[Any]:
    return sellable_products().annotate(is_priced=has_price(on=clock.today()))


def offered_as(product: Any) -> str:
    """Return how a product reads in the list; one that nobody can buy says so."""
    if product.is_priced:
        return str(product.name)
    return str(_("%(product)s (no price)") % {"product": product.name})


def lines_of(formset: Any) -> list[Line]:
    """Return the lines that were typed, in their order, without the deleted ones."""
    typed: Iterable[Any] = (
        form
        for form in formset.forms
        if form.cleaned_data.get("product") and form not in formset.deleted_forms
    )
    return [line_of(form) for form in typed]


def line_of(form: Any) -> Line:
    """Return one line; what the person may not write stays while its product does."""
    typed, before = form.cleaned_data, _before(form)
    agreed = before.unit_price if before and before.is_priced_by_hand else None
    discount = before.discount_percent if before else Decimal(0)
    return Line(
        typed["product"],
        typed["quantity"],
        typed.get("discount_percent", discount),
        typed.get("agreed_price", agreed),
    )


def _before(form: Any) -> OrderItem | None:
    """Return the item as it is stored, if this line is still about its product."""
    item: OrderItem = form.instance
    return item if item.pk and "product" not in form.changed_data else None


def _may_change_price(request: HttpRequest) -> bool:
    return request.user.has_perm("orders.change_price")


def _may_give_discount(request: HttpRequest) -> bool:
    return request.user.has_perm("orders.give_discount")


def payers_of(account: Account | None) -> QuerySet[Account]:
    """Return who can pay for an account: itself, its reseller, or whoever is set."""
    if account is None:
        return Account.objects.none()
    known = (account.pk, account.parent_id, account.bill_to_id)
    payers = Account.objects.filter(pk__in=[pk for pk in known if pk is not None])
    return payers.order_by("name", "id")


def recipients_of(payers: QuerySet[Account]) -> QuerySet[Contact]:
    """Return the contacts who can get the coupon code."""
    return Contact.objects.filter(account__in=payers).order_by("last_name", "id")


def currencies() -> list[str]:
    """Return the currencies in which anything has a price."""
    codes = PriceList.objects.order_by("currency").values_list("currency", flat=True)
    return list(codes.distinct())


def listed_price(item: OrderItem) -> str:
    """Return the price of the list, also where another one was agreed."""
    listed = item.list_price if item.is_priced_by_hand else item.unit_price
    return f"{listed:.2f}"
