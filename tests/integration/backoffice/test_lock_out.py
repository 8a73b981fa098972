"""Who has tried too many passwords is kept out, whatever the next one is."""

from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import a_staff_user, an_organization


def test_who_is_locked_out_is_not_let_in_by_the_right_password() -> None:
    an_organization()
    a_staff_user(email="eve@aurora.example")
    client, known = Client(), {"username": "eve@aurora.example"}
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(reverse("bss:login"), {**known, "password": "guess"})

    answer = client.post(reverse("bss:login"), {**known, "password": "correct horse"})

    assert answer.status_code == 429
