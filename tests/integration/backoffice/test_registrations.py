"""Office > Registrations: who asks for an account, and the two answers."""

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.lifecycle import RegistrationState
from purveyor.domain.accounts.models import Account, Registration
from tests.factories.accounts import an_account
from tests.factories.registrations import OLE, a_registration, asked
from tests.support.staff import FROM_SCRIPT, queries_of, signed_in, words

PAGE = "bss:registrations"
PAGE_MAX = 12  # session and person among them, whoever asks
MAY = "accounts.decide_registration"


@pytest.fixture
def ines() -> Client:
    """Return the browser of Ines of sales, who decides."""
    return signed_in(MAY, "accounts.view_account", "orders.view_order")


def address_of(answer: str) -> str:
    pk = Registration.objects.get().pk
    return reverse(f"bss:{answer}_registration", args=[pk])


def answered(client: Client, answer: str, **typed: str) -> str:
    given = {"_form_submitted": "True", **typed}
    told = client.post(address_of(answer), given, headers=FROM_SCRIPT)
    return told.headers.get("HX-Redirect") or words(told)


def test_with_nobody_there_the_page_says_how_they_come(ines: Client) -> None:
    page = words(ines.get(reverse(PAGE)))

    assert "Nobody asks for an account" in page
    assert "Setup > Organization profile" in page


def test_the_page_shows_who_asks_and_the_likely_double(ines: Client) -> None:
    double = an_account(name="Donau", tax_number="DE811569869")
    a_registration()

    page = words(ines.get(reverse(PAGE)))

    assert "Donau GmbH To decide" in page
    assert "Kai 1, 20457 Hamburg, Germany" in page
    assert f"Ole Dahl, {OLE}" in page
    told = f"Donau ({double.number}) : the same tax number, nearly the same name"
    assert told in page
    assert "The terms of sale are accepted." in page


def test_who_has_not_confirmed_cannot_be_decided(ines: Client) -> None:
    asked()

    page = ines.get(reverse(PAGE))

    assert "E-mail not confirmed" in words(page)
    assert "/approve/" not in page.content.decode()


def test_however_many_ask_the_page_takes_as_many_statements(ines: Client) -> None:
    for number in range(5):
        name = f"Company {number}"
        an_account(name=name)
        a_registration(name=name, person_email=f"{number}@x.example")

    assert queries_of(ines, reverse(PAGE)) <= PAGE_MAX


def test_a_registration_is_approved(ines: Client) -> None:
    an_account(name="Donau")
    a_registration()

    asks = words(ines.get(address_of("approve"), headers=FROM_SCRIPT))
    went_to = answered(ines, "approve")

    account = Account.objects.get(name="Donau GmbH")
    assert "Likely an account already" in asks
    assert went_to == reverse("bss:accounts_account_change", args=[account.pk])
    told = f"Account {account.number} is opened. A mail is on its way to {OLE}."
    assert told in words(ines.get(went_to))
    page = ines.get(reverse(PAGE))
    assert "Approved" in words(page)
    assert went_to in page.content.decode()


def test_a_registration_is_rejected_with_a_reason(ines: Client) -> None:
    a_registration()

    refused = answered(ines, "reject", because="")
    went_to = answered(ines, "reject", because="Companies only.")

    assert "Say why: the reason stands in the mail to who asked." in refused
    assert went_to == reverse(PAGE)
    assert "Rejected because Companies only." in words(ines.get(went_to))
    assert Registration.objects.get().state == RegistrationState.REJECTED


def test_an_answer_that_comes_late_is_refused(ines: Client) -> None:
    a_registration()
    answered(ines, "reject", because="No.")

    late = answered(ines, "approve")

    assert "Registration of Donau GmbH is “Rejected”" in late
    assert not Account.objects.exists()


def test_only_who_may_decide_sees_them() -> None:
    a_registration()
    other = signed_in("accounts.view_account", email="other@distributor.example")

    assert other.get(reverse(PAGE)).status_code == 403
    assert other.post(address_of("approve")).status_code == 403
    assert reverse(PAGE) not in other.get(reverse("bss:index")).content.decode()


def test_the_dashboard_leads_to_what_is_to_decide(ines: Client) -> None:
    asked(person_email="eve@donau.example")
    dashboard = f"{reverse('bss:index')}?view=sales"
    before = words(ines.get(dashboard))
    a_registration()

    page = ines.get(dashboard)

    told = "companies that ask for an account"
    assert told not in before
    assert f"1 {told}" in words(page)
    assert f'class="bss-card" href="{reverse(PAGE)}"' in page.content.decode()
