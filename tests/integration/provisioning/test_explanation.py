"""What waits says why, who acts, and what happens when: every state and every cause."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.explanation import (
    ACTORS,
    MEANINGS,
    Actor,
    Explanation,
    explain,
    explain_link,
)
from purveyor.domain.provisioning.lifecycle import BreakerState, LinkStatus
from purveyor.domain.provisioning.models import AccountLink, Breaker
from purveyor.kernel.sealed import fingerprint, mask, seal
from tests.factories.catalogue import an_application

CODE = "BT-7KQM-2F9X-TR4D-8ZPA"
NAMES = {str(words): actor for actor, words in ACTORS.items()}
WEATHERS = ("none", "closed", "open", "blocked", "paused")
WAITING = (SyncStatus.PENDING, SyncStatus.FAILED, SyncStatus.UNCLEAR)
LINKS = (LinkStatus.SYNCHRONIZING, LinkStatus.FAILED, LinkStatus.UNCLEAR)


@pytest.fixture(params=WEATHERS)
def vendor(request: pytest.FixtureRequest, now: datetime) -> tuple[Application, str]:
    """Return an application with its breaker in one of its states."""
    application, weather = an_application(), str(request.param)
    open_ = {
        "state": BreakerState.OPEN,
        "opened_at": now - timedelta(minutes=9),
        "due_at": now + timedelta(minutes=1),
    }
    columns: dict[str, dict[str, Any]] = {
        "closed": {},
        "open": open_,
        "blocked": {**open_, "is_blocked": True},
        "paused": {"paused_until": now + timedelta(hours=2)},
    }
    if weather != "none":
        Breaker.objects.create(application=application, **columns[weather])
    return Application.objects.select_related("breaker").get(pk=application.pk), weather


def record(
    kind: type[Asset] | type[AccountLink],
    application: Application,
    **columns: object,
) -> Asset | AccountLink:
    """Return a record that is not saved."""
    return kind(application=application, **columns)


def check(said: Explanation | None, *, due_at: datetime | None, weather: str) -> None:
    """Check that an explanation is whole, and names the one who must act."""
    assert said is not None
    assert all((said.why, said.who, said.then, said.when))
    for text in (said.why, said.then, said.when):
        assert "%(" not in text
        assert CODE not in text
    actor = NAMES[said.who]
    if due_at is None:
        assert said.at is None
        assert said.when == "As soon as somebody acts"
        assert actor != Actor.SYSTEM
    else:
        assert said.at is not None
        assert said.at >= due_at or weather in {"open", "blocked"}


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2030, 1, 16, tzinfo=ZoneInfo("Europe/Berlin")), "16 Jan 2030"),
        (datetime(2030, 1, 16, 9, tzinfo=UTC), "16 Jan 2030, 10:00:00"),
    ],
)
def test_what_begins_with_a_day_tells_the_day_alone(at: datetime, told: str) -> None:
    assert Explanation("", "", "", at).when == told


@pytest.mark.parametrize("is_parked", [True, False], ids=["parked", "due"])
def test_every_asset_that_waits_says_what_it_waits_for(
    vendor: tuple[Application, str], now: datetime, is_parked: bool
) -> None:
    application, weather = vendor
    due_at = None if is_parked else now
    states = (AssetState.ACTIVE, AssetState.CANCELLING)
    for cause, status, state, reason in product(Cause, WAITING, states, ("", "Why.")):
        if status == SyncStatus.FAILED and state == AssetState.ACTIVE and due_at:
            continue  # nothing is due on what has failed
        asset = record(
            Asset,
            application,
            state=state,
            sync_status=status,
            cause=cause,
            waits_because=reason,
            due_at=due_at,
            parked_at=now if is_parked else None,
        )
        assert isinstance(asset, Asset)
        said = explain(asset=asset, vendor="BitTitan")
        check(said, due_at=due_at, weather=weather)
        assert said is not None
        assert NAMES[said.who] == expected_actor(cause, due_at, weather)


def expected_actor(cause: Cause, due_at: datetime | None, weather: str) -> Actor:
    """Return who must act, written down once more in another way."""
    if due_at is not None and cause != Cause.LATER:
        if weather == "blocked":
            return Actor.ADMINISTRATOR
        if weather in {"open", "paused"}:
            return Actor.SYSTEM
    actor = MEANINGS[cause].actor
    return Actor.OPERATIONS if due_at is None and actor == Actor.SYSTEM else actor


@pytest.mark.parametrize("is_parked", [True, False], ids=["parked", "due"])
def test_every_account_that_waits_says_what_it_waits_for(
    vendor: tuple[Application, str], now: datetime, is_parked: bool
) -> None:
    application, weather = vendor
    due_at = None if is_parked else now
    for cause, status, reason in product(Cause, LINKS, ("", "Why.")):
        link = record(
            AccountLink,
            application,
            status=status,
            cause=cause,
            waits_because=reason,
            due_at=due_at,
        )
        assert isinstance(link, AccountLink)
        said = explain_link(link=link, vendor="BitTitan")
        check(said, due_at=due_at, weather=weather)
        assert said is not None
        assert NAMES[said.who] == expected_actor(cause, due_at, weather)


def test_what_has_its_coupon_or_is_over_says_nothing(
    vendor: tuple[Application, str],
) -> None:
    application, _weather = vendor
    coupon = {
        "coupon_hash": fingerprint(CODE),
        "coupon_sealed": seal(CODE),
        "coupon_mask": mask(CODE),
    }
    for state in set(AssetState) - {AssetState.CANCELLING}:
        status = SyncStatus.SYNCHRONIZED
        asset = Asset(
            application=application, state=state, sync_status=status, **coupon
        )
        assert explain(asset=asset, vendor="BitTitan") is None
    for over in (AssetState.CANCELLED, AssetState.EXPIRED, AssetState.REDEEMED):
        asset = Asset(application=application, state=over)
        assert explain(asset=asset, vendor="BitTitan") is None


def test_an_account_that_is_known_or_was_never_asked_for_says_nothing(
    vendor: tuple[Application, str],
) -> None:
    application, _weather = vendor
    for status in (LinkStatus.SYNCHRONIZED, LinkStatus.UNSYNCHRONIZED):
        link = AccountLink(application=application, status=status)
        assert explain_link(link=link, vendor="BitTitan") is None


def test_a_coupon_that_is_being_cancelled_is_never_named(
    vendor: tuple[Application, str], now: datetime
) -> None:
    application, weather = vendor
    for cause in Cause:
        asset = Asset(
            application=application,
            state=AssetState.CANCELLING,
            sync_status=SyncStatus.SYNCHRONIZED,
            coupon_hash=fingerprint(CODE),
            coupon_sealed=seal(CODE),
            coupon_mask=mask(CODE),
            cause=cause,
            due_at=now,
        )
        check(explain(asset=asset, vendor="BitTitan"), due_at=now, weather=weather)
