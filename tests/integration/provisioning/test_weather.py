"""How a vendor has answered over the last hours, and what operations look at."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, RunState
from purveyor.domain.provisioning.models import RetriedAsset, RetryRun
from purveyor.domain.provisioning.operations.cancel import ask_to_cancel
from purveyor.domain.provisioning.operations.groups import retry_group, stop_run
from purveyor.domain.provisioning.troubles import (
    count_waiting_for_a_person,
    failure_groups,
    newest_duplicates,
    shown_runs,
    silent_vendors,
)
from purveyor.domain.provisioning.weather import weather_of
from tests.factories.assets import a_pending_asset, a_synchronized_asset
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.factories.troubles import (
    a_doubtful_asset,
    a_duplicate,
    a_silent_vendor,
    an_attempt,
    failures,
)

QUARTER = timedelta(minutes=15)


@pytest.fixture
def asset() -> Asset:
    return a_pending_asset()


def test_weather_has_a_row_for_every_quarter_of_an_hour(
    asset: Asset, now: datetime
) -> None:
    rows = weather_of(application=asset.application, now=now)

    assert len(rows) == 24
    assert rows[-1].began_at == now
    assert {b.began_at - a.began_at for a, b in pairwise(rows)} == {QUARTER}
    assert sum(row.count for row in rows) == 0


def test_weather_counts_each_answer_in_its_quarter(asset: Asset, now: datetime) -> None:
    for outcome in (AttemptOutcome.MADE, AttemptOutcome.REJECTED):
        an_attempt(asset=asset, outcome=outcome, minutes_ago=1)
    an_attempt(asset=asset, outcome=AttemptOutcome.UNAVAILABLE, minutes_ago=15)
    an_attempt(asset=asset, outcome=AttemptOutcome.UNCLEAR, minutes_ago=15.5)

    *_older, before, last, present = weather_of(application=asset.application, now=now)

    assert (last.made_count, last.rejected_count, last.unavailable_count) == (1, 1, 1)
    assert before.unclear_count == 1
    assert present.count == 0


@pytest.mark.parametrize("outcome", [AttemptOutcome.ADOPTED, AttemptOutcome.ENTERED])
def test_a_lost_answer_stays_bad_weather_whatever_was_found_later(
    asset: Asset, now: datetime, outcome: AttemptOutcome
) -> None:
    an_attempt(asset=asset, outcome=outcome, minutes_ago=1)

    rows = weather_of(application=asset.application, now=now)

    assert sum(row.unclear_count for row in rows) == 1
    assert sum(row.made_count for row in rows) == 0


def test_weather_leaves_out_what_is_old_open_or_another_vendors(
    asset: Asset, now: datetime
) -> None:
    an_attempt(asset=asset, outcome=AttemptOutcome.OPEN)
    an_attempt(asset=asset, outcome=AttemptOutcome.MADE, minutes_ago=6 * 60)
    other = Application.objects.create(name="Other", connector="bittitan")

    assert sum(r.count for r in weather_of(application=asset.application, now=now)) == 0
    assert sum(r.count for r in weather_of(application=other, now=now)) == 0


def test_weather_takes_one_statement(now: datetime, django_assert_num_queries) -> None:
    application = an_application()

    with django_assert_num_queries(1):
        weather_of(application=application, now=now)


def test_failures_of_one_cause_form_a_group_the_largest_first() -> None:
    failures(count=1, cause="not_linked")
    failures(count=2)

    first, second = failure_groups()

    assert (first.cause, first.count) == ("rejected:invalid:product", 2)
    assert first.example == "BitTitan refused: unknown product"
    assert (second.cause, second.count, second.is_running) == ("not_linked", 1, False)


def test_groups_are_bounded_and_take_two_statements(django_assert_num_queries) -> None:
    for number in range(3):
        failures(count=1, cause=f"rejected:e{number}")

    with django_assert_num_queries(2):
        assert len(failure_groups(limit=2)) == 2


def test_runs_say_how_far_they_are(now: datetime) -> None:
    failed = failures(count=2)
    run = retry_group(
        application=an_application(), group=failed[0].cause, actor=DAN, now=now
    )
    made = a_synchronized_asset()
    for each in (made, failed[0]):
        RetriedAsset.objects.create(run=run, asset=each, wave=1)

    (row,) = shown_runs(now=now)

    assert (row.made_count, row.tried_count, row.total_count) == (1, 2, 2)
    assert row.is_running
    assert failure_groups()[0].is_running


def test_a_run_that_ended_is_shown_for_a_day(now: datetime) -> None:
    failed = failures(count=1)
    run = retry_group(
        application=an_application(), group=failed[0].cause, actor=DAN, now=now
    )
    stop_run(run=RetryRun.objects.get(pk=run.pk), actor=DAN, now=now)

    (row,) = shown_runs(now=now + timedelta(hours=23))

    assert row.state == RunState.STOPPED
    assert shown_runs(now=now + timedelta(hours=25)) == ()


def test_what_waits_for_a_person_is_counted(now: datetime) -> None:
    a_pending_asset()
    a_doubtful_asset()
    cancelled = a_synchronized_asset()
    ask_to_cancel(asset=cancelled, because="Too many", actor=DAN, now=now)
    Asset.objects.filter(pk=cancelled.pk).update(parked_at=now)

    assert count_waiting_for_a_person() == 2
    assert count_waiting_for_a_person(limit=1) == 1


def test_duplicates_and_silent_vendors_are_found() -> None:
    asset = a_synchronized_asset()
    assert (newest_duplicates(), silent_vendors()) == ([], [])

    twice, breaker = a_duplicate(asset=asset), a_silent_vendor()

    assert newest_duplicates() == [twice]
    assert silent_vendors() == [breaker]
