"""My customers, page by page."""

import re
from typing import Any

import pytest
from django.test import Client

from purveyor.domain.accounts.models import Account, MemberRole
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import (
    AccountLink,
    Buyers,
    LinkOf,
    ServiceManagerSetup,
)
from purveyor.flows.checkout.models import Basket
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.assets import a_synchronized_asset
from tests.factories.catalogue import a_product
from tests.factories.members import a_member, a_visit
from tests.factories.orders import a_submitted_order, an_execution, copies_of
from tests.factories.provisioning import a_link, a_setup
from tests.support.shopping import CODE, fills_the_basket, page

NEW = {
    "name": "Elbklinik",
    "email": "office@elbklinik.example",
    "line1": "Klinikweg 1",
    "postcode": "21680",
    "city": "Stade",
    "country": "DE",
    "first_name": "Nuria",
    "last_name": "Kaya",
    "contact_email": "kaya@elbklinik.example",
}


@pytest.fixture
def northwind() -> Account:
    """Return a reseller in a shop that sells one product."""
    a_setup()
    a_product()
    return a_reseller()


def visits(
    reseller: Account, role: MemberRole = MemberRole.BUYER, email: str = "m@x.example"
) -> Client:
    """Return a browser of one of its people."""
    return a_visit(a_member(account=reseller, role=role, email=email))


def numbers_on(text: str) -> list[str]:
    """Return the customers of a list, in its order."""
    return re.findall(r'href="/customers/(A-\d+)/">', text)


# ------------------------------------------------------------------ the list


def test_the_list_tells_what_each_customer_has(northwind: Account) -> None:
    lea = an_end_customer(reseller=northwind, name="Lea")
    an_end_customer(reseller=northwind, name="Ada")
    an_end_customer(reseller=a_reseller(name="Southwind"), name="Una")
    a_synchronized_asset(account=lea)
    a_submitted_order(account=lea)

    shown = page(visits(northwind), "/customers/")

    ada, found = numbers_on(shown)
    assert found == lea.number
    assert f'href="/orders/?for={lea.number}&amp;status=open"' in shown
    assert f'href="/assets/?for={lea.number}"' in shown
    assert f"for={ada}" not in shown
    assert "Una" not in shown


def test_many_records_are_counted_to_a_limit(
    northwind: Account, django_assert_num_queries: Any
) -> None:
    lea = an_end_customer(reseller=northwind, name="A is on the first page")
    copies_of(a_submitted_order(account=lea), count=120)
    for _n in range(26):
        an_end_customer(reseller=northwind)
    client = visits(northwind)
    page(client, "/customers/")

    with django_assert_num_queries(8):
        shown = page(client, "/customers/?q=")

    assert ">99+</a>" in shown


def test_a_page_goes_on_where_the_one_before_ended(northwind: Account) -> None:
    made = [
        an_end_customer(reseller=northwind, name=f"C {n:02}").number for n in range(27)
    ]
    client = visits(northwind)

    first = page(client, "/customers/")
    following = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert following is not None
    second = page(client, "/customers/" + following[1])

    assert numbers_on(first) + numbers_on(second) == made
    assert "First page" in second


def test_empty_lists_say_what_to_do(northwind: Account) -> None:
    client = visits(northwind)

    assert "You have no customers yet" in page(client, "/customers/")
    assert 'href="/customers/new/?from=customers"' in page(client, "/customers/")
    assert "No customer fits this search" in page(client, "/customers/?q=zebra")


def test_the_list_as_a_file(northwind: Account) -> None:
    an_end_customer(reseller=northwind, name="=Lea", needs_reseller_approval=True)
    an_end_customer(reseller=northwind, name="Tim")

    answer = visits(northwind).get("/customers/export/?q=lea")

    text = b"".join(answer).decode()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "'=Lea" in text
    assert ",Germany,0,0,Yes," in text
    assert "Tim" not in text


@pytest.mark.parametrize("account", ["customer", "direct", "former reseller"])
def test_only_resellers_have_customers(northwind: Account, account: str) -> None:
    lea = an_end_customer(reseller=northwind)
    Account.objects.filter(pk=northwind.pk).update(
        is_reselling_enabled=account != "former reseller"
    )
    whose = {"customer": lea, "direct": an_account(), "former reseller": northwind}
    client = visits(whose[account], MemberRole.ADMIN)

    assert "My customers" not in page(client, "/")
    for address in ("", "export/", "new/", f"{lea.number}/", f"{lea.number}/edit/"):
        assert client.get(f"/customers/{address}").status_code == 403


