"""The door of the BSS: second step, recovery codes, links, sessions, history."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.invitations import mail_link
from purveyor.domain.accounts.models import (
    Invitation,
    Organization,
    SignIn,
    User,
)
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.sealed import fingerprint
from tests.factories.accounts import a_staff_user, an_organization
from tests.factories.moments import DAN, NOON
from tests.support.authenticator import code_of
from tests.support.staff import words

PASSWORD = "correct horse"
KEY = re.compile(r'<code class="bss-key"[^>]*>(\w+)</code>')
RECOVERY = re.compile(r"<li>(\d{8})</li>")


def signs_in(client: Client, email: str = DAN, password: str = PASSWORD) -> Any:
    """Type e-mail and password at the door."""
    return client.post(reverse("bss:login"), {"username": email, "password": password})


def sets_up(client: Client) -> tuple[str, list[str]]:
    """Set up an authenticator app; return its key and the recovery codes."""
    page = reverse("bss:set_up_second_step")
    (key,) = KEY.findall(client.get(page).content.decode())
    shown = client.post(page, {"code": code_of(key)}, follow=True)
    return key, RECOVERY.findall(shown.content.decode())


@pytest.fixture
def dan() -> User:
    an_organization()
    return a_staff_user(name="Dan")


@pytest.fixture
def desk(dan: User) -> Client:
    """Return a browser in which Dan has signed in, a moment ago."""
    client = Client()
    signs_in(client)
    return client


def outcomes() -> list[str]:
    return list(SignIn.objects.order_by("pk").values_list("outcome", flat=True))


# ------------------------------------------------------------------ second step


def test_who_has_set_it_up_is_asked_for_a_code(
    desk: Client, still_clock: time_machine.Traveller
) -> None:
    key, codes = sets_up(desk)
    still_clock.shift(timedelta(minutes=1))
    other = Client()

    asked = signs_in(other)
    shut = other.get(reverse("bss:index"))
    wrong = other.post(asked["Location"], {"code": "000000"})
    right = other.post(asked["Location"], {"code": code_of(key)})

    assert asked["Location"] == reverse("mfa_authenticate")
    assert shut.status_code == 302
    assert "This code does not fit." in words(wrong)
    assert right["Location"] == reverse("bss:index")
    assert other.get(reverse("bss:index")).status_code == 200
    assert len(codes) == 10
    assert outcomes() == ["SIGNED_IN", "WRONG_CODE", "SIGNED_IN"]


def test_a_recovery_code_works_once(desk: Client) -> None:
    _key, codes = sets_up(desk)

    answers = []
    for _time in range(2):
        other = Client()
        asked = signs_in(other)
        answers.append(other.post(asked["Location"], {"code": codes[0]}).status_code)

    assert answers == [302, 200]


def test_a_code_that_was_used_is_worthless(
    desk: Client, still_clock: time_machine.Traveller
) -> None:
    key, _codes = sets_up(desk)
    still_clock.shift(timedelta(minutes=1))
    answers = []
    for _time in range(2):
        other = Client()
        asked = signs_in(other)
        code = {"code": code_of(key)}
        answers.append(other.post(asked["Location"], code).status_code)

    assert answers == [302, 200]


def test_too_many_wrong_codes_are_locked_out(desk: Client) -> None:
    key, _codes = sets_up(desk)
    other = Client()
    page = signs_in(other)["Location"]

    answers = [other.post(page, {"code": "000000"}).status_code for _ in range(11)]
    late = other.post(page, {"code": code_of(key)})

    assert answers == [200] * 10 + [429]
    assert late.status_code == 429
    assert "Too many tries" in words(late)
    assert outcomes()[-1] == "LOCKED_OUT"


def test_its_secret_is_sealed(desk: Client) -> None:
    key, _codes = sets_up(desk)

    stored = str(list(Authenticator.objects.values()))
    assert key not in stored
    assert "set_up_second_step" in Entry.objects.values_list("verb", flat=True)


def test_it_is_switched_off_and_new_codes_are_made(desk: Client) -> None:
    _key, codes = sets_up(desk)

    fresh = desk.post(reverse("bss:new_recovery_codes"), follow=True)
    saved = desk.get(reverse("bss:recovery_codes_file"))
    desk.post(reverse("bss:take_down_second_step"))

    new = RECOVERY.findall(fresh.content.decode())
    assert not set(new) & set(codes)
    assert set(new) <= set(saved.content.decode().split())
    assert not Authenticator.objects.exists()
    verbs = Entry.objects.filter(record_type="accounts.user").values_list(
        "verb", flat=True
    )
    assert {"renew_recovery_codes", "take_down_second_step"} <= set(verbs)


def test_after_a_while_the_password_is_asked_for_again(
    desk: Client, still_clock: time_machine.Traveller
) -> None:
    still_clock.shift(timedelta(minutes=10))

    asked = desk.get(reverse("bss:set_up_second_step"))
    wrong = desk.post(asked["Location"], {"password": "guess"})
    right = desk.post(
        asked["Location"],
        {"password": PASSWORD, "next": reverse("bss:set_up_second_step")},
    )

    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert "Incorrect password." in words(wrong)
    assert right["Location"] == reverse("bss:set_up_second_step")


# ------------------------------------------------------------------ what is required


def test_where_it_is_required_nothing_opens_before(dan: User, staff) -> None:
    early = staff("Sales")
    Organization.objects.update(requires_two_steps=True)
    client = Client()

    arrived = signs_in(client)
    sent = client.get(arrived["Location"])
    also = client.post(reverse("bss:security"))
    sets_up(client)

    page = reverse("bss:set_up_second_step")
    assert (sent["Location"], also["Location"]) == (page, page)
    assert client.get(reverse("bss:index")).status_code == 200
    assert early.get(reverse("bss:index")).status_code == 200  # until the next sign-in
    assert "it cannot be switched off" in words(client.get(reverse("bss:security")))
    client.post(reverse("bss:take_down_second_step"))
    assert Authenticator.objects.exists()


# ------------------------------------------------------------------ sessions


def test_one_session_is_ended_by_its_person_and_by_an_administrator(
    desk: Client, dan: User, staff
) -> None:
    desk.get(reverse("bss:index"))
    other = Client()
    signs_in(other)
    administrator = staff("Administrator")

    mine = desk.get(reverse("bss:security")).content.decode()
    ends = re.findall(r'href="(/bss/security/sessions/\d+/end/)"', mine)
    desk.post(ends[0], {"_form_submitted": "True"})
    (last,) = re.findall(
        r'href="(/bss/security/sessions/\d+/end/)"',
        administrator.get(reverse("bss:signed_in")).content.decode(),
    )
    stranger = staff("Sales").post(last, {"_form_submitted": "True"})
    administrator.post(last, {"_form_submitted": "True"})

    assert stranger.status_code == 403
    assert other.get(reverse("bss:index")).status_code == 302
    assert desk.get(reverse("bss:index")).status_code == 302
    lines = Entry.objects.filter(record_id=dan.pk, verb="end_session")
    assert [each.actor for each in lines.order_by("pk")] == [
        DAN,
        "administrator@aurora.example",
    ]


def test_every_try_stands_in_the_history(dan: User, staff) -> None:
    client = Client(
        headers={
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"
        }
    )
    signs_in(client, password="guess")
    signs_in(client, email="eve@elsewhere.example")
    signs_in(client)

    page = words(staff("Administrator").get(reverse("bss:accounts_signin_changelist")))

    assert outcomes() == ["WRONG_PASSWORD", "WRONG_PASSWORD", "SIGNED_IN"]
    assert "eve@elsewhere.example Wrong e-mail or password Firefox on Linux" in page
    assert "guess" not in str(list(SignIn.objects.values()))


def test_ones_own_new_password_ends_the_other_sessions(desk: Client, dan: User) -> None:
    desk.get(reverse("bss:index"))
    other = Client()
    signs_in(other)
    other.get(reverse("bss:index"))

    desk.post(
        reverse("bss:password_change"),
        {
            "old_password": PASSWORD,
            "new_password1": "a long enough phrase",
            "new_password2": "a long enough phrase",
        },
    )

    assert desk.get(reverse("bss:index")).status_code == 200
    assert other.get(reverse("bss:index")).status_code == 302
    assert "set_password" in Entry.objects.values_list("verb", flat=True)


# ------------------------------------------------------------------ the first password


def test_a_link_leads_to_a_password_and_shows_its_secret_on_no_page(dan: User) -> None:
    mail_link(user=dan, actor=DAN, now=NOON)
    Invitation.objects.update(
        state="SENT",
        fingerprint=fingerprint("the-secret-of-the-mail"),
        expires_at=NOON + timedelta(hours=1),
    )
    client = Client()

    link = reverse("open_link", args=["the-secret-of-the-mail"])
    first = client.get(link)
    page = client.get(first["Location"])
    easy = client.post(
        first["Location"], {"new_password1": "password", "new_password2": "password"}
    )
    typed = {"new_password1": "a long phrase", "new_password2": "a long phrase"}
    set_ = client.post(first["Location"], typed, follow=True)
    again = Client().get(
        reverse("open_link", args=["the-secret-of-the-mail"]), follow=True
    )

    assert "Hello Dan" in words(page)
    assert "the-secret-of-the-mail" not in page.content.decode()
    assert "This password is too common." in words(easy)
    assert "Your password is set." in words(set_)
    assert signs_in(client, password="a long phrase")["Location"] == reverse(
        "bss:index"
    )
    assert again.status_code == 410
    assert "This link does not work any more" in words(again)


def test_people_are_invited_reset_and_signed_out_from_their_page(
    desk: Client, dan: User, staff
) -> None:
    sets_up(desk)
    administrator = staff("Administrator")
    page = reverse("bss:accounts_user_change", args=[dan.pk])
    sent = {"_form_submitted": "True"}

    shown = administrator.get(page).content.decode()
    verbs = {
        name: next(
            link for link in re.findall(r'hx-get="([^"]+)"', shown) if name in link
        )
        for name in ("mail_link", "reset_second_step", "sign_out")
    }
    for link in verbs.values():
        administrator.post(link, sent)

    assert Invitation.objects.get().user == dan
    assert not Authenticator.objects.exists()
    assert desk.get(reverse("bss:index")).status_code == 302
    listed = words(administrator.get(reverse("bss:accounts_user_changelist")))
    assert "Dan" in listed
    assert "Two-step sign-in" in listed


def test_nobody_resets_a_superuser_but_its_like(staff, admin_user) -> None:
    administrator = staff("Administrator")
    page = reverse("bss:accounts_user_change", args=[admin_user.pk])

    shown = administrator.get(page).content.decode()

    assert "reset_second_step" not in shown
    assert "mail_link" not in shown
