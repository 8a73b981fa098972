"""One process does the work of one reconciliation, beside workers or without them."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from purveyor.domain.provisioning.contract import VendorBlocked
from purveyor.domain.provisioning.lifecycle import BreakerState
from purveyor.domain.provisioning.models import Breaker
from purveyor.domain.provisioning.operations.breaker import note_answers
from purveyor.flows.reconciliation import here, walk
from purveyor.flows.reconciliation.approval import discard_plan
from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import Policy, ReconciliationRun
from purveyor.flows.reconciliation.planning import make_plan
from purveyor.flows.reconciliation.queries import overdue_policies
from purveyor.flows.reconciliation.starting import keep_policies, start_reconciliation
from purveyor.kernel.work.leases import claim
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.support.stand_in import StandIn

HOUR = timedelta(hours=1)


def begun(now: datetime) -> ReconciliationRun:
    return start_reconciliation(
        application=an_application(), account=None, actor=DAN, now=now
    )


def test_it_does_the_work(vendor: StandIn, now: datetime) -> None:
    run = begun(now)

    assert here.work_on(run=run, now=now)

    run.refresh_from_db()
    assert run.state == RunState.CLEAN
    assert not here.work_on(run=run, now=now)


def test_it_leaves_the_work_to_the_worker_that_has_it(
    vendor: StandIn, now: datetime
) -> None:
    run = begun(now)
    claim(ReconciliationRun, now=now, limit=1)

    assert not here.work_on(run=run, now=now)


def test_it_finds_out_whether_a_silent_vendor_answers_again(
    vendor: StandIn, now: datetime
) -> None:
    run = begun(now)
    refusal = VendorBlocked("BitTitan refused our credentials.")
    note_answers(application_id=run.application_id, answers=[refusal], now=now)

    assert not here.work_on(run=run, now=now)
    assert here.work_on(run=run, now=now + HOUR)
    assert Breaker.objects.get().state == BreakerState.CLOSED
    assert here.work_on(run=run, now=now + HOUR)


def test_who_is_interrupted_gives_the_work_back(vendor: StandIn, now: datetime) -> None:
    run = begun(now)

    with (
        patch.object(walk, "manager_for", side_effect=KeyboardInterrupt),
        patch.object(connection, "close"),  # a test has but one
        pytest.raises(KeyboardInterrupt),
    ):
        here.work_on(run=run, now=now)

    run.refresh_from_db()
    assert (run.state, run.leased_until) == (RunState.LOOKING, None)
    assert here.work_on(run=run, now=now)


def test_a_look_that_was_discarded_meanwhile_is_left_alone(
    vendor: StandIn, now: datetime
) -> None:
    run = begun(now)

    def discarded_first(**given: Any) -> None:
        same = ReconciliationRun.objects.get(pk=run.pk)
        discard_plan(run=same, because="Not now.", actor=DAN, now=now)
        make_plan(**given)

    with patch.object(walk, "make_plan", discarded_first):
        here.work_on(run=run, now=now)

    run.refresh_from_db()
    assert (run.state, run.due_at) == (RunState.DISCARDED, None)
    assert run.waits_because == "Not now."


def test_a_night_is_overdue_after_a_day(vendor: StandIn, now: datetime) -> None:
    keep_policies(now=now)
    policy = Policy.objects.get()
    assert policy.due_at is not None

    assert overdue_policies(now=policy.due_at + 23 * HOUR) == ()
    assert overdue_policies(now=policy.due_at + 25 * HOUR) == (policy,)
