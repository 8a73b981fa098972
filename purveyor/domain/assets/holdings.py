"""What an account has bought, as its own people see it: in lists, and one by one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import FETCH_RAISE, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import accounts_under, held_by, newest_held
from purveyor.domain.assets.expiry import UNREDEEMED, days_left
from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.kernel import clock
from purveyor.kernel.errors import NotFound

ROWS_MAX = 500
SOON = timedelta(days=30)
A, S = AssetState, SyncStatus


class Standing(StrEnum):
    """How an asset stands for who owns it; lists are filtered by it."""

    READY = "ready"
    EXPIRING = "expiring"
    COMING = "coming"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """What a filter calls it."""
        return str(_LABELS[self])


_LABELS = {
    Standing.READY: gettext_lazy("Ready to redeem"),
    Standing.EXPIRING: gettext_lazy("Expires within 30 days"),
    Standing.COMING: gettext_lazy("Being made"),
    Standing.REDEEMED: gettext_lazy("Redeemed"),
    Standing.EXPIRED: gettext_lazy("Expired"),
    Standing.CANCELLED: gettext_lazy("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which assets a person looks for; empty: all of them."""

    standing: Standing | None = None
    owner: Account | None = None
    term: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """One asset in plain values. Its coupon code is masked."""

    number: str
    name: str
    product_name: str
    vendor: str
    quantity: int
    owner_number: str
    owner_name: str
    order_number: str
    po_code: str
    purchase_date: date
    expire_days: int
    validity_days: int
    redeem_before: date | None
    days_left: int | None
    coupon_mask: str
    stage: str
    status: str
    sync_status: str

    @property
    def is_ready(self) -> bool:
        """Whether its coupon can be redeemed, as far as known."""
        return self.stage == Standing.READY

    @property
    def is_expiring(self) -> bool:
        """Whether not many days are left to redeem it."""
        left = self.days_left
        return self.is_ready and left is not None and left <= SOON.days


def list_holdings(
    *,
    seen_by: Account,
    wish: Wish,
    now: datetime,
    after: str = "",
    limit: int = 25,
) -> tuple[Holding, ...]:
    """
    Return what an account and its end customers have bought, newest first.

    The next page begins `after` the number of the last row of this one; a number that
    the account does not see begins nowhere, and the list with it.
    """
    limit = min(limit, ROWS_MAX)
    assets = Asset.objects.all()
    if wish.standing is not None:
        assets = assets.filter(_standing(wish.standing, now))
    if after:
        last = Asset.objects.filter(accounts_under(seen_by), number=after)
        assets = assets.filter(pk__lt=last.values("pk")[:1])
    found = _found(assets, wish, seen_by=seen_by, limit=limit)
    page = _with_all(Asset.objects.only(*_SHOWN)).in_bulk(found)
    return tuple(holding_of(page[pk], now=now) for pk in found if pk in page)


def count_holdings(
    *, seen_by: Account, standing: Standing, now: datetime, limit: int = 100
) -> int:
    """Return how many assets of an account stand like this, at most a limit."""
    found = Asset.objects.filter(held_by(seen_by), _standing(standing, now))
    return found.order_by()[:limit].count()


def get_holding_asset(*, number: str, seen_by: Account) -> Asset:
    """
    Return an asset that an account may see, with all that its page tells.

    :raises NotFound: if there is none, or the viewer may not see it.
    """
    found = Asset.objects.filter(accounts_under(seen_by), number=number)
    asset = _with_all(found).first()
    if asset is None:
        raise NotFound(_("There is no such asset."))
    return asset


def holding_of(asset: Asset, *, now: datetime) -> Holding:
    """Return an asset in plain values; account, application and order are fetched."""
    order = asset.order_item.order
    expires = asset.expires_at
    stage, status = _told(asset, now)
    return Holding(
        number=asset.number,
        name=asset.name,
        product_name=asset.order_item.product_name,
        vendor=asset.application.name,
        quantity=asset.quantity,
        owner_number=asset.account.number,
        owner_name=asset.account.name,
        order_number=order.number,
        po_code=order.po_code,
        purchase_date=asset.purchase_date,
        expire_days=asset.expire_days,
        validity_days=asset.validity_days,
        redeem_before=clock.day_of(expires) if expires else None,
        days_left=max(0, days_left(expires, now=now)) if expires else None,
        coupon_mask=asset.coupon_mask,
        stage=stage,
        status=status,
        sync_status=_sync_told(asset, now),
    )


#: What a list shows of an asset; the others of its many columns stay unread.
_SHOWN = (
    *("number", "name", "quantity", "coupon_mask", "state", "sync_status"),
    *("purchase_date", "start_date", "expires_at", "expire_days", "validity_days"),
    *("account__number", "account__name", "application__name"),
    *("order_item__product_name", "order_item__order__number"),
    "order_item__order__po_code",
)


