"""A lifecycle is a table; what can be read from it needs no database."""

from types import SimpleNamespace

import pytest

from purveyor.kernel.lifecycle import Lifecycle, Move, record_state, verbs_from

DOOR = Lifecycle(
    "door",
    initial="OPEN",
    field="stands",
    moves=(
        Move("shut", ("OPEN",), "SHUT"),
        Move("open", ("SHUT",), "OPEN"),
        Move("lock", ("SHUT",), "LOCKED"),
        Move("wall_up", ("LOST",), "WALL"),
    ),
)


@pytest.mark.parametrize(
    ("state", "verb", "is_allowed"),
    [("OPEN", "shut", True), ("OPEN", "lock", False), ("SHUT", "lock", True)],
)
def test_a_move_starts_from_its_sources_only(state, verb, is_allowed) -> None:
    assert DOOR.allows(SimpleNamespace(stands=state), verb) is is_allowed


def test_a_verb_nobody_declared_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        DOOR.allows(SimpleNamespace(stands="OPEN"), "paint")


def test_what_no_move_leads_to_is_not_reachable() -> None:
    assert DOOR.reachable() == {"OPEN", "SHUT", "LOCKED"}


def test_the_verbs_of_a_state_are_told_in_the_order_of_the_table() -> None:
    assert list(verbs_from(DOOR, "SHUT")) == ["open", "lock"]
    assert list(verbs_from(DOOR, "LOCKED")) == []


def test_the_state_is_read_from_the_column_of_the_lifecycle() -> None:
    assert record_state(DOOR, SimpleNamespace(stands="SHUT")) == "SHUT"
