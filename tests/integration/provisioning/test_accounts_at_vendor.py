"""An account is made known once; what only resembles it is for a person."""

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.provisioning.causes import Cause
from purveyor.domain.provisioning.explanation import explain_link
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, LinkStatus
from purveyor.domain.provisioning.models import AccountCandidate, AccountLink
from purveyor.domain.provisioning.operations.cancel import ReasonMissing
from purveyor.domain.provisioning.operations.link import (
    AccountTaken,
    NothingProposed,
    confirm_account,
    want_new_account,
)
from purveyor.kernel import clock
from tests.factories.accounts import an_account
from tests.factories.moments import DAN
from tests.factories.provisioning import a_link
from tests.support.desk import WHY, Desk
from tests.support.stand_in import eventually


def email_of(account: Account) -> str:
    """Return the e-mail under which the vendor is told of an account."""
    return account.email or account.contacts.get().email


def outcomes(link: AccountLink) -> list[str]:
    """Return how the attempts to make an account known ended."""
    return list(link.attempts.order_by("pk").values_list("outcome", flat=True))


def of(account: Account) -> AccountLink:
    return AccountLink.objects.select_related("application").get(account=account)


@pytest.fixture
def proposed(desk: Desk) -> AccountCandidate:
    """Return a vendor's account that has our e-mail: perhaps the same."""
    account = an_account(name="Contoso")
    for email in {account.email, account.contacts.get().email}:
        desk.vendor.knows(reference=f"old-{email}", email=email)
    desk.synchronizes(account)
    return AccountCandidate.objects.get()


def test_an_equal_email_is_only_proposed(
    desk: Desk, proposed: AccountCandidate
) -> None:
    link = of(proposed.link.account)
    said = explain_link(link=link, vendor="BitTitan")

    assert (link.status, link.cause) == (LinkStatus.UNCLEAR, Cause.PROPOSAL)
    assert link.in_doubt_since is None
    assert said is not None
    assert said.who == "Operations"
    assert desk.vendor.accounts(link.account.number) == []


def test_a_proposal_is_confirmed_by_a_person(
    desk: Desk, proposed: AccountCandidate
) -> None:
    account = proposed.link.account
    confirm_account(candidate=proposed, because=WHY, actor=DAN, now=clock.now())
    desk.time_passes(hours=1)

    link = of(account)
    assert link.status == LinkStatus.SYNCHRONIZED
    assert link.external_id == proposed.external_id
    assert not AccountCandidate.objects.exists()
    assert desk.vendor.accounts(account.number) == []

    asset = desk.buys(account)
    desk.works()
    assert len(desk.live(asset)) == 1


def test_a_proposal_is_declined_and_a_new_account_is_made(
    desk: Desk, proposed: AccountCandidate
) -> None:
    account = proposed.link.account
    want_new_account(link=of(account), because=WHY, actor=DAN, now=clock.now())
    desk.works()

    link = of(account)
    (made,) = desk.vendor.accounts(account.number)
    assert link.status == LinkStatus.SYNCHRONIZED
    assert link.external_id == made["id"] != proposed.external_id
    assert not AccountCandidate.objects.exists()


def test_a_new_account_whose_answer_is_lost_is_found_again(
    desk: Desk, proposed: AccountCandidate
) -> None:
    account = proposed.link.account
    desk.vendor.fails("hang_up_after", call="make_account")
    want_new_account(link=of(account), because=WHY, actor=DAN, now=clock.now())
    desk.works()
    assert of(account).in_doubt_since is not None

    desk.time_passes(minutes=1)
    assert of(account).status == LinkStatus.SYNCHRONIZED
    assert len(desk.vendor.accounts(account.number)) == 1
    assert outcomes(of(account)) == [AttemptOutcome.ADOPTED]


def test_a_decision_needs_a_reason_and_something_to_decide(
    desk: Desk, proposed: AccountCandidate
) -> None:
    link = of(proposed.link.account)
    with pytest.raises(ReasonMissing):
        confirm_account(candidate=proposed, because="", actor=DAN, now=clock.now())
    with pytest.raises(ReasonMissing):
        want_new_account(link=link, because=" ", actor=DAN, now=clock.now())
    confirm_account(candidate=proposed, because=WHY, actor=DAN, now=clock.now())

    with pytest.raises(NothingProposed):
        want_new_account(link=link, because=WHY, actor=DAN, now=clock.now())


def test_a_proposal_that_another_account_has_got_meanwhile_is_refused(
    desk: Desk, proposed: AccountCandidate
) -> None:
    a_link(account=an_account(), external_id=proposed.external_id)

    with pytest.raises(AccountTaken):
        confirm_account(candidate=proposed, because=WHY, actor=DAN, now=clock.now())

    assert of(proposed.link.account).status == LinkStatus.UNCLEAR


@pytest.mark.parametrize(
    ("fault", "made_count"),
    [
        ("hang_up_after", 1),
        ("hang_up_before", 2),
        ("error_500_after", 1),
        ("error_500_before", 2),
        ("malformed_201", 1),
        ("conflict_409", 2),
        ("timeout_408", 2),
    ],
)
def test_an_unclear_answer_leaves_one_account_after_all(
    desk: Desk, fault: str, made_count: int
) -> None:
    account = an_account()
    desk.vendor.fails(fault, call="make_account")
    desk.synchronizes(account)
    assert of(account).status == LinkStatus.UNCLEAR

    desk.time_passes(times=9, minutes=1)
    assert of(account).status == LinkStatus.SYNCHRONIZED
    assert len(desk.vendor.accounts(account.number)) == 1
    assert desk.calls("make_account") == made_count


def test_an_account_that_is_made_later_is_found(desk: Desk) -> None:
    account = an_account()
    desk.vendor.fails("made_later", call="make_account", seconds=0.3)
    desk.synchronizes(account)
    assert eventually(lambda: bool(desk.vendor.accounts(account.number)))

    desk.time_passes(times=9, minutes=1)
    assert of(account).status == LinkStatus.SYNCHRONIZED
    assert len(desk.vendor.accounts(account.number)) == 1


def test_a_blocked_vendor_makes_an_account_wait_until_the_key_is_mended(
    desk: Desk,
) -> None:
    account = an_account()
    desk.vendor.fails("unauthorized_401", always=True)
    desk.synchronizes(account)
    link = of(account)
    said = explain_link(link=link, vendor="BitTitan")
    assert link.status == LinkStatus.SYNCHRONIZING
    assert desk.breaker().is_blocked
    assert said is not None
    assert said.who == "An administrator"

    desk.vendor.works_again()
    desk.saves_settings()
    desk.works()
    assert of(account).status == LinkStatus.SYNCHRONIZED
    assert len(desk.vendor.accounts(account.number)) == 1


def test_an_order_waits_for_its_account_and_goes_on_by_itself(desk: Desk) -> None:
    desk.sets(require_prior_sync=False, sync_on_checkout=True)
    account = an_account()
    desk.vendor.fails("hang_up_after", call="make_account")
    asset = desk.buys(account)
    desk.works()
    assert desk.explains(asset).who == "Nobody: the system"

    desk.time_passes(times=3, minutes=1)
    assert len(desk.live(asset)) == desk.mails(asset) == 1
