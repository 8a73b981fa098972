"""Keep what is seen at vendors: coupons, whose codes are sealed, and accounts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.contract import VendorAccount, VendorAsset
from purveyor.domain.provisioning.models import AccountObservation, CouponObservation
from purveyor.kernel.sealed import fingerprint, fingerprints, mask, seal


def keep_observation(
    *, application: Application, seen: VendorAsset, now: datetime
) -> CouponObservation:
    """Keep what was seen of a coupon at the vendor; its code is sealed."""
    keep_observations(application=application, page=[seen], now=now)
    return CouponObservation.objects.get(
        application=application, coupon_hash__in=fingerprints(seen.code)
    )


@transaction.atomic
def keep_observations(
    *, application: Application, page: Sequence[VendorAsset], now: datetime
) -> None:
    """
    Keep a page of a vendor's listing, each coupon once, with its newest facts.

    A coupon whose facts are as they were costs a part of one statement.
    """
    rows = {seen.code: seen for seen in page}  # a listing may show one twice
    names = {code: fingerprints(code) for code in rows}
    known = _known(application, [name for each in names.values() for name in each])
    same, changed, new = [], [], []
    for code, seen in rows.items():
        held = next((known[name] for name in names[code] if name in known), None)
        facts = facts_of(seen)
        if held is None:
            new.append(_observation(application, seen, facts, now=now))
        elif (held.facts, held.key) == (facts, seen.key):
            same.append(held.pk)
        else:
            held.facts, held.key, held.last_seen_at = facts, seen.key, now
            changed.append(held)
    CouponObservation.objects.filter(pk__in=same).update(last_seen_at=now)
    CouponObservation.objects.bulk_update(changed, ["facts", "key", "last_seen_at"])
    CouponObservation.objects.bulk_create(
        new,
        update_conflicts=True,  # another worker may have seen it just now
        unique_fields=["application", "coupon_hash"],
        update_fields=["facts", "key", "last_seen_at"],
    )


def _known(
    application: Application, names: Sequence[str]
) -> Mapping[str, CouponObservation]:
    found = CouponObservation.objects.filter(
        application=application, coupon_hash__in=names
    ).only("coupon_hash", "facts", "key")
    return {each.coupon_hash: each for each in found}


def _observation(
    application: Application,
    seen: VendorAsset,
    facts: dict[str, object],
    *,
    now: datetime,
) -> CouponObservation:
    return CouponObservation(
        application=application,
        coupon_hash=fingerprint(seen.code),
        coupon_sealed=seal(seen.code),
        coupon_mask=mask(seen.code),
        key=seen.key,
        facts=facts,
        first_seen_at=now,
        last_seen_at=now,
    )


def facts_of(seen: VendorAsset) -> dict[str, object]:
    """Return what is kept of a coupon beside its code: no secret."""
    return {
        "product": seen.external_product_id,
        "quantity": seen.quantity,
        "account": seen.external_account_id,
        "status": seen.status,
        "label": seen.label,
        "made_at": seen.made_at.isoformat() if seen.made_at else "",
        "expires_at": seen.expires_at.isoformat() if seen.expires_at else "",
    }


@transaction.atomic
def keep_accounts(
    *, application: Application, page: Iterable[VendorAccount], now: datetime
) -> None:
    """Keep a part of the vendor's accounts, each once, with its newest facts."""
    rows = {seen.external_id: seen for seen in page}
    AccountObservation.objects.bulk_create(
        [
            AccountObservation(
                application=application,
                external_id=seen.external_id,
                key=seen.key[:100],
                name=seen.name[:200],
                email=seen.email[:254],
                first_seen_at=now,
                last_seen_at=now,
            )
            for seen in rows.values()
        ],
        update_conflicts=True,
        unique_fields=["application", "external_id"],
        update_fields=["key", "name", "email", "last_seen_at"],
    )
