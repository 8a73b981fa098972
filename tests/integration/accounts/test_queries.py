"""Questions about accounts: who pays, who gets the mail, who may see what."""

from typing import Any

import pytest

from purveyor.domain.accounts.models import Account, Contact, Organization
from purveyor.domain.accounts.queries import (
    NoOrganization,
    accounts_under,
    bill_to_of,
    billing_email_of,
    country_of,
    find_accounts,
    get_account,
    has_accounts,
    is_billed_itself,
    known_as,
    organization,
    reseller_of,
)
from purveyor.domain.orders.models import Order
from purveyor.kernel.errors import NotFound
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.orders import a_draft_order


def test_an_account_is_known_by_its_number() -> None:
    account = an_account()

    assert get_account(number=account.number) == account
    with pytest.raises(NotFound, match="There is no account A-9"):
        get_account(number="A-9")


def test_accounts_are_known_by_any_part_of_their_name() -> None:
    contoso, half = an_account(name="Contoso Müller"), an_account(name="50% Off_Ltd")

    def known(term: str) -> list[Account]:
        return list(Account.objects.filter(known_as(term=term)).order_by("pk"))

    assert known("TOSO m") == [contoso]
    assert known(contoso.number.lower()) == [contoso]
    assert known("%") == known("f_l") == [half]
    assert known("f%l") == []


def test_accounts_are_found_by_number_and_by_beginnings_of_the_name() -> None:
    contoso, north = an_account(name="Contoso North"), a_reseller()

    assert find_accounts(term=f" {contoso.number.lower()} ") == (contoso,)
    assert find_accounts(term="NORTHW") == (north,)
    assert find_accounts(term="north") == (contoso, north)
    assert find_accounts(term="north", limit=1) == (contoso,)
    assert find_accounts(term="nobody") == ()


def test_a_reseller_pays_for_its_end_customer_unless_it_is_set_otherwise() -> None:
    lea, contoso = an_end_customer(), an_account()

    assert bill_to_of(lea) == lea.parent
    assert bill_to_of(contoso) == contoso
    lea.bill_to = lea
    assert bill_to_of(lea) == lea


def test_who_is_billed_itself_is_known_without_reading_another(
    django_assert_num_queries: Any,
) -> None:
    lea, mia, contoso = an_end_customer(), an_end_customer(), an_account()
    mia.bill_to = mia
    mia.save()
    accounts = Account.objects.in_bulk([lea.pk, mia.pk, contoso.pk])

    with django_assert_num_queries(0):
        billed = {pk for pk, each in accounts.items() if is_billed_itself(each)}

    assert billed == {mia.pk, contoso.pk}
    assert billed == {pk for pk, each in accounts.items() if bill_to_of(each) == each}


def test_the_reseller_of_an_account() -> None:
    lea = an_end_customer()

    assert reseller_of(lea) == lea.parent
    assert reseller_of(lea.parent) == lea.parent


def test_a_mail_goes_to_the_billing_contact_then_to_the_payers_then_to_the_office() -> (
    None
):
    north = a_reseller()
    lea = an_end_customer(reseller=north)

    def goes_to() -> str:
        return billing_email_of(account=lea, bill_to=north)

    assert goes_to() == lea.contacts.get().email
    lea.contacts.all().delete()
    assert goes_to() == north.contacts.get().email
    Contact.objects.update(is_billing_contact=False)
    assert goes_to() == lea.email
    lea.email = ""
    assert goes_to() == north.email


def test_the_country_is_the_billing_addresss_else_the_distributors() -> None:
    account = an_account(country="AT")
    assert country_of(account) == "AT"

    account.addresses.update(is_billing=False)

    assert country_of(account) == "DE"


def test_without_a_profile_nothing_can_be_billed() -> None:
    account = an_account()
    assert organization().name == "Aurora Distribution GmbH"
    Organization.objects.all().delete()
    account.addresses.all().delete()

    with pytest.raises(NoOrganization, match="Setup > Organization profile"):
        country_of(account)


def test_whether_there_are_accounts() -> None:
    assert not has_accounts()
    an_account()
    assert has_accounts()


def test_an_account_sees_its_own_and_a_reseller_its_end_customers_too() -> None:
    north, south = a_reseller(), a_reseller(name="South")
    lea, eve = (an_end_customer(reseller=each) for each in (north, south))
    orders = {account.pk: a_draft_order(account=account) for account in (lea, eve)}

    def seen_by(account: Account) -> list[Order]:
        return list(Order.objects.filter(accounts_under(account)))

    assert seen_by(lea) == seen_by(north) == [orders[lea.pk]]
    assert seen_by(eve) == [orders[eve.pk]]
    assert seen_by(an_account()) == []
