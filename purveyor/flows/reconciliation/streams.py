"""Both sides as ordered streams: our assets, and what was seen at the vendor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import (
    AccountLink,
    AccountObservation,
    CouponObservation,
)
from purveyor.domain.provisioning.operations.visit import label_of
from purveyor.flows.reconciliation.compare import (
    OurLink,
    Ours,
    TheirAccount,
    Theirs,
)
from purveyor.kernel.sealed import fingerprints, open_sealed

CHUNK = 2_000
type Likeness = tuple[str, str, int, str]  # account, product, quantity, label


def our_assets(*, application: Application, account: Account | None) -> Iterator[Ours]:
    """Yield the assets with a coupon, ordered by its hash; of one account or of all."""
    held = Asset.objects.filter(application=application, coupon_hash__isnull=False)
    if account is not None:
        held = held.filter(linked_account=account)
    rows = _columns(held.order_by("coupon_hash")).iterator(chunk_size=CHUNK)
    return (_ours(row) for row in rows)


def _columns(assets: QuerySet[Asset]) -> QuerySet[Any, tuple[Any, ...]]:
    links = AccountLink.objects.filter(
        account=OuterRef("linked_account"), application=OuterRef("application")
    )
    return assets.annotate(
        vendors_account=Subquery(links.values("external_id")[:1])
    ).values_list(
        "coupon_hash",
        "pk",
        "key",
        "state",
        "external_product_id",
        "quantity",
        "vendors_account",
        "made_at",
        "expires_at",
    )


def _ours(row: tuple[Any, ...]) -> Ours:
    name, pk, key, state, product, quantity, account, made_at, expires_at = row
    return Ours(
        name or "",
        pk,
        key,
        state,
        product,
        quantity,
        account or "",
        made_at,
        expires_at,
    )


def their_coupons(
    *, application: Application, account: Account | None
) -> Iterator[Theirs]:
    """Yield what was ever seen of coupons at the vendor, ordered by the code's hash."""
    seen = CouponObservation.objects.filter(application=application)
    if account is not None:
        links = AccountLink.objects.filter(account=account, application=application)
        ours = Asset.objects.filter(
            application=application,
            linked_account=account,
            coupon_hash=OuterRef("coupon_hash"),
        )
        names = list(links.values_list("external_id", flat=True))
        seen = seen.filter(Q(facts__account__in=names) | Q(Exists(ours)))
    rows = (
        seen.order_by("coupon_hash")
        .values_list("coupon_hash", "pk", "key", "facts", "last_seen_at")
        .iterator(chunk_size=CHUNK)
    )
    return (_theirs(*row) for row in rows)


def _theirs(
    name: str, pk: int, key: str, facts: Mapping[str, Any], last_seen_at: datetime
) -> Theirs:
    expires_at = facts.get("expires_at")
    return Theirs(
        name,
        pk,
        key,
        facts.get("status", ""),
        facts.get("product", ""),
        facts.get("quantity", 0),
        facts.get("account", ""),
        datetime.fromisoformat(expires_at) if expires_at else None,
        last_seen_at,
    )


def holders_of(
    *, application: Application, strangers: Sequence[Theirs]
) -> dict[int, Ours]:
    """
    Return, by the stranger's id, the asset that it was made for.

    The one with its reference; for a coupon without one, the only asset in doubt with
    its account, product, quantity and label.
    """
    keys = {each.key for each in strangers if each.key}
    bearing = Asset.objects.filter(application=application, key__in=keys)
    by_key = {row[2]: _ours(row) for row in _columns(bearing)}
    nameless = [each for each in strangers if not each.key]
    found = _by_label(application, nameless) if nameless else {}
    return found | {
        each.pk: by_key[each.key] for each in strangers if each.key in by_key
    }


def _by_label(application: Application, nameless: Sequence[Theirs]) -> dict[int, Ours]:
    """Return whose coupon it can only be: one asset in doubt, one coupon like it."""
    waiting = Asset.objects.filter(
        application=application,
        state=AssetState.ACTIVE,
        coupon_hash__isnull=True,
        in_doubt_since__isnull=False,
    )
    columns = {row[1]: _ours(row) for row in _columns(waiting)}
    assets = waiting.select_related("account", "order_item__order")
    seen = CouponObservation.objects.in_bulk([each.pk for each in nameless])
    alike: dict[Likeness, tuple[list[Ours], list[int]]] = {}
    for asset in assets:
        ours = columns[asset.pk]
        label = label_of(
            order_number=asset.order_item.order.number, account_name=asset.account.name
        )
        looks = (ours.account, ours.product, ours.quantity, label)
        alike.setdefault(looks, ([], []))[0].append(ours)
    for each in nameless:
        label = str(seen[each.pk].facts.get("label", ""))
        looks = (each.account, each.product, each.quantity, label)
        if looks in alike:
            alike[looks][1].append(each.pk)
    return {
        pks[0]: ours[0] for ours, pks in alike.values() if len(ours) == len(pks) == 1
    }


def held_under_older_keys(
    *, application: Application, strangers: Sequence[Theirs]
) -> frozenset[int]:
    """Return the ids of those that an asset holds, by the hash of an older key."""
    sealed = CouponObservation.objects.filter(pk__in=[each.pk for each in strangers])
    names = {
        pk: fingerprints(open_sealed(token).reveal())
        for pk, token in sealed.values_list("pk", "coupon_sealed")
    }
    every = [name for each in names.values() for name in each]
    held = set(
        Asset.objects.filter(
            application=application, coupon_hash__in=every
        ).values_list("coupon_hash", flat=True)
    )
    return frozenset(pk for pk, each in names.items() if held & set(each))


def our_links(*, application: Application) -> Iterator[OurLink]:
    """Yield the links of accounts the vendor knows, ordered by its name of them."""
    rows = (
        AccountLink.objects.filter(
            application=application, status=LinkStatus.SYNCHRONIZED
        )
        .order_by("external_id")
        .values_list("external_id", "pk", "account__number", "synchronized_at")
        .iterator(chunk_size=CHUNK)
    )
    return _in_order(OurLink(*row) for row in rows)


def their_accounts(*, application: Application) -> Iterator[TheirAccount]:
    """Yield the accounts that were ever seen at the vendor, ordered by its name."""
    rows = (
        AccountObservation.objects.filter(application=application)
        .order_by("external_id")
        .values_list("external_id", "pk", "key", "last_seen_at")
        .iterator(chunk_size=CHUNK)
    )
    return _in_order(TheirAccount(*row) for row in rows)


def _in_order[T: (OurLink, TheirAccount)](rows: Iterable[T]) -> Iterator[T]:
    """Yield rows by the order of Python: a database may order words by a language."""
    return iter(sorted(rows, key=lambda each: each.name))
