"""A company asks for an account on the Storefront; the mails travel over SMTP."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as configured
from django.test import Client

from purveyor.domain.accounts.lifecycle import RegistrationState
from purveyor.domain.accounts.models import Account, Organization, Registration, User
from purveyor.domain.accounts.registrations import (
    approve_registration,
    reject_registration,
)
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import an_account
from tests.factories.members import a_member
from tests.factories.moments import DAN
from tests.factories.registrations import FACTS, OLE, a_registration

from .conftest import Mailbox, text_of

PAGE = "/account/register/"
CONFIRM = f"{PAGE}confirm/"
SIGN_IN = "/account/sign-in/"
LINK = re.compile(r"http://[^/\s]+(/account/\S*)")
TYPED = {
    **{name: value for name, value in FACTS.items() if name != "person_email"},
    "contact_email": OLE,
}


@pytest.fixture
def shop(profile: Organization) -> Organization:
    """Let companies ask for an account."""
    Organization.objects.update(takes_registrations=True)
    return profile


def asks(client: Client | None = None, **typed: str) -> Any:
    """Send the form."""
    return (client or Client()).post(PAGE, {**TYPED, **typed})


def mailed(mailbox: Mailbox) -> tuple[str, str]:
    """Let a worker mail the link; return the mail's text and the link's address."""
    drain(STREET, now=clock.now())
    mail = mailbox.taken[-1]
    assert mail["To"] == OLE
    text = text_of(mail)
    (link,) = LINK.findall(text)
    return text, link


# ------------------------------------------------------------------ the page


def test_while_nobody_may_ask_there_is_no_page(profile) -> None:
    for address in (PAGE, CONFIRM, f"{PAGE}nonsense/"):
        assert Client().get(address).status_code == 404
    assert asks().status_code == 404
    assert PAGE not in Client().get(SIGN_IN).content.decode()
    assert not Registration.objects.exists()


def test_before_there_is_a_profile_there_is_no_page() -> None:
    assert Client().get(PAGE).status_code == 404


def test_a_closed_shop_takes_nobody(shop) -> None:
    Organization.objects.update(is_shop_open=False)

    assert Client().get(PAGE).status_code == 503
    assert asks().status_code == 503
    assert not Registration.objects.exists()


def test_the_sign_in_page_leads_to_the_form(shop) -> None:
    assert PAGE in Client().get(SIGN_IN).content.decode()
    page = Client().get(PAGE).content.decode()
    assert "Ask for an account" in page
    assert "terms of sale" not in page.partition("</main>")[0]


def test_a_shop_with_terms_asks_for_a_yes(shop) -> None:
    Organization.objects.update(terms="Pay in time.")

    refused = asks()
    accepted = asks(terms="on")

    assert refused.status_code == 422
    assert "Accept the terms of sale" in refused.content.decode()
    assert 'value="Donau GmbH"' in refused.content.decode()
    assert accepted.status_code == 200
    assert Registration.objects.get().accepted_terms_at is not None


def test_without_terms_nothing_is_said_to_be_accepted(shop) -> None:
    asks()

    assert Registration.objects.get().accepted_terms_at is None


def test_what_is_wrong_is_said_and_the_rest_stays_typed(shop) -> None:
    answer = asks(tax_number="DE123")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "DE123 is not a valid tax number" in page
    assert 'value="Donau GmbH"' in page
    assert not Registration.objects.exists()


def test_the_answer_does_not_say_whether_somebody_is_known(shop) -> None:
    a_member(email=OLE, account=an_account(name="Donau GmbH"))

    known, unknown = asks(), asks(contact_email="eve@donau.example")

    def told(answer: Any) -> str:
        page = re.sub(r'nonce="[^"]+"|value="[^"]+"', "", answer.content.decode())
        return re.sub(r"\w+@donau.example", "", page)

    assert "Look into your mail" in known.content.decode()
    assert (known.status_code, told(known)) == (unknown.status_code, told(unknown))
    assert Registration.objects.count() == 2


def test_asking_too_often_is_stopped(shop) -> None:
    answers = [asks().status_code for _time in range(4)]

    assert answers == [200, 200, 200, 429]
    assert asks(contact_email="eve@donau.example").status_code == 200


def test_one_place_cannot_ask_for_everybody(shop) -> None:
    answers = [asks(contact_email=f"{n}@x.example").status_code for n in range(11)]

    assert answers[-2:] == [200, 429]
    assert Registration.objects.count() == 10


# ------------------------------------------------------------------ the link


def test_the_link_confirms_and_only_then_staff_have_to_decide(shop, mailbox) -> None:
    asks()
    text, link = mailed(mailbox)
    visitor = Client()
    page = visitor.get(link, follow=True).content.decode()
    token = link.split("/")[-2]
    seen = Registration.objects.get().state
    answer = visitor.post(CONFIRM).content.decode()

    assert "within 72 hours." in text
    assert "Donau" not in text  # nothing that a stranger may have typed
    assert token not in page
    assert OLE in page
    assert seen == RegistrationState.ASKED  # a visit alone confirms nothing
    assert "Your e-mail is confirmed" in answer
    assert Registration.objects.get().state == RegistrationState.VERIFIED
    assert token not in str(list(Registration.objects.values()))
    assert token not in str(list(Entry.objects.values()))
    assert visitor.get(link, follow=True).status_code == 410
    assert visitor.post(CONFIRM).status_code == 410
    assert not Account.objects.exists()


def test_nobody_signs_in_before_somebody_has_agreed(shop, mailbox) -> None:
    a_registration(clock.now())

    typed = {"username": OLE, "password": "a long enough phrase"}
    answer = Client().post(SIGN_IN, typed)
    Client().post("/account/forgotten/", {"email": OLE})
    drain(STREET, now=clock.now())

    assert answer.status_code == 422
    assert mailbox.taken == []
    assert not User.objects.exists()


def test_who_does_not_confirm_is_forgotten(
    shop, mailbox, still_clock: time_machine.Traveller
) -> None:
    asks()
    _text, link = mailed(mailbox)

    still_clock.shift(timedelta(hours=71))
    drain(STREET, now=clock.now())
    assert Client().get(link, follow=True).status_code == 200
    still_clock.shift(timedelta(hours=2))
    assert Client().get(link, follow=True).status_code == 410
    drain(STREET, now=clock.now())

    assert not Registration.objects.exists()
    assert len(mailbox.taken) == 1
    line = Entry.objects.get(record_type="accounts.registration", verb="delete")
    assert line.actor == "worker"


def test_a_mail_that_is_refused_runs_out_with_its_link(
    shop, mailbox, still_clock: time_machine.Traveller
) -> None:
    mailbox.refused_address = OLE
    asks()

    drain(STREET, now=clock.now())

    registration = Registration.objects.get()
    assert "Nobody of that name" in registration.waits_because
    assert registration.due_at == registration.expires_at
    still_clock.shift(timedelta(hours=73))
    drain(STREET, now=clock.now())
    assert not Registration.objects.exists()


def test_a_server_that_is_away_is_asked_again(
    shop, mailbox, still_clock: time_machine.Traveller
) -> None:
    mailbox.answers["MAIL"] = "450 Not now"
    asks()
    drain(STREET, now=clock.now())
    waiting = Registration.objects.get()
    mailbox.answers.clear()

    still_clock.shift(timedelta(seconds=configured.PURVEYOR_RETRY_DELAYS[0] + 1))
    _text, link = mailed(mailbox)

    assert waiting.sent_at is None
    assert Client().get(link, follow=True).status_code == 200


# ------------------------------------------------------------------ the answer


def test_a_yes_lets_the_person_set_a_password_and_in(shop, mailbox) -> None:
    registration = a_registration(clock.now())
    approve_registration(registration=registration, actor=DAN, now=clock.now())

    text, link = mailed(mailbox)
    visitor = Client()
    visitor.get(link)
    new = "another long enough phrase"
    given = {"name": "Ole Dahl", "password": new, "again": new}
    visitor.post("/account/welcome/", given)
    visitor.post(SIGN_IN, {"username": OLE, "password": new})

    assert "for Donau GmbH in the shop of" in text
    assert visitor.get("/").status_code == 200
    assert visitor.get("/account/people/").status_code == 200  # an Admin's page


def test_a_no_is_told_with_its_reason_once(shop, mailbox) -> None:
    registration = a_registration(clock.now())
    reject_registration(
        registration=registration,
        because="We sell to companies only.",
        actor=DAN,
        now=clock.now(),
    )

    drain(STREET, now=clock.now())
    drain(STREET, now=clock.now())

    (mail,) = mailbox.taken
    assert mail["To"] == OLE
    assert "Hello Ole Dahl," in text_of(mail)
    assert "We sell to companies only." in text_of(mail)
    registration.refresh_from_db()
    assert registration.sent_at is not None
    assert registration.due_at is None
