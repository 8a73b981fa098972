"""
Compare two ordered streams, ours and the vendor's. Pure: no database, no vendor.

Equal streams give equal differences, in the order of the streams, in bounded memory.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.flows.reconciliation.lifecycle import Drift

LISTINGS_TO_BELIEVE = 2  # an absence counts after so many complete listings
INTERVAL = timedelta(days=1)  # between two listings, as a rule
CLOCKS_DIFFER = timedelta(minutes=5)  # the vendor's clock and ours
DATES_DIFFER = timedelta(days=1)
ACTIVE = "active"  # as every connector calls what can be redeemed
#: What a vendor that lists spent coupons says became of one, in our words.
FATES: Mapping[str, tuple[Drift, AssetState]] = {
    "redeemed": (Drift.REDEEMED, AssetState.REDEEMED),
    "expired": (Drift.EXPIRED, AssetState.EXPIRED),
    "cancelled": (Drift.REVOKED, AssetState.CANCELLED),
}


class OutOfOrder(ValueError):
    """A stream is not in the order of its names, so nothing can be said."""


@dataclass(frozen=True, slots=True)
class Ours:
    """An asset with its coupon, as far as it is compared. `name` is the hash."""

    name: str
    pk: int
    key: str
    state: str
    product: str
    quantity: int
    account: str
    made_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Theirs:
    """A coupon as the vendor last showed it. `name` is the hash of its code."""

    name: str
    pk: int
    key: str
    status: str
    product: str
    quantity: int
    account: str
    expires_at: datetime | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Listings:
    """
    What was read of a vendor, and what its listing can tell.

    Shape:  `began` holds when complete listings began, the oldest first; the last one
            is the one that is compared. `confirmed` names the assets whose
            coupon was looked for by its code and not found.
    """

    began: Sequence[datetime]
    now: datetime
    lists_spent: bool = False
    confirmed: frozenset[int] = frozenset()

    @property
    def newest(self) -> datetime:
        """When the listing that is compared began."""
        return self.began[-1]

    def shows(self, other: Theirs | None) -> bool:
        """Return whether a coupon was seen since the newest listing began."""
        return other is not None and other.last_seen_at >= self.newest

    def misses_since(self, moment: datetime) -> int:
        """Return how many complete listings began after a moment."""
        return sum(began > moment for began in self.began)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: its kind, both sides, and which facts differ."""

    drift: Drift
    ours: Ours | None = None
    theirs: Theirs | None = None
    facts: tuple[str, ...] = ()


def merged[A, B](
    ours: Iterable[A],
    theirs: Iterable[B],
    *,
    name_of: Callable[[A | B], str],
) -> Iterator[tuple[A | None, B | None]]:
    """
    Yield what has equal names in pairs, and what stands alone beside None.

    :raises OutOfOrder: if a stream goes back.
    """
    left, right = _ordered(ours, name_of), _ordered(theirs, name_of)
    mine, other = next(left, None), next(right, None)
    while mine is not None or other is not None:
        if other is None or (mine is not None and name_of(mine) < name_of(other)):
            yield mine, None
            mine = next(left, None)
        elif mine is None or name_of(other) < name_of(mine):
            yield None, other
            other = next(right, None)
        else:
            yield mine, other
            mine, other = next(left, None), next(right, None)


def _ordered[T](stream: Iterable[T], name_of: Callable[[T], str]) -> Iterator[T]:
    before = ""
    for each in stream:
        name = name_of(each)
        if name < before:
            message = "A listing to be compared is out of order."
            raise OutOfOrder(message)
        before = name
        yield each


def compare(
    ours: Iterable[Ours], theirs: Iterable[Theirs], *, listings: Listings
) -> Iterator[Difference]:
    """
    Yield every difference between our assets with coupons and the vendor's coupons.

    Strangers are not named yet: `named` looks them up by reference.

    Shape:  both streams ordered by name; `theirs` holds all that was ever seen, so that
            what is gone can be judged by when it was seen last.
    Units:  quantity counts licenses; the moments are aware.
    :raises OutOfOrder: if a stream is not in order.
    Source: docs/decisions/0009-absence-is-not-proof.md
    """
    for mine, other in merged(ours, theirs, name_of=_name):
        difference = judge(mine, other, listings=listings)
        if difference is not None:
            yield difference


def absent(
    ours: Iterable[Ours], theirs: Iterable[Theirs], *, listings: Listings
) -> Iterator[tuple[Ours, bool]]:
    """Yield what is not listed, and whether that counts so that it is looked for."""
    for mine, other in merged(ours, theirs, name_of=_name):
        if mine is not None and _is_gone(mine, other, listings):
            yield mine, _counts(mine, other, listings)


