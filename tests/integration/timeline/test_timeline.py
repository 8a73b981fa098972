"""The timeline of an account: its own, its orders', assets', mails', newest first."""

from datetime import datetime

import pytest

from purveyor.flows.merging.operations import merge_accounts
from purveyor.flows.timeline.queries import EventKind, events_of
from purveyor.kernel.journal.operations import log
from tests.factories.accounts import an_account
from tests.factories.assets import a_synchronized_asset
from tests.factories.moments import DAN
from tests.factories.orders import a_draft_order
from tests.factories.provisioning import a_link


def test_everything_of_an_account_is_told_newest_first(now: datetime) -> None:
    account, stranger = an_account(), an_account()
    a_synchronized_asset(account=account)
    a_draft_order(account=stranger)

    events = events_of(account=account, kinds=list(EventKind))

    told = {(event.kind, event.verb) for event in events}
    assert {
        (EventKind.ACCOUNT, "create"),
        (EventKind.ORDER, "submit"),
        (EventKind.ORDER, "execute"),
        (EventKind.ASSET, "create"),
        (EventKind.INVOICE, "issue"),
    } <= told
    ids = [event.entry_id for event in events]
    assert ids == sorted(ids, reverse=True)
    assert stranger.pk not in {
        event.record_id for event in events if event.kind == EventKind.ACCOUNT
    }


@pytest.mark.parametrize("kind", [EventKind.ORDER, EventKind.ACCOUNT])
def test_one_kind_can_be_asked_for(kind: EventKind) -> None:
    account = an_account()
    a_draft_order(account=account)

    events = events_of(account=account, kinds=[kind])

    assert {event.kind for event in events} == {kind}


def test_older_events_follow_without_a_gap(now: datetime) -> None:
    account = an_account()
    link = a_link(account=account)
    for n in range(6):
        log(account if n % 2 else link, "edit", actor=DAN, at=now, count=n)
    kinds = list(EventKind)
    everything = events_of(account=account, kinds=kinds)

    first = events_of(account=account, kinds=kinds, limit=4)
    rest = events_of(account=account, kinds=kinds, before=first[-1].entry_id)

    assert first + rest == everything


def test_what_happened_before_a_merge_is_told_of_the_kept_account(
    now: datetime,
) -> None:
    kept, merged = an_account(), an_account()
    order = a_draft_order(account=merged)
    merge_accounts(kept=kept, merged=merged, taken=(), actor=DAN, now=now)

    events = events_of(account=kept, kinds=list(EventKind))

    told = {(event.record_type, event.record_id, event.verb) for event in events}
    assert ("orders.order", order.pk, "create") in told
    assert ("accounts.account", merged.pk, "create") in told
