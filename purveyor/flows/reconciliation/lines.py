"""A difference as a line of a plan: facts, evidence, money at risk, what is offered."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application, Price, PriceList
from purveyor.domain.catalogue.pricing import holds_on
from purveyor.domain.provisioning.contract import Capability
from purveyor.domain.provisioning.models import CouponObservation
from purveyor.flows.reconciliation.compare import Difference, Listings
from purveyor.flows.reconciliation.drifts import MEANINGS, Risk
from purveyor.flows.reconciliation.guards import guard_of
from purveyor.flows.reconciliation.lifecycle import Drift, Remedy
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.kernel import clock


@dataclass(slots=True)
class Lines:
    """Makes the lines of one run; what many of them need is read in batches."""

    run: ReconciliationRun
    listings: Listings
    capabilities: Collection[Capability]
    _prices: dict[str, Price] = field(default_factory=dict)

    def of(self, differences: Sequence[Difference]) -> list[Finding]:
        """Return a line for each difference; the lines have no position yet."""
        assets = _assets(d.ours.pk for d in differences if d.ours is not None)
        coupons = CouponObservation.objects.in_bulk(
            [d.theirs.pk for d in differences if d.theirs is not None]
        )
        return [
            self._line(
                each,
                assets.get(each.ours.pk) if each.ours else None,
                coupons.get(each.theirs.pk) if each.theirs else None,
            )
            for each in differences
        ]

    def _line(
        self,
        difference: Difference,
        asset: Asset | None,
        coupon: CouponObservation | None,
    ) -> Finding:
        drift = difference.drift
        vendors_account = difference.ours.account if difference.ours else ""
        ours = (
            facts_of_asset(asset, vendors_account=vendors_account)
            if asset is not None
            else {}
        )
        theirs = facts_of_coupon(coupon) if coupon is not None else {}
        cost, price, currency = self._at_risk(difference, asset, coupon)
        subject = f"{drift}:{_about(difference)}"[:100]
        offered = self.offered(difference)
        return Finding(
            run=self.run,
            drift=drift,
            subject=subject,
            identity=identity_of(subject, ours, theirs),
            asset=asset,
            observation=coupon,
            account=asset.account if asset is not None else None,
            ours=ours,
            theirs=theirs,
            evidence=self._evidence(difference, asset, coupon),
            cost=cost,
            price=price,
            currency=currency,
            offered=offered,
            remedy=first_of(drift, offered),
            guard=guard_of(drift, asset=asset, coupon=coupon),
        )

    def offered(self, difference: Difference) -> list[str]:
        """Return what is offered for a difference at this vendor."""
        offered = list(MEANINGS[difference.drift].offered)
        if Capability.CANCEL not in self.capabilities and Remedy.CANCEL in offered:
            offered.remove(Remedy.CANCEL)
        believes = {Capability.FIND_BY_KEY, Capability.FIND_SPENT}
        if difference.drift == Drift.MISSING and not believes <= set(self.capabilities):
            offered.remove(Remedy.RETRY)  # it could only be guessed
        if "account" in difference.facts:
            offered.remove(Remedy.TAKE_FACTS)  # another account needs a person
        if difference.drift == Drift.REAPPEARED and _is_redeemed(difference):
            offered.remove(Remedy.REVIVE)  # what was redeemed never becomes cash again
        return [str(each) for each in offered]

    def _at_risk(
        self,
        difference: Difference,
        asset: Asset | None,
        coupon: CouponObservation | None,
    ) -> tuple[Decimal, Decimal, str]:
        risk, nought = MEANINGS[difference.drift].risk, Decimal(0)
        if asset is not None:
            item = asset.order_item
            currency, quantity = item.currency, asset.quantity
            unit_cost = item.unit_cost
            unit_price = item.net.amount / item.quantity
        else:
            held = self._price_of(coupon)
            currency = held.price_list.currency if held is not None else ""
            unit_cost = held.unit_cost if held is not None else nought
            unit_price = held.unit_price if held is not None else nought
            quantity = 0
        theirs = int(coupon.facts.get("quantity", 0)) if coupon is not None else 0
        unequal = abs(quantity - theirs)
        if "product" in difference.facts or "account" in difference.facts:
            unequal = quantity
        counts = {
            Risk.NONE: (0, 0),
            Risk.OURS: (quantity, quantity),
            Risk.PRICE: (0, quantity),
            Risk.THEIRS_COST: (theirs, 0),
            Risk.THEIRS: (theirs, theirs),
            Risk.UNEQUAL: (unequal, unequal),
        }
        costs, prices = counts[risk]
        cent = Decimal("0.01")
        return (
            (unit_cost * costs).quantize(cent),
            (unit_price * prices).quantize(cent),
            currency,
        )

    def _price_of(self, coupon: CouponObservation | None) -> Price | None:
        """Return what the vendor's product costs by the catalogue of today."""
        if not self._prices:
            day = clock.day_of(self.run.asked_at)
            self._prices = prices_of(self.run.application, on=day)
        product = coupon.facts.get("product", "") if coupon is not None else ""
        return self._prices.get(product)

    def _evidence(
        self,
        difference: Difference,
        asset: Asset | None,
        coupon: CouponObservation | None,
    ) -> list[str]:
        said = [str(MEANINGS[difference.drift].says)]
        if difference.facts:
            said.append(_("Unequal: %(facts)s.") % {"facts": _names(difference.facts)})
        if coupon is not None:
            span = {
                "first": _at(coupon.first_seen_at),
                "last": _at(coupon.last_seen_at),
            }
            said.append(_("Seen at the vendor from %(first)s to %(last)s.") % span)
        elif asset is not None and asset.has_coupon:
            said.append(_("Never seen in a listing or a look-up."))
        if difference.drift in GONE and not self.listings.shows(difference.theirs):
            said += self._absence(asset)
        if asset is not None and asset.expires_at:
            words = _("To be redeemed before %(date)s.")
            said.append(words % {"date": _at(asset.expires_at)})
        return said

    def _absence(self, asset: Asset | None) -> list[str]:
        newest = ", ".join(_at(each) for each in self.listings.began[-2:])
        said = [_("Missing from the listings of %(moments)s.") % {"moments": newest}]
        if Capability.FIND_BY_CODE in self.capabilities:
            absence = self.run.absences.filter(asset=asset).first()
            if absence is not None:
                words = _("Looked for by its code %(moment)s: not found.")
                said.append(words % {"moment": _at(absence.at)})
        else:
            said.append(_("This vendor cannot be asked for a code."))
        return said


