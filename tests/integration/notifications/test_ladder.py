"""The ladder of reminders: where it begins, its bounds, and how it is written."""

import pytest

from purveyor.domain.notifications.ladder import (
    BadLadder,
    edit_ladder,
    establish_ladder,
    ladder,
    read_ladder,
)
from purveyor.kernel.journal.models import Entry
from tests.factories.moments import DAN, NOON
from tests.factories.reminders import (
    a_ladder,
)


def test_it_begins_with_three_rungs_and_an_edited_one_is_not_overwritten() -> None:
    a_ladder()
    assert ladder() == (30, 14, 3)
    edit_ladder(rungs=(7,), actor=DAN, now=NOON)

    establish_ladder(now=NOON)

    assert ladder() == (7,)
    line = Entry.objects.get(verb="edit_ladder")
    assert (line.actor, line.before, line.after) == (DAN, "30, 14, 3", "7")


def test_an_emptied_ladder_stays_empty() -> None:
    a_ladder()
    edit_ladder(rungs=(), actor=DAN, now=NOON)

    establish_ladder(now=NOON)

    assert ladder() == ()


@pytest.mark.parametrize(
    ("rungs", "because"),
    [((0,), "not 0"), ((366, 3), "not 366"), (tuple(range(1, 12)), "has 11")],
)
def test_a_ladder_has_bounds(rungs, because) -> None:
    a_ladder()

    with pytest.raises(BadLadder, match=because):
        edit_ladder(rungs=rungs, actor=DAN, now=NOON)

    assert ladder() == (30, 14, 3)


def test_what_a_person_writes_is_read() -> None:
    assert read_ladder(" 3, 30;14  14,") == (30, 14, 3)
    assert read_ladder("") == ()


@pytest.mark.parametrize("text", ["30, x", "-3", "1.5", "٣", "9" * 10])
def test_what_is_no_number_of_days_is_refused(text) -> None:
    with pytest.raises(BadLadder, match="is no whole number of days"):
        read_ladder(text)