def test_another_reseller_finds_nothing(northwind: Account) -> None:
    lea = an_end_customer(reseller=northwind)
    person = lea.contacts.get()
    client = visits(a_reseller(name="Southwind"), MemberRole.ADMIN)
    here = f"/customers/{lea.number}/"

    for address in ("", "edit/", "contacts/new/", f"contacts/{person.pk}/"):
        assert client.get(here + address).status_code == 404
        assert client.post(here + address, NEW).status_code in (404, 405)
    assert client.post(f"{here}contacts/{person.pk}/remove/").status_code == 404
    lea.refresh_from_db()
    assert lea.name != NEW["name"]
    assert lea.contacts.get() == person


def test_contacts_are_those_of_the_customer_in_the_address(northwind: Account) -> None:
    lea, tim = (an_end_customer(reseller=northwind) for _n in range(2))
    client = visits(northwind)

    address = f"/customers/{lea.number}/contacts/{tim.contacts.get().pk}/"

    assert client.get(address).status_code == 404
    assert client.post(f"{address}remove/").status_code == 404


# ------------------------------------------------------------------ adding


def test_a_customer_added_from_the_list_leads_to_its_page(northwind: Account) -> None:
    client = visits(northwind)
    fills_the_basket(client)

    assert "My customers" in page(client, "/customers/new/?from=customers")
    answer = client.post("/customers/new/?from=customers", NEW)

    made = northwind.end_customers.get()
    assert answer["Location"] == f"/customers/{made.number}/"
    assert Basket.objects.get().receiver is None
    shown = page(client, answer["Location"])
    assert "is now one of your customers" in shown
    assert "Nuria Kaya" in shown


def test_without_a_basket_there_is_none_to_return_to(northwind: Account) -> None:
    client = visits(northwind)

    assert "Back to the basket" not in page(client, "/customers/new/")
    answer = client.post("/customers/new/", NEW)

    assert answer["Location"].startswith("/customers/A-")


# ------------------------------------------------------------------ one customer


def test_the_page_tells_all_that_is_known(northwind: Account) -> None:
    lea = an_end_customer(
        reseller=northwind, name="Lea", phone="030 1", website="https://lea.example"
    )
    asset = a_synchronized_asset(account=lea)
    mia = lea.contacts.get()
    mia.stand_for("order", is_main=True)
    mia.save()

    shown = page(visits(northwind), f"/customers/{lea.number}/")

    assert "Orders (main contact) · Bills" in shown
    assert "Main Street 1" in shown
    assert "Northwind" in shown
    assert f'href="/assets/{asset.number}/"' in shown
    assert f'href="/orders/{asset.order_item.order.number}/"' in shown
    assert f'href="/assets/?for={lea.number}"' in shown
    assert f'href="/orders/?for={lea.number}"' in shown
    assert asset.coupon_mask not in shown


def test_the_page_needs_few_statements(
    northwind: Account, django_assert_num_queries: Any
) -> None:
    lea = an_end_customer(reseller=northwind)
    for _n in range(6):
        an_execution(account=lea)
    client = visits(northwind)
    page(client, f"/customers/{lea.number}/")

    with django_assert_num_queries(16):
        page(client, f"/customers/{lea.number}/")


def test_who_only_looks_changes_nothing(northwind: Account) -> None:
    lea = an_end_customer(reseller=northwind)
    client = visits(northwind, MemberRole.READ_ONLY)
    here = f"/customers/{lea.number}/"

    assert "Edit" not in page(client, here)
    assert "Add a customer" not in page(client, "/customers/")
    assert client.post(f"{here}edit/", NEW).status_code == 403


@pytest.mark.parametrize(
    ("policy", "status", "words"),
    [
        ({}, "SYNCHRONIZED", "BitTitan knows Lea since"),
        ({}, "SYNCHRONIZING", "BitTitan is just being told of Lea."),
        ({}, "UNCLEAR", "It is being checked whether BitTitan knows Lea."),
        ({}, "FAILED", "BitTitan could not be told of Lea."),
        ({}, None, "We have to synchronize it before you can buy for it"),
        ({"sync_on_checkout": True}, None, "told of Lea by the first order"),
        ({"require_prior_sync": False}, None, "delivered once we have synchronized"),
        ({"link_of": LinkOf.RESELLER}, None, "BitTitan does not know Northwind yet"),
        (
            {"allowed_buyers": Buyers.RESELLERS_FOR_THEMSELVES},
            None,
            "What BitTitan makes cannot be bought for end customers.",
        ),
    ],
)
def test_synchronization_is_told_in_plain_words(
    northwind: Account, policy: dict[str, Any], status: str | None, words: str
) -> None:
    ServiceManagerSetup.objects.update(**policy)
    lea = an_end_customer(reseller=northwind, name="Lea")
    if status:
        a_link(account=lea)
        AccountLink.objects.update(status=LinkStatus(status))

    shown = page(visits(northwind), f"/customers/{lea.number}/")

    assert words in shown


# ------------------------------------------------------------------ changing


