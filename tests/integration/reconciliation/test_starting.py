"""When it begins by itself, and whom it tells."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.provisioning.models import AccountLink, ServiceManagerSetup
from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import Policy, ReconciliationRun
from purveyor.flows.reconciliation.queries import diff_of, newest_plans, totals_of
from purveyor.flows.reconciliation.starting import (
    LooksAlready,
    NothingListed,
    edit_policy,
    keep_policies,
    start_reconciliation,
)
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import an_organization
from tests.factories.catalogue import a_product, an_application
from tests.factories.moments import DAN
from tests.integration.reconciliation.planted import DAY, Works
from tests.integration.reconciliation.steps import reconciled
from tests.support.stand_in import StandIn

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def policy(vendor: StandIn, now: datetime) -> Policy:
    keep_policies(now=now)
    return Policy.objects.get()


def runs() -> list[str]:
    asked = ReconciliationRun.objects.order_by("pk")
    return list(asked.values_list("asked_by", flat=True))


# ------------------------------------------------------------------ by night


def test_every_application_has_a_policy_and_is_looked_at_every_night(
    policy: Policy, works: Works, now: datetime
) -> None:
    works(now)
    evening = runs()
    works(now + DAY)
    works(now + DAY + timedelta(hours=2))
    works(now + 2 * DAY)

    assert policy.due_at == datetime(2030, 1, 16, 1, tzinfo=UTC)  # two in Berlin
    assert (evening, runs()) == ([], ["schedule", "schedule"])
    assert Policy.objects.get().due_at == datetime(2030, 1, 18, 1, tzinfo=UTC)


def test_no_night_is_begun_where_none_is_wanted(
    policy: Policy, works: Works, now: datetime
) -> None:
    policy.is_nightly = False
    edit_policy(policy=policy, changed=["is_nightly"], actor=DAN, now=now)

    works(now + 3 * DAY)

    assert (runs(), Policy.objects.get().due_at) == ([], None)


def test_another_hour_is_kept(policy: Policy, now: datetime) -> None:
    policy.at_hour = 13
    edit_policy(policy=policy, changed=["at_hour"], actor=DAN, now=now)

    assert Policy.objects.get().due_at == datetime(2030, 1, 16, 12, tzinfo=UTC)


def test_a_vendor_that_lists_nothing_is_left_alone_and_that_is_said(
    policy: Policy, works: Works, now: datetime
) -> None:
    ServiceManagerSetup.objects.update(lists=False)

    works(now + DAY)

    with pytest.raises(NothingListed, match="does not list"):
        start_reconciliation(
            application=an_application(), account=None, actor=DAN, now=now
        )
    assert runs() == []
    assert Entry.objects.filter(verb="skip_reconciliation").count() == 1


def test_one_vendor_is_looked_at_once_at_a_time(vendor: StandIn, now: datetime) -> None:
    application = an_application()
    start_reconciliation(application=application, account=None, actor=DAN, now=now)

    with pytest.raises(LooksAlready, match="already"):
        start_reconciliation(application=application, account=None, actor=DAN, now=now)


# ------------------------------------------------------------------ after an attempt


def test_an_attempt_that_ended_unclear_has_its_account_compared(
    vendor: StandIn,
    account: Account,
    buys: Callable[..., Asset],
    works: Works,
    now: datetime,
) -> None:
    vendor.fails("hang_up_after", call="make_coupon")
    buys(at=now)
    early = runs()

    works(now + timedelta(minutes=15))

    run = ReconciliationRun.objects.get()
    assert early == []
    assert (run.asked_by, run.account, run.state) == (
        "worker",
        account,
        RunState.CLEAN,
    )


def test_an_attempt_that_was_refused_has_its_account_compared(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    vendor.fails("invalid_422", call="make_coupon")
    buys(at=now)

    works(now + timedelta(minutes=15))

    assert runs() == ["worker"]
    assert AccountLink.objects.get().compare_due_at is None


def test_a_good_attempt_asks_for_nothing(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    buys(at=now)

    works(now + DAY)

    assert runs() == []


def test_it_waits_while_the_vendor_is_looked_at(
    vendor: StandIn, buys: Callable[..., Asset], works: Works, now: datetime
) -> None:
    vendor.fails("invalid_422", call="make_coupon")
    buys(at=now)
    later = now + timedelta(minutes=15)
    vendor.fails("error_500_before", call="list_coupons", always=True)
    start_reconciliation(
        application=an_application(), account=None, actor=DAN, now=later
    )

    works(later)

    assert runs() == [DAN]
    waits_until = AccountLink.objects.get().compare_due_at
    assert waits_until is not None
    assert waits_until >= later + timedelta(minutes=10)


# ------------------------------------------------------------------ what is told


@pytest.fixture
def told(
    vendor: StandIn, policy: Policy, now: datetime, settings
) -> Callable[[], list[str]]:
    """Return how the subjects of what was told are read; the policy names somebody."""
    an_organization()
    establish_notifications()
    options = {"host": "127.0.0.1", "port": vendor.smtp_port, "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}
    policy.mail_to = "operations@aurora.example"
    edit_policy(policy=policy, changed=["mail_to"], actor=DAN, now=now)
    return lambda: [each["subject"] for each in vendor.inbox()]


def test_new_findings_are_told_once_and_nothing_when_nothing_is_new(
    vendor: StandIn, told: Callable[[], list[str]], works: Works, now: datetime
) -> None:
    a_product()
    works(now + DAY)
    quiet = told()
    code = vendor.makes_a_stranger(quantity=7)

    for day in (2, 3, 4):
        works(now + day * DAY)

    (sent,) = vendor.inbox()
    assert (quiet, told()) == ([], ["New findings at BitTitan: 1"])
    assert "Unknown to us: 1 (€" in sent["text"]
    assert code not in str(sent)


def test_a_mail_server_that_is_away_is_tried_again(
    vendor: StandIn,
    told: Callable[[], list[str]],
    works: Works,
    now: datetime,
    settings,
) -> None:
    vendor.makes_a_stranger()
    there = settings.MAILERS
    nobody = {"host": "127.0.0.1", "port": 9, "timeout": 1}
    settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": nobody}}
    works(now + DAY)
    settings.MAILERS = there

    works(now + DAY + timedelta(minutes=11))

    assert told() == ["New findings at BitTitan: 1"]


def test_what_is_new_and_what_was_mended_stands_beside_the_plan_before(
    vendor: StandIn, works: Works, now: datetime
) -> None:
    a_product()
    first, second = (vendor.makes_a_stranger(quantity=n) for n in (3, 5))
    before = reconciled(works, now)
    vendor.cancels(first)
    third = vendor.makes_a_stranger(quantity=7)

    run = reconciled(works, now + DAY)

    diff = diff_of(run=run)
    assert second != third
    assert (before.new_count, run.new_count, run.mended_count) == (2, 1, 1)
    assert [line.theirs["quantity"] for line in diff.new] == [7]
    assert [line.theirs["quantity"] for line in diff.mended] == [3]
    assert newest_plans() == (run,)
    (total,) = totals_of(run=run)
    assert (total.count, total.has_money) == (2, True)
