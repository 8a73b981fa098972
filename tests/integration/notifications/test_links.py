"""The links by which members set a password: mailed over SMTP, opened in a browser."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.translation import get_language

from purveyor.domain.accounts.invitations import mail_link
from purveyor.domain.accounts.models import Invitation, MemberRole, User
from purveyor.domain.notifications import invitation_words
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import a_staff_user, an_account
from tests.factories.members import PASSWORD, a_member, a_visit
from tests.factories.moments import DAN

from .conftest import Mailbox, text_of

MIA = "mia@north.example"
NEW = "another long enough phrase"
LINK = re.compile(r"http://[^/\s]+(/\S*)")


def mailed(mailbox: Mailbox, to: str = MIA) -> tuple[str, str]:
    """Let a worker mail the link; return the mail's text and the link's address."""
    drain(STREET, now=clock.now())
    mail = mailbox.taken[-1]
    assert mail["To"] == to
    text = text_of(mail)
    (link,) = LINK.findall(text)
    return text, link


def asks(email: str = MIA, door: str = "/account/forgotten/") -> Any:
    """Say at a door that one has forgotten the password."""
    return Client().post(door, {"email": email})


def signs_in(password: str) -> int:
    """Type e-mail and a password; return how it is answered."""
    typed = {"username": MIA, "password": password}
    return Client().post("/account/sign-in/", typed).status_code


@pytest.fixture
def mia(profile: object) -> User:
    return a_member(email=MIA, account=an_account(name="Contoso")).user


# ------------------------------------------------------------------ forgotten


def test_who_forgot_the_password_sets_a_new_one_by_mail(mia, mailbox) -> None:
    browser = a_visit(a_member(email=MIA, account=an_account(name="Fabrikam")))
    assert browser.get("/").status_code == 200

    assert asks().status_code == 200
    text, link = mailed(mailbox)
    visitor = Client()
    page = visitor.get(link, follow=True)
    given = {"password": NEW, "again": NEW}
    answer = visitor.post("/account/welcome/", given, follow=True)

    assert "within 1 hour." in text
    assert link.split("/")[-2] not in page.content.decode()
    assert "Your password is set." in answer.content.decode()
    assert User.objects.get(pk=mia.pk).check_password(NEW)
    assert browser.get("/").status_code == 302  # signed out everywhere
    assert Client().get(link, follow=True).status_code == 410  # it worked once
    lines = Entry.objects.filter(record_type="accounts.user", record_id=mia.pk)
    assert {"invite", "set_password", "end_sessions"} <= set(
        lines.values_list("verb", flat=True)
    )


def test_the_answer_does_not_say_whether_somebody_is_known(mia) -> None:
    known, unknown = asks(), asks("eve@north.example")

    def told(answer: Any) -> str:
        page = re.sub(r'nonce="[^"]+"|value="[^"]+"', "", answer.content.decode())
        return re.sub(r"\w+@north.example", "", page)

    assert (known.status_code, told(known)) == (unknown.status_code, told(unknown))
    assert Invitation.objects.get().user == mia


def test_who_is_switched_off_gets_no_mail(mia) -> None:
    User.objects.update(is_active=False)

    assert asks().status_code == 200
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("door", ["/account/forgotten/", "/sign-in/forgotten/"])
@pytest.mark.parametrize("email", [MIA, "nobody@north.example"])
def test_asking_too_often_is_stopped_known_or_not(mia, door: str, email: str) -> None:
    answers = [asks(email, door).status_code for _time in range(4)]

    assert answers == [200, 200, 200, 429]


def test_one_place_cannot_ask_for_everybody(profile) -> None:
    answers = [asks(f"{n}@north.example").status_code for n in range(21)]

    assert answers[-2:] == [200, 429]


def test_a_link_for_a_forgotten_password_works_for_an_hour(
    mia, mailbox, still_clock: time_machine.Traveller
) -> None:
    asks()
    _text, link = mailed(mailbox)

    still_clock.shift(timedelta(minutes=59))
    assert Client().get(link, follow=True).status_code == 200
    still_clock.shift(timedelta(minutes=2))
    assert Client().get(link, follow=True).status_code == 410


def test_a_new_password_lets_in_who_was_locked_out(mia, mailbox) -> None:
    for _time in range(10):
        signs_in("wrong")
    assert signs_in(PASSWORD) == 429

    asks()
    _text, link = mailed(mailbox)
    visitor = Client()
    visitor.get(link)
    visitor.post("/account/welcome/", {"password": NEW, "again": NEW})

    assert signs_in(NEW) == 302


def test_staff_set_a_new_password_on_a_page_of_the_bss(profile, mailbox) -> None:
    dan = a_staff_user(email=DAN, name="Dan")
    assert "/sign-in/forgotten/" in Client().get("/bss/login/").content.decode()

    asked = asks(DAN, "/sign-in/forgotten/").content.decode()
    _text, link = mailed(mailbox, DAN)
    visitor = Client()
    page = visitor.get(link, follow=True)
    typed = {"new_password1": NEW, "new_password2": NEW}
    visitor.post(page.redirect_chain[-1][0], typed)

    assert "Look into your mail" in asked
    assert link.startswith("/sign-in/welcome/")
    assert "Set a new password" in page.content.decode()
    assert User.objects.get(pk=dan.pk).check_password(NEW)


# ------------------------------------------------------------------ the first one


def test_a_member_is_invited_and_activates_the_access(profile, mailbox) -> None:
    contoso = an_account(name="Contoso")
    user = a_member(email=MIA, account=contoso, password="").user
    mail_link(user=user, actor=DAN, now=clock.now())

    text, link = mailed(mailbox)
    visitor = Client()
    page = visitor.get(link, follow=True).content.decode()
    given = {"name": "Mia Berg", "password": NEW, "again": NEW}
    visitor.post("/account/welcome/", given)
    visitor.post("/account/sign-in/", {"username": MIA, "password": NEW})

    assert "for Contoso in the shop of" in text
    assert "within 72 hours." in text
    assert "Your name" in page
    assert User.objects.get(email=MIA).name == "Mia Berg"
    assert visitor.get("/").status_code == 200


def test_what_does_not_fit_keeps_the_name(profile, mailbox) -> None:
    user = a_member(email=MIA, password="").user
    mail_link(user=user, actor=DAN, now=clock.now())
    _text, link = mailed(mailbox)
    visitor = Client()
    visitor.get(link)

    given = {"name": "Mia Berg", "password": "password", "again": "password"}
    answer = visitor.post("/account/welcome/", given)

    assert answer.status_code == 422
    assert 'value="Mia Berg"' in answer.content.decode()
    assert "too common" in answer.content.decode()
    assert not User.objects.get(email=MIA).has_usable_password()


def test_the_mail_is_written_in_the_language_of_its_reader(
    mia, mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.update(language="de")
    monkeypatch.setattr(
        invitation_words, "_words", lambda *_asked: (f"in {get_language()}", "%(link)s")
    )
    asks()

    mailed(mailbox)

    assert mailbox.taken[-1]["Subject"] == "in de"


def test_who_has_a_password_is_told_of_another_account(mia, mailbox) -> None:
    fabrikam = an_account(name="Fabrikam")
    admin = a_member(account=fabrikam, email="ann@f.example", role=MemberRole.ADMIN)
    a_visit(admin).post("/account/people/", {"email": MIA, "role": "BUYER"})

    text, link = mailed(mailbox)

    assert "for Contoso, Fabrikam in the shop of" in text
    assert link == "/"
    assert Invitation.objects.get().fingerprint is None
