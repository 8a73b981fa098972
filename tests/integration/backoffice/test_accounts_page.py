"""Office > Accounts, and the page 'Provisioning Sync Status' of an account."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import Account, AccountKind, Address, Contact
from purveyor.domain.accounts.operations import establish_roles
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink
from purveyor.faces.backoffice.frame import record_lists
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import (
    a_reseller,
    an_account,
    an_end_customer,
    an_organization,
)
from tests.factories.assets import a_synchronized_asset
from tests.factories.catalogue import an_application
from tests.factories.provisioning import a_link, a_setup
from tests.support.staff import value_of, words
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn

ADD = "bss:accounts_account_add"
CHANGE = "bss:accounts_account_change"
LIST = "bss:accounts_account_changelist"
SYNC = "bss:synchronization"


@pytest.fixture
def sales(staff) -> Client:
    an_organization()
    return staff("Sales")


def typed(**fields: object) -> dict[str, Any]:
    """Return what a browser sends of the form of an account, with one address."""
    return {
        "name": "Alpine Ski House",
        "kind": "DIRECT_CUSTOMER",
        "currency": "EUR",
        "email": "office@alpine.example",
        "invoice_option": "ISSUE",
        "is_ordering_enabled": "on",
        "addresses-TOTAL_FORMS": 1,
        "addresses-INITIAL_FORMS": 0,
        "addresses-0-line1": "Hauptstraße 1",
        "addresses-0-postcode": "10115",
        "addresses-0-city": "Berlin",
        "addresses-0-country": "DE",
        "addresses-0-is_billing": "on",
        "contacts-TOTAL_FORMS": 1,
        "contacts-INITIAL_FORMS": 0,
        "contacts-0-first_name": "Lea",
        "contacts-0-last_name": "Lang",
        "contacts-0-email": "lea@alpine.example",
        "contacts-0-billing_role": "main",
        **fields,
    }


# ------------------------------------------------------------------ the form


def test_an_account_is_created_with_its_address_and_contact(sales: Client) -> None:
    answer = sales.post(reverse(ADD), typed(), follow=True)

    account = Account.objects.get()
    assert account.number == "A-00001"
    assert answer.redirect_chain == [(reverse(CHANGE, args=[account.pk]), 302)]
    assert Address.objects.get().account == account
    assert Contact.objects.get().account == account
    verbs = Entry.objects.values_list("record_type", "verb", "actor")
    assert set(verbs) == {
        ("accounts.account", "create", "sales@aurora.example"),
        ("accounts.address", "create", "sales@aurora.example"),
        ("accounts.contact", "create", "sales@aurora.example"),
    }


def test_what_happens_about_bills_is_changed_and_told(sales: Client) -> None:
    sales.post(reverse(ADD), typed())
    account = Account.objects.get()
    page = reverse(CHANGE, args=[account.pk])
    known = {
        "addresses-INITIAL_FORMS": 1,
        "addresses-0-id": account.addresses.get().pk,
        "contacts-INITIAL_FORMS": 1,
        "contacts-0-id": account.contacts.get().pk,
    }

    sales.post(page, typed(invoice_option="DRAFT", **known))

    account.refresh_from_db()
    assert account.invoice_option == "DRAFT"
    changes = Entry.objects.get(record_type="accounts.account", verb="edit").facts
    assert changes == {"changes": {"invoice_option": ["ISSUE", "DRAFT"]}}
    history = words(
        sales.get(reverse("bss:accounts_account_history", args=[account.pk]))
    )
    told = "Create and issue the invoice → Create a draft invoice"
    assert f"Invoice of orders from the Storefront: {told}" in history


def test_a_new_account_is_not_synchronized_and_links_to_how(sales: Client) -> None:
    a_setup()
    account = an_account()

    page = sales.get(reverse(CHANGE, args=[account.pk]))

    assert "Provisioning Sync Status UnSynchronized" in words(page)
    assert f'href="{reverse(SYNC, args=[account.pk])}"' in page.content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"tax_number": "DE123"}, "DE123 is not a valid tax number of DE"),
        ({"kind": "END_CUSTOMER"}, "Choose the reseller of this end customer."),
        ({"addresses-0-country": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
        ({"currency": "XXX"}, "Select a valid choice."),
        ({"email": "nobody"}, "Enter a valid email address."),
    ],
)
def test_a_wrong_word_is_told_and_nothing_typed_is_lost(
    wrong: dict[str, str], told: str, sales: Client
) -> None:
    answer = sales.post(reverse(ADD), typed(notes="Call before noon.", **wrong))

    assert told in words(answer)
    assert "Call before noon." in words(answer)
    assert value_of(answer, "addresses-0-line1") == "Hauptstraße 1"
    assert value_of(answer, "contacts-0-email") == "lea@alpine.example"
    assert not Account.objects.exists()
    assert not Entry.objects.exists()


def test_nothing_is_saved_when_only_a_row_is_wrong(sales: Client) -> None:
    account = an_account(name="Before")
    address, contact = account.addresses.get(), account.contacts.get()

    sales.post(
        reverse(CHANGE, args=[account.pk]),
        typed(
            name="After",
            **{
                "addresses-INITIAL_FORMS": 1,
                "addresses-0-id": address.pk,
                "addresses-TOTAL_FORMS": 2,
                "addresses-1-line1": "Second Road 2",
                "addresses-1-city": "Bonn",
                "addresses-1-country": "DE",
                "addresses-1-is_billing": "on",
                "contacts-INITIAL_FORMS": 1,
                "contacts-0-id": contact.pk,
            },
        ),
    )

    account.refresh_from_db()
    assert account.name == "Before"
    assert Address.objects.get().line1 == "Main Street 1"


def test_the_billing_address_moves_to_another_in_one_go(sales: Client) -> None:
    account = an_account()
    address, contact = account.addresses.get(), account.contacts.get()
    rows = {
        "addresses-INITIAL_FORMS": 1,
        "addresses-TOTAL_FORMS": 2,
        "addresses-0-id": address.pk,
        "addresses-0-is_billing": "",
        "addresses-1-line1": "New Road 2",
        "addresses-1-city": "Bonn",
        "addresses-1-country": "DE",
        "addresses-1-is_billing": "on",
        "contacts-INITIAL_FORMS": 1,
        "contacts-0-id": contact.pk,
    }

    answer = sales.post(reverse(CHANGE, args=[account.pk]), typed(**rows))

    assert answer.status_code == 302
    assert account.addresses.get(is_billing=True).line1 == "New Road 2"


def test_the_page_shows_what_the_account_has(sales: Client) -> None:
    account = an_account(name="Northwind")
    asset = a_synchronized_asset(account=account, code="BT-TEST-0000-0000-CASH")

    page = words(sales.get(reverse(CHANGE, args=[account.pk])))

    assert asset.order_item.order.number in page
    assert asset.number in page
    assert asset.coupon_mask in page
    assert "INV-" in page
    assert "BT-TEST-0000-0000-CASH" not in page


def test_a_section_shows_only_to_who_may_see_its_records(staff) -> None:
    account = an_account()
    establish_roles(roles={"Reception": ["accounts.view_account"]})
    reception = staff("Reception")

    page = words(reception.get(reverse(CHANGE, args=[account.pk])))

    assert "General Addresses" not in page
    assert "Orders" not in page.partition("General Information")[0]


def test_only_resellers_are_offered_as_a_reseller(sales: Client) -> None:
    a_reseller(name="Northwind")
    an_account(name="Northern Lights")
    asked = {
        "app_label": "accounts",
        "model_name": "account",
        "field_name": "parent",
        "term": "north",
    }

    found = sales.get(reverse("bss:autocomplete"), asked).json()["results"]

    assert [choice["text"] for choice in found] == ["Northwind (A-00001)"]


# ------------------------------------------------------------------ the list


def test_the_list_shows_the_worst_status_and_filters_by_it(sales: Client) -> None:
    a_setup()
    a_link(account=an_account(name="Known Ltd"))
    an_account(name="Stranger Ltd")

    everybody = words(sales.get(reverse(LIST)))
    strangers = words(sales.get(reverse(LIST), {"sync": "open"}))

    assert "Known Ltd Direct customer – EUR Synchronized" in everybody
    assert "Stranger Ltd Direct customer – EUR UnSynchronized" in everybody
    assert "Stranger Ltd" in strangers
    assert "Known Ltd" not in strangers


def test_an_end_customer_is_listed_with_its_reseller(sales: Client) -> None:
    an_end_customer(reseller=a_reseller(name="Northwind"), name="Lea Logistics")

    assert "Lea Logistics End customer Northwind" in words(sales.get(reverse(LIST)))
    assert Account.objects.filter(kind=AccountKind.END_CUSTOMER).count() == 1


# ------------------------------------------------------------------ synchronization


@pytest.fixture
def account(vendor: StandIn) -> Account:
    """Return an account that BitTitan does not know yet."""
    a_setup(address=vendor.api_url, api_key=API_KEY, workgroup=WORKGROUP)
    return an_account(name="Northwind")


@pytest.fixture
def visit() -> Callable[[], None]:
    """Return how a worker does all that is due."""

    def work() -> None:
        drain(STREET, now=clock.now())

    return work


def pressed(account: Account, **options: str) -> dict[str, Any]:
    """Return what `Save & Synchronize` sends."""
    return {"application": an_application().pk, **options}


def test_save_and_synchronize_makes_the_account_known(
    sales: Client, account: Account, visit: Callable[[], None], vendor: StandIn
) -> None:
    page = reverse(SYNC, args=[account.pk])

    sales.post(page, pressed(account))
    asked = words(sales.get(page))
    visit()
    answered = words(sales.get(page))

    assert "BitTitan is being asked." in asked
    assert "Provisioning Sync Status Synchronized" in answered
    assert "Acknowledge" in answered
    assert len(vendor.accounts(account.number)) == 1


def test_the_result_is_acknowledged_once_by_a_person(
    sales: Client, account: Account, visit: Callable[[], None]
) -> None:
    page = reverse(SYNC, args=[account.pk])
    sales.post(page, pressed(account))
    visit()
    here = [account.pk, an_application().pk]

    answer = sales.post(
        reverse("bss:acknowledge_synchronization", args=here), follow=True
    )

    assert "Acknowledged by sales@aurora.example, 15 Jan 2030" in words(answer)
    assert Entry.objects.filter(verb="acknowledge").count() == 1


def test_a_refusal_is_shown_in_the_vendors_own_words(
    sales: Client, account: Account, visit: Callable[[], None], vendor: StandIn
) -> None:
    vendor.fails("invalid_422")
    page = reverse(SYNC, args=[account.pk])

    sales.post(page, pressed(account))
    visit()
    answered = words(sales.get(page))

    link = AccountLink.objects.get()
    assert link.status == LinkStatus.FAILED
    assert link.reason in answered
    assert "Save & Synchronize" in answered


def test_a_page_that_waits_asks_every_second_then_explains(
    sales: Client, account: Account
) -> None:
    sales.post(reverse(SYNC, args=[account.pk]), pressed(account))
    panel = reverse("bss:synchronization_panel", args=[account.pk, an_application().pk])

    first = sales.get(panel, {"tick": "1"})
    late = sales.get(panel, {"tick": "15"})

    assert f'hx-get="{panel}?tick=2"' in first.content.decode()
    assert "load delay:1s" in first.content.decode()
    assert "load delay:5s" in late.content.decode()
    assert "No worker is running." in words(late)


def test_sync_options_are_asked_for_and_kept_when_refused(
    sales: Client, vendor: StandIn
) -> None:
    a_setup(
        address=vendor.api_url,
        api_key=API_KEY,
        workgroup=WORKGROUP,
        sync_fields="EMAIL_PASSWORD",
    )
    account = an_account()
    page = reverse(SYNC, args=[account.pk])

    answer = sales.post(page, pressed(account, **{"open-email": "mia@north.example"}))

    assert "Sync Options Email Address *" in words(answer)
    assert "Password: This field is required." in words(answer)
    assert value_of(answer, "open-email") == "mia@north.example"
    assert not AccountLink.objects.exists()


def test_who_may_only_look_gets_no_button(staff, account: Account) -> None:
    auditor = staff("Auditor")
    page = reverse(SYNC, args=[account.pk])

    seen, pushed = auditor.get(page), auditor.post(page, pressed(account))

    assert "Save & Synchronize" not in words(seen)
    assert "Your role may look at this, but not synchronize." in words(seen)
    assert pushed.status_code == 403
    assert not AccountLink.objects.exists()


def test_an_unknown_account_or_application_is_not_found(
    sales: Client, account: Account
) -> None:
    page = reverse(SYNC, args=[account.pk])

    assert sales.get(reverse(SYNC, args=[4711])).status_code == 404
    assert sales.post(page, {"application": "4711"}).status_code == 404
    assert sales.post(page, {"application": "x"}).status_code == 404


@pytest.mark.parametrize("seldom", [0, 1, 1_000])
def test_a_search_finds_the_newest_first_however_many_there_are(
    sales: Client, monkeypatch: pytest.MonkeyPatch, seldom: int
) -> None:
    monkeypatch.setattr(record_lists, "SELDOM", seldom)
    older, newer = an_account(name="Harbor Trading"), an_account(name="Harbor Tools")
    an_account(name="Alpine Trading")

    shown = sales.get(reverse(LIST), {"q": "harbor t"}).context["cl"].result_list

    assert [account.pk for account in shown] == [newer.pk, older.pk]
