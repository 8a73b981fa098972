"""Likely doubles: found by what they share, left alone once told apart."""

from datetime import datetime

import pytest

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.names import name_key
from purveyor.flows.merging.doubles import (
    GROUP_MAX,
    Likeness,
    doubles_of,
    likely_doubles,
)
from purveyor.flows.merging.models import Difference
from purveyor.flows.merging.operations import CannotMerge, merge_accounts, tell_apart
from purveyor.kernel.journal.queries import journal_of
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.moments import DAN

NUMBER = "DE136695976"


@pytest.mark.parametrize(
    "spelling",
    [
        "Müller & Co. GmbH",
        "MULLER",
        "Muller, Ltd.",
        "The Müller S.A.",
        " müller  gmbh & co. kg ",
    ],
)
def test_two_spellings_of_a_firm_have_one_key(spelling: str) -> None:
    assert name_key(spelling) == "muller"


@pytest.mark.parametrize(
    ("name", "key"), [("GmbH", "gmbh"), ("Straße 7", "strasse7"), ("Ωmega", "ωmega")]
)
def test_a_name_always_has_a_key(name: str, key: str) -> None:
    assert name_key(name) == key


def test_doubles_are_found_by_what_they_share_the_most_alike_first() -> None:
    by_name = an_account(name="Fabrikam"), an_account(name="Fabrikam GmbH")
    alike = (
        an_account(name="Contoso", tax_number=NUMBER),
        an_account(name="Contoso AG", tax_number=NUMBER),
    )
    by_email = an_account(name="Litware"), an_account(name="Proseware")
    Account.objects.filter(pk=by_email[0].pk).update(email="Office@lit.example")
    Account.objects.filter(pk=by_email[1].pk).update(email="office@lit.example")
    an_account(name="Tailspin")

    found = [(pair.first, pair.second, pair.likenesses) for pair in likely_doubles()]

    assert found == [
        (*alike, (Likeness.TAX_NUMBER, Likeness.NAME)),
        (*by_email, (Likeness.EMAIL,)),
        (*by_name, (Likeness.NAME,)),
    ]


def test_only_what_can_be_merged_is_proposed() -> None:
    an_account(name="Contoso", currency="EUR")
    an_account(name="Contoso", currency="USD")
    an_end_customer(reseller=a_reseller(name="Northwind"), name="Lea")
    lea = an_end_customer(reseller=a_reseller(name="Southwind"), name="Lea")
    an_account(name="Lea")

    assert likely_doubles() == ()
    assert doubles_of(lea) == ()


def test_a_value_that_many_share_proposes_nothing() -> None:
    for _n in range(GROUP_MAX + 1):
        an_account(name="Private customer")

    assert likely_doubles() == ()


def test_who_was_told_apart_or_merged_is_not_proposed_again(now: datetime) -> None:
    one, other, third = (an_account(name="Contoso") for _n in range(3))

    tell_apart(one=other, other=one, actor=DAN, now=now)
    tell_apart(one=one, other=other, actor=DAN, now=now)
    merge_accounts(kept=one, merged=third, taken=(), actor=DAN, now=now)

    assert likely_doubles() == ()
    assert doubles_of(one) == ()
    assert Difference.objects.count() == 1
    assert [line.verb for line in journal_of(other)].count("tell apart") == 1


def test_an_account_is_not_told_apart_from_itself(now: datetime) -> None:
    account = an_account()

    with pytest.raises(CannotMerge, match="one and the same"):
        tell_apart(one=account, other=account, actor=DAN, now=now)


def test_the_doubles_of_one_account_are_those_of_the_whole_list() -> None:
    one = an_account(name="Contoso", tax_number=NUMBER)
    an_account(name="Contoso Ltd", tax_number=NUMBER)
    an_account(name="Fabrikam")

    assert doubles_of(one) == likely_doubles()
