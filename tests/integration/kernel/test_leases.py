"""A record that is due goes to one worker, for as long as its lease lasts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from purveyor.domain.provisioning.models import AccountLink
from purveyor.kernel.work.leases import Lease, LeaseLost, claim
from purveyor.kernel.work.models import Lane
from tests.factories.accounts import an_account
from tests.factories.provisioning import a_link


@pytest.fixture
def due(now: datetime) -> Callable[..., AccountLink]:
    """Return how a record becomes due."""

    def make(*, minutes_ago: int = 0, lane: Lane = Lane.BATCH) -> AccountLink:
        link = a_link(account=an_account())
        link.due_at, link.lane = now - timedelta(minutes=minutes_ago), lane
        link.save(update_fields=["due_at", "lane"])
        return link

    return make


def claimed(**wanted: Any) -> list[int]:
    return [lease.pk for lease in claim(AccountLink, limit=10, **wanted)]


def run_out(lease: Lease) -> None:
    """Let a lease run out, by the database's clock."""
    past = Now() - timedelta(seconds=1)
    AccountLink.objects.filter(pk=lease.pk).update(leased_until=past)


def test_of_two_workers_one_gets_the_record(due, now: datetime) -> None:
    link = due()

    assert claimed(now=now) == [link.pk]
    assert claimed(now=now) == []


def test_what_is_not_due_yet_or_not_at_all_is_left(due, now: datetime) -> None:
    due(minutes_ago=-1)
    a_link(account=an_account())

    assert claimed(now=now) == []
    assert len(claimed(now=now + timedelta(minutes=1))) == 1


def test_the_longest_due_goes_first_and_no_more_than_the_limit(
    due, now: datetime
) -> None:
    late, later, latest = (due(minutes_ago=n) for n in (1, 2, 3))

    first = claim(AccountLink, now=now, limit=2)

    assert [lease.pk for lease in first] == [latest.pk, later.pk]
    assert claimed(now=now) == [late.pk]


def test_a_lane_and_a_choice_of_records_narrow_the_claim(due, now: datetime) -> None:
    batch, waited_for = due(), due(lane=Lane.INTERACTIVE)

    assert claimed(now=now, lane=Lane.INTERACTIVE) == [waited_for.pk]
    assert claimed(now=now, only=Q(pk=waited_for.pk)) == []
    assert claimed(now=now, only=Q(pk=batch.pk)) == [batch.pk]


def test_an_expired_lease_is_taken_over(due, now: datetime) -> None:
    link = due()
    (dead,) = claim(AccountLink, now=now, limit=1)
    run_out(dead)

    (alive,) = claim(AccountLink, now=now, limit=1)

    assert alive.pk == dead.pk == link.pk
    assert alive.token != dead.token


def test_who_has_lost_a_lease_is_told_and_changes_nothing(due, now: datetime) -> None:
    due()
    (dead,) = claim(AccountLink, now=now, limit=1)
    run_out(dead)
    (alive,) = claim(AccountLink, now=now, limit=1)

    with pytest.raises(LeaseLost) as lost:
        dead.renew(reason="too late")

    assert lost.value.facts == {"pk": dead.pk}
    assert dead.end(reason="too late", due_at=None) is False
    stored = AccountLink.objects.get()
    assert (stored.lease_token, stored.reason) == (alive.token, "")
    assert stored.due_at == now


def test_renewing_starts_the_lease_afresh_with_changes(due, now: datetime) -> None:
    due()
    (lease,) = claim(AccountLink, now=now, limit=1)
    run_out(lease)

    lease.renew(tries_count=3)

    assert claimed(now=now) == []
    assert AccountLink.objects.get().tries_count == 3


def test_ending_gives_the_record_back(due, now: datetime) -> None:
    link = due()
    (lease,) = claim(AccountLink, now=now, limit=1)

    assert lease.end(waits_because="The vendor is down.") is True

    stored = AccountLink.objects.get()
    assert (stored.lease_token, stored.leased_until) == ("", None)
    assert stored.waits_because == "The vendor is down."
    assert claimed(now=now) == [link.pk]
    assert lease.end() is False


def test_a_lease_lasts_as_long_as_the_setting_says(
    due, now: datetime, settings: Any
) -> None:
    settings.PURVEYOR_LEASE_SECONDS = 600
    due()

    claim(AccountLink, now=now, limit=1)

    left = AccountLink.objects.filter(
        leased_until__gt=Now() + timedelta(seconds=590),
        leased_until__lte=Now() + timedelta(seconds=600),
    )
    assert left.count() == 1


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_never_share_a_record(due, now: datetime) -> None:
    links = [due(minutes_ago=n) for n in range(12)]

    def work(_worker: int) -> list[int]:
        try:
            rounds = [claim(AccountLink, now=now, limit=2) for _round in range(8)]
            return [lease.pk for leases in rounds for lease in leases]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for pks in pool.map(work, range(4)) for pk in pks]

    assert sorted(taken) == sorted(link.pk for link in links)