def judge(
    mine: Ours | None, other: Theirs | None, *, listings: Listings
) -> Difference | None:
    """Return in what one pair differs; None if it does not, or nobody can tell yet."""
    if mine is None:
        is_listed = other is not None and listings.shows(other)
        is_live = is_listed and other is not None and other.status == ACTIVE
        return Difference(Drift.STRANGER, theirs=other) if is_live else None
    if mine.state == AssetState.CANCELLING:
        return None  # it is being put right
    if other is not None and listings.shows(other):
        return _judge_seen(mine, other)
    if not _is_gone(mine, other, listings) or not _counts(mine, other, listings):
        return None
    if mine.pk not in listings.confirmed:
        return None
    return Difference(_fate(mine, other, listings), mine, other)


def _judge_seen(mine: Ours, other: Theirs) -> Difference | None:
    if other.status == ACTIVE:
        if mine.state == AssetState.CANCELLED:
            return Difference(Drift.LIVE, mine, other)
        if mine.state != AssetState.ACTIVE:
            return Difference(Drift.REAPPEARED, mine, other)
        facts = tuple(_unequal(mine, other))
        return Difference(Drift.DIFFERENT, mine, other, facts) if facts else None
    drift, state = FATES.get(other.status, (None, None))
    if drift is None or mine.state in {state, AssetState.CANCELLED}:
        return None
    if drift == Drift.REVOKED and mine.state != AssetState.ACTIVE:
        return None  # it is settled with us
    return Difference(drift, mine, other)


def _unequal(mine: Ours, other: Theirs) -> Iterator[str]:
    if mine.account != other.account:
        yield "account"
    if mine.product != other.product:
        yield "product"
    if mine.quantity != other.quantity:
        yield "quantity"
    dates = mine.expires_at, other.expires_at
    if dates[0] and dates[1] and abs(dates[0] - dates[1]) > DATES_DIFFER:
        yield "expires_at"


def _is_gone(mine: Ours, other: Theirs | None, listings: Listings) -> bool:
    return mine.state == AssetState.ACTIVE and not listings.shows(other)


def _counts(mine: Ours, other: Theirs | None, listings: Listings) -> bool:
    known = [other.last_seen_at] if other is not None else []
    known += [mine.made_at + CLOCKS_DIFFER] if mine.made_at is not None else []
    since = max(known, default=listings.now)
    return listings.misses_since(since) >= LISTINGS_TO_BELIEVE


def _fate(mine: Ours, other: Theirs | None, listings: Listings) -> Drift:
    """Return what became of a coupon that is gone, as far as absence can tell."""
    if other is None:
        return Drift.LOST
    if listings.lists_spent:
        return Drift.REVOKED  # had it been spent, it would still be listed
    ends_at = other.expires_at or mine.expires_at
    is_over = ends_at is not None and ends_at <= listings.now
    if is_over and ends_at is not None and other.last_seen_at >= ends_at - 2 * INTERVAL:
        return Drift.EXPIRED
    return Drift.VANISHED


def _name(each: Ours | Theirs) -> str:
    return each.name


def named(stranger: Theirs, holder: Ours | None) -> Difference:
    """
    Return what a stranger is once the asset with its reference is known.

    Shape:  `holder.name` is the hash of its own coupon, empty if it has none.
    """
    if holder is None:
        return Difference(Drift.STRANGER, theirs=stranger)
    if holder.name:
        return Difference(Drift.DUPLICATE, holder, stranger)
    if holder.state in {AssetState.CANCELLED, AssetState.CANCELLING}:
        return Difference(Drift.LIVE, holder, stranger)
    return Difference(Drift.UNHEARD, holder, stranger)


# ------------------------------------------------------------------ accounts


@dataclass(frozen=True, slots=True)
class OurLink:
    """An account of ours that a vendor knows. `name` is the vendor's name of it."""

    name: str
    pk: int
    number: str
    connected_at: datetime | None


@dataclass(frozen=True, slots=True)
class TheirAccount:
    """An account as the vendor last listed it."""

    name: str
    pk: int
    key: str
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class AccountDifference:
    """One difference between our account links and the vendor's accounts."""

    drift: Drift
    ours: OurLink | None = None
    theirs: TheirAccount | None = None


def compare_accounts(
    ours: Iterable[OurLink],
    theirs: Iterable[TheirAccount],
    *,
    began: Sequence[datetime],
) -> Iterator[AccountDifference]:
    """
    Yield every difference between our account links and the vendor's accounts.

    Shape:  both streams ordered by name; `began` as in `Listings`, of account listings.
    :raises OutOfOrder: if a stream is not in order.
    """
    for mine, other in merged(ours, theirs, name_of=_account_name):
        is_listed = other is not None and other.last_seen_at >= began[-1]
        if mine is None:
            if is_listed:
                yield AccountDifference(Drift.ACCOUNT_STRANGER, theirs=other)
        elif not is_listed:
            known = [mine.connected_at, other.last_seen_at if other else None]
            since = max((each for each in known if each), default=began[-1])
            if sum(each > since for each in began) >= LISTINGS_TO_BELIEVE:
                yield AccountDifference(Drift.LINK_GONE, mine, other)
        elif other is not None and other.key and other.key != mine.number:
            yield AccountDifference(Drift.ACCOUNT_DIFFERENT, mine, other)


def _account_name(each: OurLink | TheirAccount) -> str:
    return each.name
