"""Coupons that expire, and mornings on which a worker goes its round."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.ladder import (
    edit_ladder,
    establish_ladder,
    next_round_at,
)
from purveyor.domain.notifications.models import Message, ReminderRound
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.rounds import walk_round
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.kernel.work.engine import Due, drain
from tests.factories.assets import a_synchronized_asset
from tests.factories.moments import DAN, NOON
from tests.factories.notifications import a_delivered_asset

ROUNDS = (Due(ReminderRound, "due_at", walk_round),)


def a_ladder(*rungs: int) -> None:
    """Begin the daily rounds; with the ladder that comes along, if none is given."""
    establish_notifications()
    establish_ladder(now=NOON)
    if rungs:
        edit_ladder(rungs=rungs, actor=DAN, now=NOON)


def a_coupon(*, days: int, code: str = "", made_days_ago: int = 335) -> Asset:
    """Return an asset whose coupon expires so many days after today, at noon."""
    number = Asset.objects.count() + 1
    asset = a_delivered_asset(code=code or f"BT-EXPIRES-{number:08}")
    return expiring(asset, days=days, made_days_ago=made_days_ago)


def expiring(asset: Asset, *, days: int, made_days_ago: int = 335) -> Asset:
    """Have a coupon expire so many days after today."""
    asset.made_at = NOON - timedelta(days=made_days_ago)
    asset.expires_at = NOON + timedelta(days=days)
    asset.save(update_fields=["made_at", "expires_at"])
    return asset


def a_sold_coupon(*, days: int, **fields: object) -> Asset:
    """Return such an asset of an account, product and quantity of one's choice."""
    code = f"BT-SOLD-{Asset.objects.count() + 1:08}"
    return expiring(a_synchronized_asset(code=code, **fields), days=days)


def morning(days: int) -> datetime:
    """Return the morning so many days after today."""
    return next_round_at(now=NOON + timedelta(days=days - 1))


def rounds(*, until: int, since: int = 1) -> None:
    """Have a worker go its round on each morning from one day to another."""
    for days in range(since, until + 1):
        drain(ROUNDS, now=morning(days))


def reminded(asset: Asset) -> list[tuple[str, int]]:
    """Return the reminders of an asset: occasion, and days after today."""
    found = Message.objects.filter(notification__name=REMINDER, asset=asset)
    rows: Iterable[tuple[str, datetime]] = found.order_by("created_at").values_list(
        "occasion", "created_at"
    )
    return [(occasion, (at.date() - NOON.date()).days) for occasion, at in rows]
