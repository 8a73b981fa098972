"""People at the door: the history, the second step, sessions."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import (
    Organization,
    SignIn,
    SignInOutcome,
    User,
)
from purveyor.domain.accounts.signing_in import (
    NoSecondStep,
    Visitor,
    list_sessions,
    must_set_up_second_step,
    note_sign_in,
    reset_second_step,
    set_password,
)
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_staff_user, an_organization
from tests.factories.moments import DAN, NOON

PASSWORD = "a long enough phrase"


def a_second_step(user: User) -> Authenticator:
    """Give a person an authenticator app."""
    step: Authenticator = Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": "sealed"}
    )
    return step


# ------------------------------------------------------------------ history


def test_the_history_is_kept_for_so_many_days(now: datetime) -> None:
    an_organization()
    Organization.objects.update(sign_in_days=30)
    for days in (31, 29):
        SignIn.objects.create(
            at=now - timedelta(days=days),
            email="old@aurora.example",
            outcome=SignInOutcome.SIGNED_IN,
        )

    note_sign_in(
        visitor=Visitor("eve@elsewhere.example", browser="x" * 1_000),
        outcome=SignInOutcome.WRONG_PASSWORD,
        user=None,
        now=now,
    )

    kept = SignIn.objects.order_by("at").values_list("email", flat=True)
    assert list(kept) == ["old@aurora.example", "eve@elsewhere.example"]


# ------------------------------------------------------------------ second step


def test_a_second_step_is_required_of_staff_alone() -> None:
    dan = a_staff_user()
    mia = User.objects.create_user("mia@north.example", "correct horse")
    an_organization()
    assert not must_set_up_second_step(user=dan)

    Organization.objects.update(requires_two_steps=True)

    assert must_set_up_second_step(user=dan)
    assert not must_set_up_second_step(user=mia)
    a_second_step(dan)
    assert not must_set_up_second_step(user=dan)


def test_a_reset_takes_the_second_step_and_the_sessions_and_is_journaled() -> None:
    dan = a_staff_user()
    a_second_step(dan)
    browser = Client()
    browser.force_login(dan)
    browser.get(reverse("bss:index"))

    reset_second_step(user=dan, actor="ada@aurora.example", now=NOON)

    assert not Authenticator.objects.exists()
    assert browser.get(reverse("bss:index")).status_code == 302
    lines = Entry.objects.filter(record_type="accounts.user", record_id=dan.pk)
    assert ("reset_second_step", "ada@aurora.example") in lines.values_list(
        "verb", "actor"
    )
    with pytest.raises(NoSecondStep):
        reset_second_step(user=dan, actor=DAN, now=NOON)


# ------------------------------------------------------------------ sessions


def test_a_new_password_ends_every_session() -> None:
    dan = a_staff_user()
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(dan)
        browser.get(reverse("bss:index"))
    assert len(list_sessions(user=dan)) == 2

    set_password(user=dan, password=PASSWORD, actor=DAN, now=NOON)

    assert list_sessions(user=dan) == ()
    for browser in browsers:
        assert browser.get(reverse("bss:index")).status_code == 302


def test_a_session_is_noted_again_only_after_some_minutes(
    still_clock: time_machine.Traveller, django_assert_max_num_queries: Any
) -> None:
    dan = a_staff_user()
    browser = Client()
    browser.force_login(dan)
    page = reverse("bss:jsi18n")
    browser.get(page)
    (first,) = list_sessions(user=dan)

    still_clock.shift(timedelta(minutes=4))
    with django_assert_max_num_queries(3) as seen:
        browser.get(page)
    assert not [q for q in seen.captured_queries if "UPDATE" in q["sql"]]
    still_clock.shift(timedelta(minutes=2))
    browser.get(page)

    (row,) = list_sessions(user=dan)
    assert row.seen_at == first.seen_at + timedelta(minutes=6)
