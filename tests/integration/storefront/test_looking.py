"""Staff see the Storefront as a member sees it: they look, and change nothing."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import Member, MemberRole, User
from purveyor.domain.orders.models import Order
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import an_account
from tests.factories.catalogue import a_product
from tests.factories.members import a_member
from tests.factories.orders import a_submitted_order
from tests.support.staff import signed_in

MAY = ("accounts.view_member", "accounts.look_as_member")
MIA = "mia@north.example"


@pytest.fixture
def mia() -> Member:
    a_product()
    person = a_member(
        account=an_account(name="Contoso"), email=MIA, role=MemberRole.ADMIN
    )
    return Member.objects.get(user=person.user)


@pytest.fixture
def ines() -> Client:
    return signed_in(*MAY)


def page_of(member: Member, name: str = "look_as_member") -> str:
    return reverse(f"bss:{name}", args=[member.account_id, member.pk])


def looks(ines: Client, member: Member) -> Any:
    """Press the button, and see where it leads."""
    return ines.post(page_of(member), {"_form_submitted": "True"}, follow=True)


def journal() -> list[tuple[str, str]]:
    lines = Entry.objects.filter(record_type="accounts.member", verb__contains="look")
    return list(lines.order_by("pk").values_list("verb", "actor"))


def test_staff_see_what_a_member_sees_under_a_banner(ines: Client, mia: Member) -> None:
    order = a_submitted_order(account=mia.account)

    home = looks(ines, mia)
    shown = ines.get(f"/orders/{order.number}/").content.decode()

    assert home.redirect_chain[-1][0] == "/"
    for page in (home.content.decode(), shown):
        assert "You see what <strong>Mia</strong> sees" in page
        assert "Back to the BSS" in page
    assert order.number in shown
    assert journal() == [("begin_look", "ines@distributor.example")]


@pytest.mark.parametrize(
    "address",
    [
        "/basket/add/",
        "/basket/change/",
        "/account/people/",
        "/account/sign-out/",
        "/account/switch/",
        "/look/",
        "/assets/AS-000001-1/reveal/",
    ],
)
def test_nothing_can_be_sent(ines: Client, mia: Member, address: str) -> None:
    looks(ines, mia)

    answer = ines.post(address, {"email": "eve@x.example", "role": "ADMIN"})

    assert answer.status_code == 403
    assert "You are only looking" in answer.content.decode()
    assert not Order.objects.exists()
    assert Member.objects.count() == 1


@pytest.mark.parametrize(
    "address", ["/account/", "/account/security/", "/account/security/app/"]
)
def test_what_is_about_the_sign_in_stays_the_members_own(
    ines: Client, mia: Member, address: str
) -> None:
    looks(ines, mia)

    assert ines.get(address).status_code == 403


def test_a_look_ends_by_a_button(ines: Client, mia: Member) -> None:
    looks(ines, mia)

    answer = ines.post("/account/leave/", follow=True)

    assert answer.redirect_chain[-1][0] == reverse(
        "bss:account_people", args=[mia.account_id]
    )
    assert answer.status_code == 200
    assert ines.get("/").status_code == 403  # acts for no account itself
    assert [verb for verb, _actor in journal()] == ["begin_look", "end_look"]


def test_a_look_ends_by_itself(
    ines: Client, mia: Member, still_clock: time_machine.Traveller
) -> None:
    looks(ines, mia)
    began = Entry.objects.get(verb="begin_look").at

    still_clock.shift(timedelta(minutes=29))
    assert ines.get("/").status_code == 200
    still_clock.shift(timedelta(minutes=2))
    answer = ines.get("/")

    assert answer["Location"] == reverse("bss:account_people", args=[mia.account_id])
    assert Entry.objects.get(verb="end_look").at == began + timedelta(minutes=30)


def test_a_look_ends_when_it_is_forbidden(ines: Client, mia: Member) -> None:
    looks(ines, mia)

    permission = Permission.objects.get(codename="look_as_member")
    User.objects.get(email="ines@distributor.example").user_permissions.remove(
        permission
    )

    assert ines.get("/").status_code == 302


def test_it_takes_a_permission_of_its_own(mia: Member) -> None:
    ines = signed_in("accounts.view_member")

    assert looks(ines, mia).status_code == 403
    page = reverse("bss:account_people", args=[mia.account_id])
    assert page_of(mia) not in ines.get(page).content.decode()
    assert journal() == []


def test_nobody_looks_as_a_member_of_another_account(ines: Client, mia: Member) -> None:
    other = an_account(name="Fabrikam")

    answer = ines.post(reverse("bss:look_as_member", args=[other.pk, mia.pk]))

    assert answer.status_code == 404


def test_a_member_cannot_look_as_another(mia: Member) -> None:
    eve = a_member(account=an_account(name="Eve"), email="eve@x.example")
    client = Client()
    client.force_login(eve.user, "django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["looks_as"] = {"member": mia.pk, "until": "2999-01-01T00:00:00+00:00"}
    session.save()

    assert "Contoso" not in client.get("/").content.decode()


# ------------------------------------------------------------------ people in the BSS


def test_an_administrator_resets_what_a_member_lost(mia: Member) -> None:
    Authenticator.objects.create(
        user=mia.user, type=Authenticator.Type.TOTP, data={"secret": "sealed"}
    )
    page = reverse("bss:account_people", args=[mia.account_id])
    reset = page_of(mia, "reset_member_second_step")
    assert reset not in signed_in("accounts.view_member").get(page).content.decode()

    ada = signed_in("accounts.view_member", "accounts.change_user", email="ada@x.ex")
    shown = ada.get(page).content.decode()
    ada.post(reset, {"_form_submitted": "True"})

    assert reset in shown
    assert not Authenticator.objects.exists()
    assert reset not in ada.get(page).content.decode()
    assert Entry.objects.get(verb="reset_second_step").actor == "ada@x.ex"


def test_staff_invite_the_first_admin(mia: Member) -> None:
    ines = signed_in("accounts.view_member", "accounts.invite_member")
    account = an_account(name="Fabrikam")
    page = reverse("bss:account_people", args=[account.pk])
    assert "Nobody signs in for this account yet" in ines.get(page).content.decode()

    ines.post(
        reverse("bss:invite_member", args=[account.pk]),
        {"_form_submitted": "True", "email": "tom@x.example", "role": "ADMIN"},
    )

    tom = Member.objects.get(account=account)
    assert (tom.user.email, tom.role) == ("tom@x.example", "ADMIN")
    assert "tom@x.example" in ines.get(page).content.decode()
    ines.post(page_of(tom, "invite_member_again"), {"_form_submitted": "True"})
    ines.post(page_of(tom, "remove_member"), {"_form_submitted": "True"})
    assert not Member.objects.filter(account=account).exists()
