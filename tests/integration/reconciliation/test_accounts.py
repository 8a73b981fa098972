"""Account links against the vendor's accounts."""

from datetime import datetime

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink
from purveyor.flows.reconciliation.approval import (
    choose_remedy,
)
from purveyor.flows.reconciliation.lifecycle import Drift, Remedy, RunState
from tests.factories.accounts import an_account
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.integration.reconciliation.planted import DAY, Works
from tests.integration.reconciliation.steps import applied, reconciled
from tests.support.stand_in import StandIn


def test_accounts_that_agree_are_no_finding(
    account: Account, works: Works, now: datetime
) -> None:
    assert reconciled(works, now).state == RunState.CLEAN


@pytest.mark.parametrize("known_by", ["reference", "email"])
def test_an_account_that_may_be_ours_is_proposed_and_linked(
    vendor: StandIn, works: Works, now: datetime, known_by: str
) -> None:
    ours = an_account()
    facts = {"reference": "old-1", "email": "x@y.example"}
    mine = {"reference": ours.number, "email": ours.contacts.get().email}
    known = vendor.knows(**{**facts, known_by: mine[known_by]})

    run = reconciled(works, now)

    line = run.findings.get()
    assert (line.drift, line.remedy, line.for_account) == (
        Drift.ACCOUNT_STRANGER,
        Remedy.LINK,
        ours,
    )
    applied(run, works, now)
    link = AccountLink.objects.get(account=ours)
    assert (link.status, link.external_id) == (LinkStatus.SYNCHRONIZED, known["id"])


def test_an_account_of_nobody_we_know_is_marked(
    vendor: StandIn, works: Works, now: datetime
) -> None:
    vendor.knows(reference="test", email="test@bittitan.example")
    run = reconciled(works, now)
    line = run.findings.get()
    assert (line.remedy, line.for_account) == ("", None)

    choose_remedy(
        line=line,
        remedy=Remedy.KNOW,
        for_account=None,
        because="BitTitan's own test.",
        actor=DAN,
        now=now,
    )
    applied(run, works, now)

    assert reconciled(works, now + DAY).state == RunState.CLEAN


def test_a_link_that_the_vendor_does_not_list_is_synchronized_again(
    vendor: StandIn, works: Works, now: datetime
) -> None:
    ours = an_account()
    AccountLink.objects.create(
        account=ours,
        application=an_application(),
        status=LinkStatus.SYNCHRONIZED,
        external_id="gone-1",
        synchronized_at=now - DAY,
    )
    first = reconciled(works, now)
    run = reconciled(works, now + DAY)
    assert (first.state, [line.drift for line in run.findings.all()]) == (
        RunState.CLEAN,
        [Drift.LINK_GONE],
    )

    applied(run, works, now + DAY)

    link = AccountLink.objects.get(account=ours)
    (made,) = vendor.accounts(ours.number)
    assert (link.status, link.external_id) == (LinkStatus.SYNCHRONIZED, made["id"])


def test_a_link_that_bears_another_reference_needs_a_person(
    vendor: StandIn, works: Works, now: datetime
) -> None:
    ours = an_account()
    known = vendor.knows(reference="A-99999", email="somebody@else.example")
    AccountLink.objects.create(
        account=ours,
        application=an_application(),
        status=LinkStatus.SYNCHRONIZED,
        external_id=known["id"],
        synchronized_at=now,
    )

    run = reconciled(works, now)

    line = run.findings.get()
    assert (line.drift, line.remedy) == (Drift.ACCOUNT_DIFFERENT, "")
    assert Remedy.SYNCHRONIZE not in line.offered
