"""My account: the profile, the password, the second step, sessions, passkeys."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from purveyor.domain.accounts.models import SignIn, User
from purveyor.domain.accounts.signing_in import list_sessions
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_staff_user
from tests.factories.members import PASSWORD, a_member, a_visit
from tests.support.authenticator import code_of

MIA = "mia@north.example"
NEW = "another long enough phrase"
KEY = re.compile(r'<code class="key"[^>]*>(\w+)</code>')
RECOVERY = re.compile(r"<li>(\d{8})</li>")


def signs_in(client: Client, **given: Any) -> Any:
    """Type e-mail and password at the door."""
    typed = {"username": MIA, "password": PASSWORD, **given}
    return client.post("/account/sign-in/", typed, follow=True)


def sets_up(client: Client) -> tuple[str, list[str]]:
    """Set up an authenticator app; return its key and the recovery codes."""
    page = "/account/security/app/"
    (key,) = KEY.findall(client.get(page).content.decode())
    shown = client.post(page, {"code": code_of(key)}, follow=True)
    return key, RECOVERY.findall(shown.content.decode())


@pytest.fixture
def desk() -> Client:
    """Return a browser in which Mia has signed in, a moment ago."""
    a_member(email=MIA)
    client = Client()
    signs_in(client)
    return client


def verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


# ------------------------------------------------------------------ profile


def test_a_member_changes_name_and_language(desk: Client) -> None:
    answer = desk.post("/account/", {"name": "Mia Berg", "language": "de"}, follow=True)

    mia = User.objects.get(email=MIA)
    assert (mia.name, mia.language) == ("Mia Berg", "de")
    assert desk.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"
    assert 'lang="de"' in answer.content.decode()
    edit = Entry.objects.get(verb="edit", record_type="accounts.user")
    assert edit.facts["changes"] == {
        "name": ["Mia", "Mia Berg"],
        "language": ["", "de"],
    }


def test_the_language_comes_along_to_another_browser(desk: Client) -> None:
    desk.post("/account/", {"name": "Mia", "language": "de"})

    shown = signs_in(elsewhere := Client())

    assert elsewhere.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"
    assert 'lang="de"' in shown.content.decode()


def test_a_language_we_do_not_speak_is_refused(desk: Client) -> None:
    answer = desk.post("/account/", {"name": "Mia Berg", "language": "xx"})

    assert answer.status_code == 422
    assert "Mia Berg" in answer.content.decode()
    assert User.objects.get(email=MIA).name == "Mia"


# ------------------------------------------------------------------ password


def test_a_new_password_ends_the_other_sessions(desk: Client) -> None:
    signs_in(phone := Client())
    assert phone.get("/").status_code == 200

    desk.post(
        "/account/security/password/",
        {"old": PASSWORD, "password": NEW, "again": NEW},
    )

    assert phone.get("/").status_code == 302
    assert desk.get("/account/security/").status_code == 200
    assert User.objects.get(email=MIA).check_password(NEW)
    assert "set_password" in verbs()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"old": "wrong"}, "not your current password"),
        ({"again": "something else"}, "not the same"),
        ({"password": "12345678", "again": "12345678"}, "too common"),
    ],
    ids=["old", "again", "weak"],
)
def test_a_password_that_does_not_fit_is_refused(
    desk: Client, given: dict[str, str], told: str
) -> None:
    fits = {"old": PASSWORD, "password": NEW, "again": NEW}

    answer = desk.post("/account/security/password/", {**fits, **given})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert User.objects.get(email=MIA).check_password(PASSWORD)


def test_guessing_the_old_password_locks(desk: Client) -> None:
    given = {"old": "wrong", "password": NEW, "again": NEW}

    answers = [
        desk.post("/account/security/password/", given).status_code
        for _time in range(settings.AXES_FAILURE_LIMIT)
    ]

    assert answers[-1] == 429
    assert set(answers[:-1]) == {422}


# ------------------------------------------------------------------ second step


def test_a_member_sets_up_an_app_and_is_asked_for_its_code(desk: Client) -> None:
    key, codes = sets_up(desk)

    assert len(codes) == 10
    assert "set_up_second_step" in verbs()
    door = signs_in(phone := Client())
    assert door.redirect_chain[-1][0] == "/account/code/"
    assert "Second step" in door.content.decode()
    assert phone.get("/").status_code == 302

    wrong = phone.post("/account/code/", {"code": "000000"})
    assert wrong.status_code == 422
    assert SignIn.objects.filter(outcome="WRONG_CODE", user__email=MIA).exists()
    phone.post("/account/code/", {"code": codes[0]})
    assert phone.get("/").status_code == 200
    assert key not in str(list(Authenticator.objects.values()))


def test_where_one_wanted_to_go_survives_the_second_step(desk: Client) -> None:
    _key, codes = sets_up(desk)
    signs_in(phone := Client(), next="/basket/")

    answer = phone.post("/account/code/", {"code": codes[0]})

    assert answer["Location"] == "/basket/"


def test_too_many_wrong_codes_lock(desk: Client) -> None:
    sets_up(desk)
    signs_in(phone := Client())

    answers = [
        phone.post("/account/code/", {"code": "000000"}).status_code
        for _time in range(11)
    ]

    assert answers[-1] == 429
    assert answers[0] == 422


def test_the_second_step_begins_with_the_first() -> None:
    a_member(email=MIA)

    answer = Client().get("/account/code/")

    assert answer["Location"] == "/account/sign-in/"


def test_staff_are_asked_on_a_page_of_the_bss() -> None:
    a_member(email=MIA)
    staff = a_staff_user(name="Dan")
    Authenticator.objects.create(
        user=staff, type=Authenticator.Type.TOTP, data={"secret": "sealed"}
    )
    given = {"username": staff.email, "password": "correct horse"}

    shown = Client().post("/bss/login/", given, follow=True)

    assert shown.redirect_chain[-1][0] == "/sign-in/code/"
    assert "bss-door" in shown.content.decode()


def test_the_app_is_given_up_again_and_new_codes_are_made(desk: Client) -> None:
    _key, codes = sets_up(desk)

    fresh = desk.post("/account/security/codes/new/", follow=True).content.decode()
    saved = desk.get("/account/security/codes/file/")
    desk.post("/account/security/app/off/")

    assert not set(codes) & set(RECOVERY.findall(fresh))
    assert MIA in saved.content.decode()
    assert not Authenticator.objects.exists()
    assert {"renew_recovery_codes", "take_down_second_step"} <= set(verbs())


def test_after_a_while_one_shows_once_more_that_it_is_oneself() -> None:
    client = a_visit(a_member(email=MIA))

    asked = client.get("/account/security/app/", follow=True)
    assert asked.redirect_chain[-1][0].startswith("/account/again/?next=")
    wrong = client.post(asked.redirect_chain[-1][0], {"password": "wrong"})
    assert wrong.status_code == 200
    answer = client.post(asked.redirect_chain[-1][0], {"password": PASSWORD})

    assert answer["Location"] == "/account/security/app/"
    assert client.get("/account/security/app/").status_code == 200


# ------------------------------------------------------------------ sessions


def test_a_member_signs_out_another_browser(desk: Client) -> None:
    signs_in(phone := Client())
    user = User.objects.get(email=MIA)
    other = next(
        row for row in list_sessions(user=user) if row.key == phone.session.session_key
    )

    shown = desk.get("/account/security/").content.decode()
    desk.post(f"/account/security/sessions/{other.pk}/end/")

    assert f"/account/security/sessions/{other.pk}/end/" in shown
    assert phone.get("/").status_code == 302
    assert desk.get("/").status_code == 200


def test_nobody_ends_the_session_of_others(desk: Client) -> None:
    eve = a_visit(a_member(email="eve@elsewhere.example"))
    eve.get("/")
    (row,) = list_sessions(user=User.objects.get(email="eve@elsewhere.example"))

    answer = desk.post(f"/account/security/sessions/{row.pk}/end/")

    assert answer.status_code == 404
    assert eve.get("/").status_code == 200


# ------------------------------------------------------------------ passkeys


def test_a_passkey_is_asked_for_with_a_challenge_of_its_own(desk: Client) -> None:
    pages = [
        desk.get("/account/security/passkeys/new/").content.decode()
        for _time in range(2)
    ]

    first, second = (re.findall(r"challenge&quot;: &quot;([\w-]+)", p) for p in pages)
    assert len(first) == 1
    assert first != second
    assert "&quot;residentKey&quot;: &quot;required&quot;" in pages[0]


def test_what_no_device_has_made_is_no_passkey(desk: Client) -> None:
    page = "/account/security/passkeys/new/"
    desk.get(page)

    answer = desk.post(page, {"name": "Phone", "credential": "{}"})

    assert answer.status_code == 200
    assert not Authenticator.objects.exists()


def test_an_unknown_passkey_does_not_sign_in() -> None:
    a_member(email=MIA)
    client = Client()
    client.get("/account/passkey/", headers={"X-Requested-With": "XMLHttpRequest"})

    answer = client.post("/account/passkey/", {"credential": "{}"}, follow=True)

    assert "do not know this passkey" in answer.content.decode()
    assert client.get("/").status_code == 302
