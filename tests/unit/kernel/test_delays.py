"""How long a record waits before it is tried again."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from purveyor.kernel.work.delays import give_up_at, next_try_at

HOUR = 3_600


@pytest.mark.parametrize(
    ("tries_count", "seconds"),
    [(1, 5), (2, 30), (3, 120), (4, 600), (5, HOUR), (6, HOUR), (1_000, HOUR)],
)
def test_the_delay_grows_to_an_hour_and_stays_there(
    tries_count, seconds, now: datetime
) -> None:
    later = next_try_at(tries_count=tries_count, now=now)

    assert later - now == timedelta(seconds=seconds)


def test_a_vendor_that_asks_for_more_time_gets_it(now: datetime) -> None:
    later = next_try_at(tries_count=1, now=now, at_least_seconds=90)

    assert later - now == timedelta(seconds=90)


def test_a_vendor_that_asks_for_less_time_does_not_hurry_us(now: datetime) -> None:
    later = next_try_at(tries_count=3, now=now, at_least_seconds=1)

    assert later - now == timedelta(minutes=2)


def test_the_delays_and_the_end_of_trying_are_settings(
    settings: Any, now: datetime
) -> None:
    settings.PURVEYOR_RETRY_DELAYS = (1.0, 2.0)
    settings.PURVEYOR_TRY_HOURS = 0.5

    assert next_try_at(tries_count=9, now=now) == now + timedelta(seconds=2)
    assert give_up_at(now=now) == now + timedelta(minutes=30)