def _about(difference: Difference) -> str:
    """Return the name of what differs: the coupon's hash, else the asset."""
    if difference.theirs is not None:
        return difference.theirs.name
    ours = difference.ours
    return (ours.name or f"asset {ours.pk}") if ours is not None else ""


def _is_redeemed(difference: Difference) -> bool:
    ours = difference.ours
    return ours is not None and ours.state == AssetState.REDEEMED


GONE = frozenset({Drift.EXPIRED, Drift.VANISHED, Drift.LOST, Drift.REVOKED})


def _assets(pks: Iterable[int]) -> Mapping[int, Asset]:
    related = ("account", "linked_account", "order_item__order")
    return Asset.objects.select_related(*related).in_bulk(set(pks))


def prices_of(application: Application, *, on: date) -> dict[str, Price]:
    """
    Return the list prices of an application's products on a day, by the vendor's SKU.

    Of several default lists of a currency the one that began last counts, of several
    steps the first.
    """
    found = (
        Price.objects.filter(
            product__product_type__application=application,
            price_list__in=PriceList.objects.filter(holds_on(on), is_default=True),
        )
        .select_related("price_list", "product")
        .order_by(
            "-price_list__currency",
            F("price_list__first_date").asc(nulls_first=True),
            "price_list_id",
            "-from_quantity",
            "-pk",
        )
    )
    return {each.product.external_id: each for each in found}


def first_of(drift: Drift, offered: Sequence[str]) -> str:
    """Return the remedy that is chosen at first; none if a person must decide."""
    first = MEANINGS[drift].first
    return str(first) if first is not None and first in offered else ""


def identity_of(
    subject: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> str:
    """Return the name of a difference with just these facts."""
    whole = json.dumps([subject, dict(ours), dict(theirs)], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def facts_of_asset(asset: Asset, *, vendors_account: str) -> dict[str, Any]:
    """Return our side of a line: what a person compares, and no secret."""
    return {
        "asset": asset.number,
        "order": asset.order_item.order.number,
        "account": asset.account.name,
        "vendors_account": vendors_account,
        "product": asset.external_product_id,
        "quantity": asset.quantity,
        "coupon": asset.coupon_mask,
        "state": asset.state,
        "sync_status": asset.sync_status,
        "expires_at": asset.expires_at.isoformat() if asset.expires_at else "",
    }


def facts_of_coupon(coupon: CouponObservation) -> dict[str, Any]:
    """Return the vendor's side of a line: what a person compares, and no secret."""
    known = coupon.facts
    return {
        "coupon": coupon.coupon_mask,
        "reference": coupon.key,
        "vendors_account": known.get("account", ""),
        "product": known.get("product", ""),
        "quantity": known.get("quantity", 0),
        "status": known.get("status", ""),
        "label": known.get("label", ""),
        "made_at": known.get("made_at", ""),
        "expires_at": known.get("expires_at", ""),
    }


def _names(facts: Iterable[str]) -> str:
    words = {
        "account": _("account"),
        "product": _("product"),
        "quantity": _("licenses"),
        "expires_at": _("redeem before"),
    }
    return ", ".join(words[each] for each in facts)


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
