"""Comparing two ordered streams: what is found, and what absence does not prove."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor.flows.reconciliation.compare import (
    AccountDifference,
    Difference,
    Listings,
    OurLink,
    Ours,
    OutOfOrder,
    TheirAccount,
    Theirs,
    absent,
    compare,
    compare_accounts,
    merged,
    named,
)
from purveyor.flows.reconciliation.lifecycle import Drift

NOW = datetime(2030, 1, 15, 2, tzinfo=UTC)
DAY = timedelta(days=1)
NIGHTS = [NOW - 2 * DAY, NOW - DAY, NOW]
LONG_AGO = NOW - 100 * DAY


def ours(name: str = "a", **facts: Any) -> Ours:
    known = {
        "pk": 1,
        "key": "our-key",
        "state": "ACTIVE",
        "product": "BT-MAILBOX",
        "quantity": 10,
        "account": "bt-1",
        "made_at": LONG_AGO,
        "expires_at": LONG_AGO + 365 * DAY,
    }
    return Ours(name, **{**known, **facts})


def theirs(name: str = "a", **facts: Any) -> Theirs:
    known = {
        "pk": 2,
        "key": "our-key",
        "status": "active",
        "product": "BT-MAILBOX",
        "quantity": 10,
        "account": "bt-1",
        "expires_at": LONG_AGO + 365 * DAY,
        "last_seen_at": NOW,
    }
    return Theirs(name, **{**known, **facts})


def found(
    mine: list[Ours], other: list[Theirs], **listings: Any
) -> list[tuple[Drift, tuple[str, ...]]]:
    known = {"began": NIGHTS, "now": NOW, "confirmed": frozenset({1})}
    compared = compare(mine, other, listings=Listings(**{**known, **listings}))
    return [(each.drift, each.facts) for each in compared]


# ------------------------------------------------------------------ both sides

AGREE = [
    ({}, {}),
    ({"state": "CANCELLING"}, {"quantity": 3}),
    ({"state": "REDEEMED"}, {"status": "redeemed"}),
    ({"state": "EXPIRED"}, {"status": "expired"}),
    ({"state": "CANCELLED"}, {"status": "cancelled"}),
    ({"state": "VANISHED"}, {"status": "cancelled"}),
    ({"expires_at": LONG_AGO + 365.5 * DAY}, {}),
    ({"expires_at": None}, {}),
]


@pytest.mark.parametrize(("mine", "other"), AGREE)
def test_what_agrees_is_no_finding(mine: dict[str, Any], other: dict[str, Any]) -> None:
    assert found([ours(**mine)], [theirs(**other)]) == []


DIFFER = [
    ({"quantity": 9}, {}, Drift.DIFFERENT, ("quantity",)),
    ({"product": "BT-UMB"}, {"account": "x"}, Drift.DIFFERENT, ("account", "product")),
    ({"expires_at": LONG_AGO}, {}, Drift.DIFFERENT, ("expires_at",)),
    ({"state": "CANCELLED"}, {}, Drift.LIVE, ()),
    ({"state": "VANISHED"}, {}, Drift.REAPPEARED, ()),
    ({"state": "EXPIRED"}, {}, Drift.REAPPEARED, ()),
    ({}, {"status": "redeemed"}, Drift.REDEEMED, ()),
    ({"state": "VANISHED"}, {"status": "redeemed"}, Drift.REDEEMED, ()),
    ({}, {"status": "expired"}, Drift.EXPIRED, ()),
    ({}, {"status": "cancelled"}, Drift.REVOKED, ()),
]


@pytest.mark.parametrize(("mine", "other", "drift", "facts"), DIFFER)
def test_what_differs_is_a_finding(
    mine: dict[str, Any], other: dict[str, Any], drift: Drift, facts: tuple[str, ...]
) -> None:
    assert found([ours(**mine)], [theirs(**other)]) == [(drift, facts)]


# ------------------------------------------------------------------ theirs alone


def test_a_stranger_is_one_while_it_is_listed_and_live() -> None:
    rows = [
        theirs("a"),
        theirs("b", last_seen_at=NOW - DAY),
        theirs("c", status="redeemed"),
    ]

    assert found([], rows) == [(Drift.STRANGER, ())]


HOLDERS = [
    (None, Drift.STRANGER),
    (ours(""), Drift.UNHEARD),
    (ours("other"), Drift.DUPLICATE),
    (ours("other", state="VANISHED"), Drift.DUPLICATE),
    (ours("", state="CANCELLED"), Drift.LIVE),
    (ours("", state="CANCELLING"), Drift.LIVE),
]


@pytest.mark.parametrize(("holder", "drift"), HOLDERS)
def test_whose_reference_a_stranger_bears_says_what_it_is(
    holder: Ours | None, drift: Drift
) -> None:
    assert named(theirs(), holder) == Difference(drift, holder, theirs())


# ------------------------------------------------------------------ absence


def gone(last_seen_at: datetime | None, **facts: Any) -> list[Theirs]:
    return [theirs(last_seen_at=last_seen_at, **facts)] if last_seen_at else []


WAIT = [
    ("seen in the listing before", ours(), gone(NOW - DAY), {}),
    ("missing once", ours(), gone(NOW - DAY + timedelta(hours=1)), {}),
    ("not looked for by its code", ours(), gone(LONG_AGO), {"confirmed": frozenset()}),
    ("made since", ours(made_at=NOW - timedelta(hours=3)), [], {}),
    ("made at about the listing", ours(made_at=NOW - DAY), [], {}),
    ("no moment is known", ours(made_at=None), [], {}),
    ("cancelled", ours(state="CANCELLED"), gone(LONG_AGO), {}),
    ("vanished already", ours(state="VANISHED"), gone(LONG_AGO), {}),
    ("only one listing", ours(), gone(LONG_AGO), {"began": [NOW]}),
]


@pytest.mark.parametrize(
    ("mine", "other", "listings"), [row[1:] for row in WAIT], ids=[r[0] for r in WAIT]
)
def test_an_absence_that_proves_nothing_is_no_finding(
    mine: Ours, other: list[Theirs], listings: dict[str, Any]
) -> None:
    assert found([mine], other, **listings) == []


SOON, PAST = NOW - DAY / 2, NOW - 3 * DAY
FATES = [
    ("never seen", ours(), [], False, Drift.LOST),
    ("never seen, long over", ours(expires_at=PAST), [], False, Drift.LOST),
    ("before its time", ours(), gone(PAST), False, Drift.VANISHED),
    (
        "at its end",
        ours(),
        gone(NOW - 2 * DAY, expires_at=SOON),
        False,
        Drift.EXPIRED,
    ),
    (
        "long before its end",
        ours(),
        gone(PAST - DAY, expires_at=SOON),
        False,
        Drift.VANISHED,
    ),
    (
        "its end is still to come",
        ours(),
        gone(NOW - 2 * DAY, expires_at=NOW + DAY / 4),
        False,
        Drift.VANISHED,
    ),
    ("though spent ones are listed", ours(), gone(PAST), True, Drift.REVOKED),
    ("never listed by such a vendor", ours(), [], True, Drift.LOST),
]


@pytest.mark.parametrize(
    ("mine", "other", "lists_spent", "drift"),
    [row[1:] for row in FATES],
    ids=[r[0] for r in FATES],
)
def test_what_became_of_a_coupon_that_is_gone(
    mine: Ours, other: list[Theirs], lists_spent: bool, drift: Drift
) -> None:
    assert found([mine], other, lists_spent=lists_spent) == [(drift, ())]


def test_what_is_gone_for_the_first_time_is_told_but_does_not_count() -> None:
    mine = [ours("a"), ours("b", pk=2), ours("c", pk=3)]
    other = [
        theirs("a"),
        theirs("b", last_seen_at=PAST),
        theirs("c", last_seen_at=SOON),
    ]

    missing = absent(mine, other, listings=Listings(NIGHTS, NOW))

    assert [(each.name, counts) for each, counts in missing] == [
        ("b", True),
        ("c", False),
    ]


# ------------------------------------------------------------------ streams

NAMES = st.lists(st.text("abc", min_size=1, max_size=4), unique=True).map(sorted)


@given(NAMES, NAMES)
def test_merging_finds_every_pair_and_every_single(
    left: list[str], right: list[str]
) -> None:
    pairs = list(merged(left, right, name_of=str))

    both = set(left) & set(right)
    assert {(n, n) for n in both} == {p for p in pairs if None not in p}
    assert [a for a, _b in pairs if a is not None] == left
    assert [b for _a, b in pairs if b is not None] == right
    assert len(pairs) == len(left) + len(right) - len(both)


@given(NAMES, NAMES)
def test_what_only_one_side_has_is_found_and_nothing_else(
    left: list[str], right: list[str]
) -> None:
    mine = [ours(name, pk=n) for n, name in enumerate(left)]
    other = [theirs(name) for name in right]
    everyone = frozenset(range(len(left)))

    drifts = found(mine, other, confirmed=everyone)

    assert drifts.count((Drift.LOST, ())) == len(set(left) - set(right))
    assert drifts.count((Drift.STRANGER, ())) == len(set(right) - set(left))
    assert len(drifts) == len(set(left) ^ set(right))


def test_equal_streams_give_equal_differences() -> None:
    mine = [ours("a"), ours("b", quantity=2)]
    other = [theirs("b"), theirs("c")]

    assert found(mine, other) == found(list(mine), list(other)) != []


@pytest.mark.parametrize(
    ("mine", "other"),
    [([ours("b"), ours("a")], []), ([], [theirs("b"), theirs("a")])],
    ids=["ours", "theirs"],
)
def test_a_stream_that_goes_back_is_refused(
    mine: list[Ours], other: list[Theirs]
) -> None:
    with pytest.raises(OutOfOrder):
        found(mine, other)


def test_streams_are_read_as_they_are_wanted() -> None:
    read: list[str] = []

    def endless() -> Iterator[Theirs]:
        for number in range(10_000):
            read.append(str(number))
            yield theirs(f"{number:06}")

    compared = compare([], endless(), listings=Listings(NIGHTS, NOW))
    next(compared)

    assert len(read) <= 2


# ------------------------------------------------------------------ accounts


def link(
    name: str = "bt-1", number: str = "A-1", at: datetime | None = LONG_AGO
) -> OurLink:
    return OurLink(name, 1, number, at)


def account(
    name: str = "bt-1", key: str = "A-1", last_seen_at: datetime = NOW
) -> TheirAccount:
    return TheirAccount(name, 2, key, last_seen_at)


ACCOUNTS = [
    ([link()], [account()], []),
    ([link()], [account(key="")], []),
    ([link()], [account(key="A-9")], [Drift.ACCOUNT_DIFFERENT]),
    ([], [account()], [Drift.ACCOUNT_STRANGER]),
    ([], [account(last_seen_at=PAST)], []),
    ([link()], [], [Drift.LINK_GONE]),
    ([link()], [account(last_seen_at=PAST)], [Drift.LINK_GONE]),
    ([link()], [account(last_seen_at=NOW - DAY)], []),
    ([link(at=SOON)], [], []),
    ([link(at=None)], [], []),
]


@pytest.mark.parametrize(("mine", "other", "drifts"), ACCOUNTS)
def test_account_links_are_compared_with_the_vendors_accounts(
    mine: list[OurLink], other: list[TheirAccount], drifts: list[Drift]
) -> None:
    compared: list[AccountDifference] = list(
        compare_accounts(mine, other, began=NIGHTS)
    )

    assert [each.drift for each in compared] == drifts