def typed(**changed: str) -> dict[str, str]:
    """Return what a browser sends of the form of a customer."""
    known = {
        "name": "Lea",
        "email": "office@lea.example",
        "line1": "Main Street 1",
        "postcode": "10115",
        "city": "Berlin",
        "country": "DE",
    }
    return {**known, **changed}


def test_a_customer_is_edited(northwind: Account) -> None:
    lea = an_end_customer(reseller=northwind, name="Lea")
    client = visits(northwind)
    here = f"/customers/{lea.number}/"

    shown = page(client, f"{here}edit/")
    given = typed(phone="030 1", city="Potsdam", language="de", credit_limit="9")
    answer = client.post(f"{here}edit/", given)

    assert 'value="Main Street 1"' in shown
    assert answer["Location"] == here
    lea.refresh_from_db()
    assert (lea.phone, lea.language, lea.credit_limit) == ("030 1", "de", None)
    assert lea.addresses.get().city == "Potsdam"
    after = page(client, here)
    assert "What you changed of Lea is kept." in after
    assert "Deutsch" in after


def test_two_people_who_edit_do_not_undo_each_other(northwind: Account) -> None:
    lea = an_end_customer(reseller=northwind, name="Lea")
    given = typed(email=lea.email)
    client = visits(northwind)
    Account.objects.filter(pk=lea.pk).update(phone="030 7")

    client.post(f"/customers/{lea.number}/edit/", {**given, "phone": "030 7"})

    assert "Nothing was changed." in page(client, f"/customers/{lea.number}/")


def test_what_was_typed_stays_when_it_is_refused(northwind: Account) -> None:
    lea = an_end_customer(reseller=northwind, name="Lea")
    an_end_customer(reseller=northwind, name="Tim")
    client = visits(northwind)
    address = f"/customers/{lea.number}/edit/"

    taken = client.post(address, typed(name="Tim", phone="030 9"))
    wrong = client.post(address, typed(email="nobody", phone="030 9"))
    number = client.post(address, typed(tax_number="DE123", phone="030 9"))

    for answer in (taken, wrong, number):
        assert answer.status_code == 422
        assert 'value="030 9"' in answer.content.decode()
    assert "You have a customer Tim already" in taken.content.decode()
    assert "not a valid tax number" in number.content.decode()
    lea.refresh_from_db()
    assert (lea.name, lea.phone) == ("Lea", "")


def test_what_stands_on_our_invoices_is_shown_and_not_changed(
    northwind: Account,
) -> None:
    lea = an_end_customer(reseller=northwind, name="Lea")
    Account.objects.filter(pk=lea.pk).update(bill_to=lea)
    client = visits(northwind)
    address = f"/customers/{lea.number}/edit/"

    shown = page(client, address)
    client.post(address, typed(name="Other", city="Bonn", phone="030 1"))

    assert "We bill Lea directly" in shown
    lea.refresh_from_db()
    assert (lea.name, lea.phone) == ("Lea", "030 1")
    assert lea.addresses.get().city == "Berlin"


def test_contacts_are_added_changed_and_removed(northwind: Account) -> None:
    lea = an_end_customer(reseller=northwind, name="Lea")
    client = visits(northwind)
    here = f"/customers/{lea.number}/"
    given = {"first_name": "Tom", "last_name": "Tailor", "email": "tom@lea.example"}

    client.post(f"{here}contacts/new/", {**given, "roles": ["order", "technical"]})
    tom = lea.contacts.get(first_name="Tom")
    assert "Tom Tailor is a contact of Lea." in page(client, here)
    shown = page(client, f"{here}contacts/{tom.pk}/")
    assert shown.count("checked") == 2
    client.post(f"{here}contacts/{tom.pk}/", {**given, "roles": ["billing"]})
    tom.refresh_from_db()
    assert (tom.is_order_contact, tom.is_billing_contact) == (False, True)
    wrong = client.post(f"{here}contacts/{tom.pk}/", {**given, "email": "tom"})
    assert wrong.status_code == 422
    client.post(f"{here}contacts/{tom.pk}/remove/")

    assert "Tom Tailor is no longer a contact of Lea." in page(client, here)
    assert lea.contacts.count() == 1


def test_a_customer_without_people_says_so(northwind: Account) -> None:
    lea = an_end_customer(reseller=northwind)
    lea.contacts.all().delete()

    assert "Nobody is known here" in page(
        visits(northwind), f"/customers/{lea.number}/"
    )


def test_a_new_customer_can_be_bought_for_at_once(northwind: Account) -> None:
    client = visits(northwind)
    client.post("/customers/new/", NEW)
    basket = fills_the_basket(client)
    made = northwind.end_customers.get()

    given = {f"quantity-{CODE}": 10, "receiver": made.number}
    client.post("/basket/change/", given)

    basket.refresh_from_db()
    assert basket.receiver == made