def _with_all(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    related = ("account", "application", "order_item__order")
    return assets.select_related(*related).fetch_mode(FETCH_RAISE)


def _found(
    assets: QuerySet[Asset], wish: Wish, *, seen_by: Account, limit: int
) -> list[int]:
    """
    Return the keys of the newest assets that are wished for.

    What a term can be is looked up one by one, each through its own index; our own
    numbers are written in capitals. Who gives one means it, so names are not asked.
    """
    term = wish.term.strip()
    if not term:
        return _newest(assets, wish, seen_by=seen_by, limit=limit)
    owned = assets.filter(_owned(seen_by, wish)).order_by("-pk").values_list("pk")
    number = term.upper()
    numbered = owned.filter(number=number)
    ordered = owned.filter(order_item__order__number=number)
    found = {pk for rows in (numbered, ordered) for (pk,) in rows[:limit]}
    if not found:
        coded = owned.filter(order_item__order__po_code__iexact=term)
        named = assets.filter(name_upper__contains=Upper(Value(term)))
        found = {pk for (pk,) in coded[:limit]}
        found |= set(_newest(named, wish, seen_by=seen_by, limit=limit))
    return sorted(found, reverse=True)[:limit]


def _newest(
    assets: QuerySet[Asset], wish: Wish, *, seen_by: Account, limit: int
) -> list[int]:
    if wish.owner is None:
        return newest_held(records=assets, by=seen_by, limit=limit)
    owned = assets.filter(_owned(seen_by, wish)).order_by("-pk")
    return list(owned.values_list("pk", flat=True)[:limit])


def _owned(viewer: Account, wish: Wish) -> Q:
    """Return the condition for whose assets are listed; both sides hold."""
    owned = accounts_under(viewer)
    return owned if wish.owner is None else owned & Q(account=wish.owner)


def _standing(standing: Standing, now: datetime) -> Q:
    match standing:
        case Standing.READY:
            return UNREDEEMED & Q(expires_at__gt=now)
        case Standing.EXPIRING:
            return UNREDEEMED & Q(expires_at__gt=now, expires_at__lte=now + SOON)
        case Standing.COMING:
            return Q(state=A.ACTIVE) & ~Q(sync_status=S.SYNCHRONIZED)
        case Standing.REDEEMED:
            return Q(state__in=(A.REDEEMED, A.VANISHED))
        case Standing.EXPIRED:
            return Q(state=A.EXPIRED) | (UNREDEEMED & Q(expires_at__lte=now))
    return Q(state__in=(A.CANCELLING, A.CANCELLED))


def _told(asset: Asset, now: datetime) -> tuple[str, str]:
    """Return how an asset stands, and that in words for who owns it."""
    if asset.state in _ENDED:
        stage, words = _ENDED[AssetState(asset.state)]
        return stage, str(words)
    if asset.sync_status != S.SYNCHRONIZED:
        return Standing.COMING, _coming(asset, now)
    if asset.expires_at is not None and asset.expires_at <= now:
        return Standing.EXPIRED, Standing.EXPIRED.label
    return Standing.READY, Standing.READY.label


_ENDED: dict[AssetState, tuple[Standing, Any]] = {
    A.REDEEMED: (Standing.REDEEMED, _LABELS[Standing.REDEEMED]),
    A.VANISHED: (Standing.REDEEMED, gettext_lazy("Probably redeemed")),
    A.EXPIRED: (Standing.EXPIRED, _LABELS[Standing.EXPIRED]),
    A.CANCELLING: (Standing.CANCELLED, gettext_lazy("Being cancelled")),
    A.CANCELLED: (Standing.CANCELLED, _LABELS[Standing.CANCELLED]),
}


def _coming(asset: Asset, now: datetime) -> str:
    facts = {
        "vendor": asset.application.name,
        "day": date_format(asset.start_date),
    }
    match asset.sync_status:
        case S.FAILED:
            words = _("%(vendor)s has not made it yet. Our staff look after it")
        case S.UNCLEAR:
            words = _("Being checked with %(vendor)s")
        case _ if asset.start_date > clock.day_of(now):
            words = _("Starts on %(day)s")
        case _:
            words = _("%(vendor)s is making the coupon")
    return words % facts


def _sync_told(asset: Asset, now: datetime) -> str:
    """Return the provisioning sync status in words for who owns the asset."""
    if asset.sync_status == S.SYNCHRONIZED:
        words = _("Synchronized: %(vendor)s has made the coupon")
        return words % {"vendor": asset.application.name}
    return _coming(asset, now)
