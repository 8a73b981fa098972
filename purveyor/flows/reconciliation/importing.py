"""
Make an asset of ours from a coupon that was bought elsewhere.

The account, the product and its price are our own, so an order stands behind it as
behind every asset; it is executed at once, and nothing is asked of the vendor. With a
charge, that waits under Pending invoices until staff bill it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import bill_to_of
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon, connect_coupon, create_assets
from purveyor.domain.catalogue.models import Application, Product
from purveyor.domain.invoices.operations import charge_items
from purveyor.domain.orders.executing import Chosen, ExecutionPlan, open_executions
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import (
    create_order,
    put_items,
    submit_order,
)
from purveyor.domain.orders.queries import lock_order
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink, CouponObservation
from purveyor.domain.provisioning.operations.link import link_account
from purveyor.domain.provisioning.queries import linked_accounts
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import open_sealed

ALL_OFF = Decimal(100)


class NotImportable(Refused):
    """A coupon is imported as a product of ours, for the account it was made for."""

    code = "reconciliation.not_importable"


@dataclass(frozen=True, slots=True)
class Import:
    """A coupon that becomes an asset of an account, with a charge or without one."""

    observation: CouponObservation
    account: Account
    is_charged: bool
    because: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the vendor says of the coupon."""
        known: Mapping[str, Any] = self.observation.facts
        return known

    @property
    def application(self) -> Application:
        """At whose vendor the coupon is."""
        return self.observation.application

    @property
    def coupon(self) -> Coupon:
        """The coupon as an asset takes it."""
        return Coupon(
            open_sealed(self.observation.coupon_sealed).reveal(),
            made_at=_moment(self.facts.get("made_at")),
            expires_at=_moment(self.facts.get("expires_at")),
        )


@transaction.atomic
def import_coupon(*, wanted: Import, actor: str, now: datetime) -> Asset:
    """
    Return a new asset with a coupon that the vendor holds for nobody we know.

    An account that is not linked yet is linked with the vendor's account first. No mail
    is written: the coupon did not come through us.

    :raises NotImportable: if no product has its SKU, or it is another account's.
    :raises CouponTaken: if an asset has this coupon by now.
    :raises Refused: for all that an order of this account would be refused for.
    """
    order = _ordered(wanted, actor=actor, now=now)
    asset = _executed(wanted, order, actor=actor, now=now)
    connect_coupon(
        asset=asset, coupon=wanted.coupon, how="import", actor=actor, now=now
    )
    Asset.objects.filter(pk=asset.pk).update(welcome_due_at=None)
    log(asset, "decide", actor=actor, at=now, reason=wanted.because)
    return asset


def _ordered(wanted: Import, *, actor: str, now: datetime) -> Order:
    payer = bill_to_of(wanted.account)
    order = Order(account=wanted.account, bill_to=payer, currency=payer.currency)
    order.notes = _("Imported: a coupon that was bought elsewhere.")
    create_order(order=order, actor=actor, now=now)
    line = Line(
        _product_of(wanted),
        int(wanted.facts.get("quantity", 0)),
        Decimal(0) if wanted.is_charged else ALL_OFF,
    )
    put_items(order=order, lines=[line], actor=actor, now=now)
    submit_order(order=order, actor=actor, now=now)
    return order


def _product_of(wanted: Import) -> Product:
    sku = wanted.facts.get("product", "")
    product = (
        Product.objects.filter(
            product_type__application=wanted.application, external_id=sku
        )
        .select_related("product_type__application")
        .order_by("pk")
        .first()
    )
    if product is None:
        message = _("No product has the vendor's SKU %(sku)s. Add one, then try again.")
        raise NotImportable(message % {"sku": sku})
    return product


def _executed(wanted: Import, order: Order, *, actor: str, now: datetime) -> Asset:
    locked = lock_order(order)
    linked_to = linked_accounts(account=order.account, items=locked.items)
    for account in linked_to.values():
        _require_link(wanted, account, actor=actor, now=now)
    plan = ExecutionPlan(start_date=clock.day_of(now), option=InvoiceOption.NONE)
    chosen = [Chosen(locked, locked.items)]
    open_executions(chosen=chosen, plan=plan, actor=actor, now=now)
    (asset,) = create_assets(items=locked.items, linked_to=linked_to, now=now)
    if wanted.is_charged:
        charge_items(items=locked.items, now=now)
    log(order, "import", actor=actor, at=now, after=order.state, asset=asset.number)
    return asset


def _require_link(
    wanted: Import, account: Account, *, actor: str, now: datetime
) -> None:
    """Check that the vendor made the coupon for this account; link it if nobody is."""
    external_id = str(wanted.facts.get("account", ""))
    known = AccountLink.objects.filter(
        account=account,
        application=wanted.application,
        status=LinkStatus.SYNCHRONIZED,
    )
    held = known.values_list("external_id", flat=True).first()
    if held is None:
        link_account(
            account=account,
            application=wanted.application,
            external_id=external_id,
            because=wanted.because,
            actor=actor,
            now=now,
        )
    elif held != external_id:
        message = _(
            "The vendor made this coupon for its account %(theirs)s; %(account)s is "
            "linked with %(ours)s."
        )
        names = {"theirs": external_id, "account": account.name, "ours": held}
        raise NotImportable(message % names)


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
