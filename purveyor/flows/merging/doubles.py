"""Which accounts are likely one and the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, TextChoices
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import open_accounts
from purveyor.flows.merging.models import Difference

PAIRS_MAX = 200
GROUP_MAX = 20  # of accounts that share a value: more of them share it by habit


class Likeness(TextChoices):
    """What two accounts have in common; what weighs most stands first."""

    TAX_NUMBER = "tax_number", _("the same tax number")
    EMAIL = "email", _("the same e-mail")
    NAME = "name_key", _("nearly the same name")


#: By which expression accounts are compared.
COMPARED: Mapping[Likeness, Any] = {
    Likeness.TAX_NUMBER: F("tax_number"),
    Likeness.EMAIL: Upper("email"),
    Likeness.NAME: F("name_key"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accounts that are likely one, the older first."""

    first: Account
    second: Account
    likenesses: tuple[Likeness, ...]


def likely_doubles(*, limit: int = PAIRS_MAX) -> tuple[Pair, ...]:
    """
    Return pairs of accounts that are likely one, the most alike first.

    Only pairs that can be merged: in one currency, and of end customers those of one
    reseller, for every reseller has customers of its own. What a person has told apart
    is left out.
    """
    shared: dict[tuple[int, int], list[Likeness]] = defaultdict(list)
    accounts: dict[int, Account] = {}
    for likeness in Likeness:
        for group in _groups(likeness, limit):
            accounts |= {account.pk: account for account in group}
            for first, second in _pairs(group):
                shared[first.pk, second.pk].append(likeness)
    for pair in _told_apart(shared):
        shared.pop(pair, None)
    found = [
        Pair(accounts[first], accounts[second], tuple(likenesses))
        for (first, second), likenesses in shared.items()
    ]
    found.sort(key=_most_alike_first)
    return tuple(found[:limit])


def doubles_of(account: Account, *, limit: int = GROUP_MAX) -> tuple[Pair, ...]:
    """Return the accounts that are likely the same as this one, the older first."""
    others = open_accounts().filter(_alike((account,))).exclude(pk=account.pk)
    pairs = [
        _pair(account, other)
        for other in others.order_by("pk")[:limit]
        if _fit(account, other)
    ]
    apart = _told_apart((pair.first.pk, pair.second.pk) for pair in pairs)
    return tuple(p for p in pairs if (p.first.pk, p.second.pk) not in apart)


@dataclass(frozen=True, slots=True)
class Known:
    """An account that is likely a company who asks for one."""

    account: Account
    likenesses: tuple[Likeness, ...]


def known_already(
    prospects: Sequence[Account], *, limit: int = PAIRS_MAX
) -> list[tuple[Known, ...]]:
    """
    Return for each account that is not opened yet those that are likely the same.

    Whoever asks does not know our resellers; so also their end customers are found.
    """
    found = open_accounts().filter(_alike(prospects)).order_by("pk")[:limit]
    accounts = list(found) if prospects else []
    return [
        tuple(
            Known(account, shared)
            for account in accounts
            if (shared := _shared(prospect, account))
        )
        for prospect in prospects
    ]


def _alike(accounts: Iterable[Account]) -> Q:
    """Return the condition that something is as it is of one of the accounts."""
    alike = Q(pk=None)
    for account in accounts:
        if account.name_key:
            alike |= Q(name_key=account.name_key)
        if account.tax_number:
            alike |= Q(tax_number=account.tax_number)
        if account.email:
            alike |= Q(email__iexact=account.email)
    return alike


def _pair(one: Account, other: Account) -> Pair:
    first, second = sorted((one, other), key=lambda account: account.pk)
    return Pair(first, second, _shared(one, other))


def _shared(one: Account, other: Account) -> tuple[Likeness, ...]:
    values = {
        Likeness.TAX_NUMBER: (one.tax_number, other.tax_number),
        Likeness.EMAIL: (one.email.upper(), other.email.upper()),
        Likeness.NAME: (one.name_key, other.name_key),
    }
    return tuple(
        likeness
        for likeness, (mine, theirs) in values.items()
        if mine and mine == theirs
    )


def _groups(likeness: Likeness, limit: int) -> Iterable[list[Account]]:
    """Return the accounts that share one value, group by group."""
    compared = open_accounts().annotate(shared=COMPARED[likeness]).exclude(shared="")
    values = (
        compared.values("shared")
        .annotate(count=Count("pk"))
        .filter(count__gt=1, count__lte=GROUP_MAX)
        .order_by("shared")
        .values_list("shared", flat=True)[:limit]
    )
    groups: dict[str, list[Account]] = defaultdict(list)
    sharing = compared.filter(shared__in=list(values)).select_related("parent")
    for account in sharing.order_by("pk"):
        groups[vars(account)["shared"]].append(account)
    return groups.values()


def _pairs(group: list[Account]) -> Iterable[tuple[Account, Account]]:
    """Return pairs of a group, in order of their age."""
    for place, first in enumerate(group):
        for second in group[place + 1 :]:
            if _fit(first, second):
                yield first, second


def _fit(one: Account, other: Account) -> bool:
    return one.currency == other.currency and one.parent_id == other.parent_id


def _told_apart(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    wanted = list(pairs)
    said = Difference.objects.filter(account__in={first for first, _second in wanted})
    return set(said.values_list("account_id", "other_id")) & set(wanted)


def _most_alike_first(pair: Pair) -> tuple[int, int, int]:
    weights = list(Likeness)
    return (
        -len(pair.likenesses),
        min(weights.index(each) for each in pair.likenesses),
        pair.first.pk,
    )
