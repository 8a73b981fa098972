"""What the vendor's “not there” is worth, and when."""

from datetime import datetime, timedelta

import pytest

from purveyor.domain.provisioning.operations.doubt import Absence, weigh_absence

SETTLE, SECOND = 300, 60


def after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds_since_call", "absent_seconds_ago", "expected"),
    [
        (0, None, "too soon"),
        (299, None, "too soon"),
        (299, 100, "too soon"),
        (300, None, "first that counts"),
        (330, 30, "second too soon"),
        (360, 60, "believed"),
        (9_999, 9_000, "believed"),
    ],
)
def test_absence_is_believed_late_and_twice(
    now: datetime,
    seconds_since_call: float,
    absent_seconds_ago: float | None,
    expected: str,
) -> None:
    ended_at = after(now, -seconds_since_call)
    since = None if absent_seconds_ago is None else after(now, -absent_seconds_ago)

    absence = weigh_absence(
        call_ended_at=ended_at,
        absent_since=since,
        settle_seconds=SETTLE,
        second_look_seconds=SECOND,
        now=now,
    )

    first_look = after(now, SECOND)
    assert (
        absence
        == {
            "too soon": Absence(
                is_believed=False, look_again_at=after(ended_at, SETTLE)
            ),
            "first that counts": Absence(
                is_believed=False, look_again_at=first_look, is_first_that_counts=True
            ),
            "second too soon": Absence(is_believed=False, look_again_at=after(now, 30)),
            "believed": Absence(is_believed=True),
        }[expected]
    )
