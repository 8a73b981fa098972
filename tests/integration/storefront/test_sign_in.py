"""The door of the Storefront."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from purveyor.domain.accounts.models import User
from tests.factories.accounts import a_staff_user, an_account, an_organization
from tests.factories.members import PASSWORD, a_member, a_visit

DOOR = "/account/sign-in/"
MIA = "mia@north.example"


def signs_in(client: Client, *, password: str = PASSWORD, **given: str) -> Any:
    """Send e-mail and password."""
    return client.post(DOOR, {"username": MIA, "password": password, **given})


def test_a_member_signs_in_and_arrives_where_it_wanted_to_go() -> None:
    a_member()

    answer = signs_in(Client(), next="/basket/")

    assert answer["Location"] == "/basket/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_nobody_is_sent_to_another_site(elsewhere: str) -> None:
    a_member()

    assert signs_in(Client(), next=elsewhere)["Location"] == "/"


def test_a_wrong_password_keeps_the_email() -> None:
    a_member()

    answer = signs_in(Client(), password="wrong")

    assert answer.status_code == 422
    assert f'value="{MIA}"' in answer.content.decode()
    assert "do not fit together" in answer.content.decode()


def test_too_many_wrong_passwords_lock_for_a_while() -> None:
    a_member()
    client = Client()

    for _time in range(settings.AXES_FAILURE_LIMIT):
        answer = signs_in(client, password="wrong")

    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
    assert signs_in(client).status_code == 429


def test_staff_are_sent_to_their_own_door() -> None:
    an_organization()
    a_staff_user(email=MIA)

    answer = signs_in(Client(), password="correct horse")

    assert answer["Location"] == "/bss/login/"


def test_signing_out_ends_the_session() -> None:
    client = a_visit(a_member())

    assert client.get("/").status_code == 200
    assert client.post("/account/sign-out/")["Location"] == DOOR
    assert client.get("/").status_code == 302


def test_who_acts_for_no_account_is_told_so() -> None:
    an_organization()
    user = User.objects.create_user(MIA, PASSWORD)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")

    answer = client.get("/")

    assert answer.status_code == 403
    assert "act for no account" in answer.content.decode()


def test_a_member_does_not_get_into_the_bss() -> None:
    client = a_visit(a_member(account=an_account()))

    assert client.get("/bss/").status_code == 302


def test_a_look_is_kept_and_shown() -> None:
    client = a_visit(a_member())

    answer = client.post("/look/", {"look": "dark", "next": "/basket/"})

    assert answer["Location"] == "/basket/"
    assert 'data-look="dark"' in client.get("/").content.decode()
