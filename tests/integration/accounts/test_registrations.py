"""A company asks for an account: what is kept, who decides, what comes of it."""

from datetime import timedelta

import pytest

from purveyor.domain.accounts.lifecycle import RegistrationState
from purveyor.domain.accounts.models import (
    Account,
    AccountKind,
    Contact,
    Invitation,
    Member,
    MemberRole,
    Registration,
    User,
)
from purveyor.domain.accounts.registrations import (
    RegistrationLinkIsWorthless,
    RegistrationNeedsReason,
    approve_registration,
    count_registrations_to_decide,
    find_asked,
    prospect_of,
    registrations_to_decide_first,
    reject_registration,
    verify_registration,
)
from purveyor.domain.accounts.tax_numbers import WrongTaxNumber
from purveyor.domain.accounts.team import CannotBeInvited
from purveyor.flows.merging.doubles import Likeness, known_already
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.sealed import fingerprint
from tests.factories.accounts import a_staff_user, an_account, an_end_customer
from tests.factories.members import a_member
from tests.factories.moments import DAN, NOON
from tests.factories.registrations import OLE, a_registration, asked

SECRET = "secret"


def mailed(registration: Registration) -> str:
    """Return the secret of a link as if it had been mailed."""
    kept = {"fingerprint": fingerprint(SECRET), "sent_at": NOON}
    Registration.objects.filter(pk=registration.pk).update(**kept)
    return SECRET


def verbs_of(record: Account | Registration) -> list[str]:
    lines = Entry.objects.filter(
        record_type=record._meta.label_lower, record_id=record.pk
    )
    return list(lines.order_by("pk").values_list("verb", flat=True))


# ------------------------------------------------------------------ asking


def test_who_asks_gets_nothing_but_a_link() -> None:
    registration = asked()

    assert registration.state == RegistrationState.ASKED
    assert registration.due_at == NOON
    assert registration.accepted_terms_at == NOON
    assert not Account.objects.exists()
    assert not User.objects.exists()
    assert count_registrations_to_decide() == 0


def test_who_asks_again_has_asked_once() -> None:
    older = asked(name="Donau")
    mailed(older)

    newer = asked(person_email="OLE@donau.example")

    assert Registration.objects.get() == newer
    assert newer.person_email == OLE
    with pytest.raises(RegistrationLinkIsWorthless):
        find_asked(token=SECRET, now=NOON)


def test_what_waits_for_staff_is_not_replaced() -> None:
    waiting = a_registration()

    asked()

    assert Registration.objects.count() == 2
    assert Registration.objects.filter(pk=waiting.pk).exists()


def test_a_wrong_tax_number_is_refused() -> None:
    with pytest.raises(WrongTaxNumber):
        asked(tax_number="DE123")


def test_a_company_without_a_name_is_refused() -> None:
    with pytest.raises(Refused):
        asked(name="")


def test_the_link_confirms_the_e_mail_once() -> None:
    token = mailed(asked())

    registration = verify_registration(token=token, now=NOON)

    registration.refresh_from_db()
    assert registration.state == RegistrationState.VERIFIED
    assert registration.verified_at == NOON
    assert registration.due_at is None
    assert verbs_of(registration) == ["create", "verify"]
    with pytest.raises(RegistrationLinkIsWorthless):
        verify_registration(token=token, now=NOON)


def test_the_link_runs_out() -> None:
    token = mailed(asked())

    assert find_asked(token=token, now=NOON + timedelta(hours=71))
    with pytest.raises(RegistrationLinkIsWorthless):
        verify_registration(token=token, now=NOON + timedelta(hours=73))


# ------------------------------------------------------------------ deciding


def test_what_waits_for_staff_stands_first_the_longest_on_top() -> None:
    later = a_registration(NOON + timedelta(hours=2), person_email="l@x.example")
    first = a_registration(NOON + timedelta(hours=1), person_email="f@x.example")
    gone = a_registration(NOON, person_email="g@x.example")
    reject_registration(registration=gone, because="No.", actor=DAN, now=NOON)
    newest = asked(NOON + timedelta(hours=3))

    assert list(registrations_to_decide_first()) == [first, later, newest, gone]
    assert count_registrations_to_decide() == 2


def test_a_yes_opens_the_account_and_invites_its_first_admin() -> None:
    registration = a_registration()

    account = approve_registration(registration=registration, actor=DAN, now=NOON)

    contact = Contact.objects.get()
    member = Member.objects.get()
    assert account.name == "Donau GmbH"
    assert account.kind == AccountKind.DIRECT_CUSTOMER
    assert account.tax_number == "DE811569869"
    assert account.currency == "EUR"
    assert str(account.addresses.get()) == "Kai 1, 20457, Hamburg, DE"
    assert contact.full_name == "Ole Dahl"
    assert contact.is_order_contact
    assert contact.is_billing_contact
    assert (member.account, member.role) == (account, MemberRole.ADMIN)
    assert Invitation.objects.get().user == member.user
    assert member.user.email == OLE
    registration.refresh_from_db()
    assert registration.state == RegistrationState.APPROVED
    assert registration.account == account
    assert registration.decided_by == DAN
    assert verbs_of(registration) == ["create", "verify", "approve"]


def test_a_second_yes_opens_no_second_account() -> None:
    registration = a_registration()
    twin = Registration.objects.get()
    approve_registration(registration=registration, actor=DAN, now=NOON)

    with pytest.raises(MoveRefused):
        approve_registration(registration=twin, actor=DAN, now=NOON)

    assert Account.objects.count() == 1


def test_what_is_not_confirmed_cannot_be_approved() -> None:
    with pytest.raises(MoveRefused):
        approve_registration(registration=asked(), actor=DAN, now=NOON)

    assert not Account.objects.exists()


def test_who_signs_in_already_acts_for_the_new_account_too() -> None:
    user = a_member(email=OLE, account=an_account(name="Contoso")).user
    registration = a_registration()

    account = approve_registration(registration=registration, actor=DAN, now=NOON)

    assert Member.objects.get(account=account).user == user


def test_one_of_our_own_is_not_invited_and_no_account_remains() -> None:
    a_staff_user(email=OLE)
    registration = a_registration()

    with pytest.raises(CannotBeInvited):
        approve_registration(registration=registration, actor=DAN, now=NOON)

    registration = Registration.objects.get()
    assert registration.state == RegistrationState.VERIFIED
    assert not Account.objects.exists()


def test_a_no_needs_a_reason() -> None:
    registration = a_registration()

    with pytest.raises(RegistrationNeedsReason):
        reject_registration(registration=registration, because=" ", actor=DAN, now=NOON)
    reject_registration(
        registration=registration, because="Only companies.", actor=DAN, now=NOON
    )

    registration.refresh_from_db()
    assert registration.state == RegistrationState.REJECTED
    assert registration.because == "Only companies."
    assert registration.due_at == NOON
    assert not User.objects.exists()


# ------------------------------------------------------------------ doubles


def test_accounts_that_are_likely_the_same_company_are_found() -> None:
    by_number = an_account(name="Old name", tax_number="DE811569869")
    by_name = an_end_customer(name="DONAU")
    an_account(name="Somebody else")
    registration = a_registration()
    other = a_registration(name="Nobody", tax_number="", person_email="n@x.example")

    prospects = [prospect_of(registration), prospect_of(other)]
    found, of_other = known_already(prospects)

    assert [(each.account, each.likenesses) for each in found] == [
        (by_number, (Likeness.TAX_NUMBER,)),
        (by_name, (Likeness.NAME,)),
    ]
    assert of_other == ()


def test_nobody_is_compared_with_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert known_already([]) == []
