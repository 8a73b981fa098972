"""The tables of baskets."""

from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account, Contact, User
from purveyor.domain.catalogue.models import Product
from purveyor.domain.orders.models import QUANTITY_MAX, Order
from purveyor.flows.checkout.lifecycle import BasketState


class Basket(models.Model):
    """What a member is gathering in the Storefront. No promise, until it is placed."""

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="baskets")
    account = models.ForeignKey(
        Account, models.CASCADE, related_name="baskets", verbose_name=_("account")
    )
    receiver = models.ForeignKey(
        Account,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("for whom"),
    )  # null: the account itself
    recipient = models.ForeignKey(
        Contact,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("recipient"),
    )
    po_code = models.CharField(_("PO code"), max_length=60, blank=True)
    state = models.CharField(
        _("status"), max_length=10, choices=BasketState, default=BasketState.OPEN
    )
    order = models.OneToOneField(
        Order, models.PROTECT, null=True, related_name="basket"
    )
    created_at = models.DateTimeField(_("created"))
    placed_at = models.DateTimeField(_("placed"), null=True)

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("Baskets")
        default_permissions = ()  # it is its member's alone
        constraints = (
            models.CheckConstraint(
                name="basket_state_is_known", condition=Q(state__in=BasketState.values)
            ),
            models.CheckConstraint(
                name="basket_placed_has_its_order",
                condition=Q(state=BasketState.OPEN, order__isnull=True)
                | Q(state=BasketState.PLACED, order__isnull=False),
            ),
            models.UniqueConstraint(
                name="basket_one_open_per_member",
                fields=("user", "account"),
                condition=Q(state=BasketState.OPEN),
            ),
        )

    def __str__(self) -> str:
        return f"basket of {self.user} for {self.account.name}"


class BasketItem(models.Model):
    """One product in a basket: how many licenses, and what they are to be called."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(
        _("quantity"),
        validators=[MinValueValidator(1), MaxValueValidator(QUANTITY_MAX)],
    )
    asset_name = models.CharField(_("friendly name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("basket item")
        verbose_name_plural = _("Basket items")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                name="basket_item_once", fields=("basket", "product")
            ),
            models.CheckConstraint(
                name="basket_item_quantity_in_bounds",
                condition=Q(quantity__gte=1, quantity__lte=QUANTITY_MAX),
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product.name}"
