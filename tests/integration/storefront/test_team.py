"""My account > People: invite, change, remove; the last Admin stays."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from purveyor.domain.accounts.invitations import accept_invitation
from purveyor.domain.accounts.membership import Membership
from purveyor.domain.accounts.models import (
    Account,
    Invitation,
    Member,
    MemberRole,
    User,
)
from purveyor.domain.accounts.team import LastAdmin, remove_member
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.sealed import fingerprint
from tests.factories.accounts import (
    a_reseller,
    a_staff_user,
    an_account,
    an_end_customer,
)
from tests.factories.members import PASSWORD, a_member, a_visit
from tests.factories.moments import DAN, NOON

MIA, TOM = "mia@north.example", "tom@north.example"
PEOPLE = "/account/people/"


@pytest.fixture
def contoso() -> Account:
    return an_account(name="Contoso")


@pytest.fixture
def mia(contoso: Account) -> Membership:
    return a_member(account=contoso, email=MIA, role=MemberRole.ADMIN)


@pytest.fixture
def desk(mia: Membership) -> Client:
    return a_visit(mia)


def invites(desk: Client, email: str = TOM, role: str = "BUYER") -> Any:
    return desk.post(PEOPLE, {"email": email, "role": role}, follow=True)


def does(desk: Client, verb: str, member: Member, **given: str) -> Any:
    return desk.post(f"{PEOPLE}{member.pk}/{verb}/", given, follow=True)


def tom() -> Member:
    return Member.objects.get(user__email=TOM)


def sent(*, hours: int = 1) -> None:
    """Let the invitation be sent, so that its link is valid for so long."""
    Invitation.objects.update(
        state="SENT",
        fingerprint=fingerprint("secret"),
        sent_at=NOON,
        expires_at=NOON + timedelta(hours=hours),
    )


def test_somebody_new_is_invited(desk: Client, contoso: Account) -> None:
    shown = invites(desk).content.decode()

    assert "A mail is on its way to tom@north.example." in shown
    assert "The invitation is being sent" in shown
    assert (tom().account, tom().role) == (contoso, "BUYER")
    assert Invitation.objects.get().purpose == "WELCOME"
    assert Entry.objects.filter(
        record_type="accounts.member", verb="create", actor=MIA
    ).exists()


def test_who_signs_in_already_is_added_and_told(desk: Client) -> None:
    a_member(account=an_account(name="Fabrikam"), email=TOM)

    shown = invites(desk).content.decode()

    assert Invitation.objects.get().purpose == "JOINED"
    assert "Active" in shown
    assert User.objects.get(email=TOM).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("email", "told"),
    [
        (MIA, "acts for Contoso already"),
        (DAN, "cannot be invited"),
        ("nobody", "Enter a valid email address"),
    ],
    ids=["member", "staff", "no address"],
)
def test_who_cannot_be_invited_is_told_so(desk: Client, email: str, told: str) -> None:
    a_staff_user(email=DAN)

    answer = invites(desk, email)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert f'value="{email}"' in answer.content.decode()
    assert Member.objects.count() == 1


def test_an_invitation_runs_out_and_is_sent_again(
    desk: Client, still_clock: time_machine.Traveller
) -> None:
    invites(desk)
    sent()
    assert "Invited until" in desk.get(PEOPLE).content.decode()
    still_clock.shift(timedelta(hours=2))
    assert "The invitation has run out" in desk.get(PEOPLE).content.decode()

    shown = does(desk, "invite", tom()).content.decode()

    assert "Another mail is on its way" in shown
    assert Invitation.objects.get().state == "WAITING"


def test_an_invitation_is_withdrawn(desk: Client) -> None:
    invites(desk)
    sent()

    does(desk, "remove", tom())

    assert not Member.objects.filter(user__email=TOM).exists()
    assert Invitation.objects.get().state == "WITHDRAWN"
    assert Client().get("/account/welcome/secret/", follow=True).status_code == 410
    Client().post("/account/forgotten/", {"email": TOM})
    assert Invitation.objects.get().state == "WITHDRAWN"


def test_who_was_withdrawn_can_be_invited_again(desk: Client) -> None:
    invites(desk)
    does(desk, "remove", tom())

    invites(desk, role="READ_ONLY")

    assert Invitation.objects.get().state == "WAITING"
    assert tom().role == "READ_ONLY"


def test_a_role_holds_from_the_next_page_on(desk: Client, contoso: Account) -> None:
    phone = a_visit(a_member(account=contoso, email=TOM))
    assert phone.get("/basket/").status_code == 200

    does(desk, "role", tom(), role="READ_ONLY")

    assert phone.get("/basket/").status_code == 403
    line = Entry.objects.get(record_type="accounts.member", verb="edit")
    assert line.facts["changes"] == {"role": ["BUYER", "READ_ONLY"]}
    assert line.actor == MIA


def test_a_role_that_does_not_exist_is_refused(desk: Client) -> None:
    invites(desk)

    answer = does(desk, "role", tom(), role="OWNER")

    assert answer.status_code == 409
    assert tom().role == "BUYER"


def test_who_is_removed_is_out_at_once(desk: Client, contoso: Account) -> None:
    phone = a_visit(a_member(account=contoso, email=TOM))
    assert phone.get("/").status_code == 200

    does(desk, "remove", tom())

    assert phone.get("/").status_code == 403
    assert Entry.objects.filter(
        record_type="accounts.member", verb="delete", actor=MIA
    ).exists()
    assert User.objects.filter(email=TOM).exists()


@pytest.mark.parametrize(
    ("verb", "given"), [("remove", {}), ("role", {"role": "BUYER"})]
)
def test_the_last_admin_stays(
    desk: Client, mia: Membership, verb: str, given: dict[str, str]
) -> None:
    invites(desk, role="ADMIN")  # has not come yet, and may never
    own = Member.objects.get(user=mia.user)

    answer = does(desk, verb, own, **given)

    assert answer.status_code == 409
    assert "is the only Admin" in answer.content.decode()
    assert Member.objects.get(pk=own.pk).role == "ADMIN"


def test_an_admin_goes_when_another_is_there(desk: Client, mia: Membership) -> None:
    invites(desk, role="ADMIN")
    sent()
    accept_invitation(token="secret", password=PASSWORD, name="Tom", now=NOON)

    answer = does(desk, "remove", Member.objects.get(user=mia.user))

    assert answer.status_code == 403  # acts for no account any more
    with pytest.raises(LastAdmin):
        remove_member(pk=tom().pk, account=tom().account, actor=TOM, now=NOON)


def test_inviting_is_limited(desk: Client) -> None:
    answers = [invites(desk, f"{n}@north.example").status_code for n in range(31)]

    assert answers[-2:] == [200, 429]


def test_an_admin_looks_after_the_people_of_its_own_account_alone() -> None:
    north = a_reseller()
    lea = an_end_customer(reseller=north, name="Lea")
    others = [
        a_member(account=account, email=f"{n}@x.example", role=MemberRole.ADMIN)
        for n, account in enumerate((lea, an_account(name="Eve")))
    ]
    desk = a_visit(a_member(account=north, email=MIA, role=MemberRole.ADMIN))

    for other in others:
        member = Member.objects.get(user=other.user)
        assert desk.get(f"{PEOPLE}{member.pk}/").status_code == 404
        assert does(desk, "role", member, role="BUYER").status_code == 404
        assert does(desk, "invite", member).status_code == 404
        assert does(desk, "remove", member).status_code == 404
        assert other.user.email not in desk.get(PEOPLE).content.decode()
    assert Member.objects.filter(role="ADMIN").count() == 3


@pytest.mark.parametrize("role", [r for r in MemberRole if r != MemberRole.ADMIN])
def test_only_an_admin_looks_after_people(role: MemberRole) -> None:
    desk = a_visit(a_member(email=MIA, role=role))

    assert desk.get(PEOPLE).status_code == 403
    assert invites(desk).status_code == 403
    assert PEOPLE not in desk.get("/account/").content.decode()
