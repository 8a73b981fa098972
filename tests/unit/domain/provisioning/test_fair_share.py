"""Shares of a vendor's limits: however many workers there are, never too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor.domain.provisioning.operations.gate import fair_share


@pytest.mark.parametrize(
    ("limit", "others", "expected"),
    [
        (18, [], 18),
        (18, [18], 0),
        (18, [9], 9),
        (18, [9, 9], 0),
        (18, [6, 6], 6),
        (3, [1, 1], 1),
        (1, [], 1),
        (1, [1], 0),
        (10, [1] * 9, 1),
        (10, [1] * 10, 0),
    ],
)
def test_a_newcomer_gets_its_part_of_what_is_left(
    limit: int, others: list[int], expected: int
) -> None:
    assert fair_share(limit=limit, others=others) == expected


@given(
    limit=st.integers(1, 200),
    order=st.lists(st.integers(0, 11), min_size=1, max_size=60),
)
def test_the_shares_of_all_workers_never_add_up_to_more_than_the_limit(
    limit: int, order: list[int]
) -> None:
    """Workers come, and lease again, in any order."""
    shares: dict[int, int] = {}
    for worker in order:
        others = [share for name, share in shares.items() if name != worker]
        shares[worker] = fair_share(limit=limit, others=others)
        assert sum(shares.values()) <= limit


@given(limit=st.integers(1, 200), workers=st.integers(1, 12))
def test_after_some_rounds_everybody_has_the_same(limit: int, workers: int) -> None:
    shares = dict.fromkeys(range(workers), 0)
    for _round in range(workers + 2):
        for worker in shares:
            others = [share for name, share in shares.items() if name != worker]
            shares[worker] = fair_share(limit=limit, others=others)

    assert sum(shares.values()) <= limit
    if limit >= workers:
        assert set(shares.values()) == {limit // workers}
