"""The pages around an account: hierarchy, timeline, doubles, merge, import."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from purveyor.domain.accounts.models import Account, Contact
from purveyor.flows.account_import.models import AccountImport
from purveyor.kernel.sheets import read_sheet
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.assets import a_synchronized_asset
from tests.factories.moments import NOON
from tests.factories.provisioning import a_setup
from tests.support.staff import words

LIST = "bss:accounts_account_changelist"
CHANGE = "bss:accounts_account_change"


@pytest.fixture
def sales(staff) -> Client:
    return staff("Sales")


def statements(client: Client, address: str) -> int:
    """Return how many statements a page needs once everything is warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# ------------------------------------------------------------------ addresses


def test_only_the_first_address_begins_as_the_billing_address(sales: Client) -> None:
    account = an_account()
    with_one = sales.get(reverse(CHANGE, args=[account.pk]))
    account.addresses.all().delete()
    with_none = sales.get(reverse(CHANGE, args=[account.pk]))

    def begins_ticked(page: Any) -> bool:
        rows = next(
            each.formset
            for each in page.context["inline_admin_formsets"]
            if each.formset.prefix == "addresses"
        )
        return bool(rows.empty_form["is_billing"].value())

    assert not begins_ticked(with_one)
    assert begins_ticked(with_none)


def test_a_second_billing_address_is_refused_where_it_stands(sales: Client) -> None:
    account = an_account()
    rows = {
        "addresses-TOTAL_FORMS": 2,
        "addresses-INITIAL_FORMS": 1,
        "addresses-0-id": account.addresses.get().pk,
        "addresses-1-line1": "Second Road 2",
        "addresses-1-city": "Bonn",
        "addresses-1-country": "DE",
        "addresses-1-is_billing": "on",
        "contacts-TOTAL_FORMS": 0,
        "contacts-INITIAL_FORMS": 0,
    }
    for field in ("line1", "postcode", "city", "country", "is_billing"):
        known = getattr(account.addresses.get(), field)
        rows[f"addresses-0-{field}"] = "on" if known is True else known
    facts = {"name": "Contoso", "kind": account.kind, "currency": account.currency}
    page = reverse(CHANGE, args=[account.pk])

    refused = sales.post(page, {**facts, "invoice_option": "ISSUE", **rows})

    addresses = refused.context["inline_admin_formsets"][0].formset
    assert [list(errors) for errors in addresses.errors] == [[], ["is_billing"]]
    assert "General Addresses 1 Contacts" in words(refused)
    assert "Mark only one address as the billing address." in words(refused)
    assert account.addresses.count() == 1


# ------------------------------------------------------------------ contacts


def test_the_main_contact_takes_over_and_the_list_says_so(sales: Client) -> None:
    account = an_account()
    mia = account.contacts.get()
    mia.stand_for("billing", is_main=True)
    mia.save()
    page = reverse("bss:accounts_contact_add")

    sales.post(
        page,
        {
            "account": account.pk,
            "first_name": "Tom",
            "last_name": "Tailor",
            "email": "tom@contoso.example",
            "billing_role": "main",
            "technical_role": "also",
        },
    )

    tom = Contact.objects.get(first_name="Tom")
    mia.refresh_from_db()
    assert tom.is_main("billing")
    assert (mia.has_role("billing"), mia.is_main("billing")) == (True, False)
    listed = words(sales.get(reverse("bss:accounts_contact_changelist")))
    assert "bills (main), technical matters" in listed


def test_a_role_is_taken_from_a_contact_on_its_page(sales: Client) -> None:
    mia = an_account().contacts.get()
    page = reverse("bss:accounts_contact_change", args=[mia.pk])
    facts = {"account": mia.account_id, "first_name": "Mia", "last_name": "Miller"}

    sales.post(page, {**facts, "email": mia.email, "billing_role": ""})

    mia.refresh_from_db()
    assert not mia.has_role("billing")


# ------------------------------------------------------------------ tax numbers


def test_a_tax_number_without_an_address_says_why_it_is_not_checked(
    sales: Client,
) -> None:
    account = an_account()
    account.addresses.all().delete()
    Account.objects.filter(pk=account.pk).update(tax_number="DE136695976")

    page = words(sales.get(reverse(CHANGE, args=[account.pk])))

    assert "Not checked: the account has no billing address yet." in page
    assert "A vendor that knows the account keeps the e-mail" in page


def test_a_doubtful_tax_number_is_kept_with_a_warning(sales: Client) -> None:
    account = an_account(country="CH")
    Account.objects.filter(pk=account.pk).update(tax_number="CHE-1")

    page = words(sales.get(reverse(CHANGE, args=[account.pk])))

    assert "CHE-1 does not look like a tax number of CH" in page


# ------------------------------------------------------------------ hierarchy


def test_resellers_stand_with_what_their_end_customers_have(sales: Client) -> None:
    north = a_reseller(name="Northwind")
    lea = an_end_customer(reseller=north, name="Lea & Co")
    a_synchronized_asset(account=lea)
    a_synchronized_asset(account=north, code="BT-TEST-2")
    a_reseller(name="Southwind")

    everybody = words(sales.get(reverse("bss:account_hierarchy")))
    found = words(sales.get(reverse("bss:account_hierarchy"), {"q": "south"}))
    page = words(sales.get(reverse("bss:account_in_hierarchy", args=[lea.pk])))

    assert f"Northwind {north.number} 1 2 2 20" in everybody
    assert "Northwind" not in found.partition("Resellers orders")[2]
    assert f"Northwind {north.number} Reseller 1 1 10" in page
    assert f"Lea & Co {lea.number} End customer 1 1 10" in page
    assert "Together, with 1 end customer 2 2 20" in page


def test_figures_are_only_shown_to_who_may_see_their_records(staff) -> None:
    north = a_reseller(name="Northwind")
    a_synchronized_asset(account=north)
    client = staff("Sales")
    Permission.objects.filter(codename="view_asset").delete()

    page = words(client.get(reverse("bss:account_hierarchy")))

    assert "Licenses" not in page
    assert f"Northwind {north.number} 0 1" in page


# ------------------------------------------------------------------ doubles, merge


def test_two_accounts_are_compared_and_merged(sales: Client) -> None:
    kept = an_account(name="Contoso", phone="1")
    other = an_account(name="Contoso GmbH", website="https://contoso.example")
    a_synchronized_asset(account=other)

    proposed = words(sales.get(reverse("bss:account_doubles")))
    page = reverse("bss:merge_account", args=[kept.pk])
    compared = sales.get(page, {"other": other.number})
    answer = sales.post(page, {"other": other.number, "taken-website": "other"})
    closed = sales.get(reverse(CHANGE, args=[other.pk]))

    assert "Contoso GmbH" in proposed
    assert "Nearly the same name" in proposed
    assert f"Merge {other.number} into {kept.number}" in words(compared)
    assert "1 Assets" in words(compared)
    assert answer["Location"] == reverse(CHANGE, args=[kept.pk])
    kept.refresh_from_db()
    assert (kept.website, kept.phone) == ("https://contoso.example", "1")
    assert f"Contoso ({kept.number})" in words(closed)
    assert 'name="_save"' not in closed.content.decode()
    assert "Contoso GmbH" not in words(sales.get(reverse(LIST)))
    assert "Contoso GmbH" in words(sales.get(reverse(LIST), {"merged": "only"}))


def test_what_stands_in_the_way_is_shown_without_a_button(sales: Client) -> None:
    kept, other = an_account(), an_account(currency="USD")
    page = reverse("bss:merge_account", args=[kept.pk])

    shown = words(sales.get(page, {"other": other.number}))
    pressed = words(sales.post(page, {"other": other.number}))

    assert "They are billed in different currencies" in shown
    assert f"Merge {other.number} into" not in shown
    assert "They are billed in different currencies" in pressed
    assert Account.objects.filter(merged_into__isnull=False).count() == 0


def test_accounts_that_differ_are_told_apart(sales: Client) -> None:
    one, other = an_account(name="Contoso"), an_account(name="Contoso")

    answer = sales.post(
        reverse("bss:tell_accounts_apart"),
        {"one": one.number, "other": other.number},
        follow=True,
    )

    assert "No account looks like another" in words(answer)


def test_a_merged_account_is_not_changed(sales: Client) -> None:
    kept, other = an_account(), an_account()
    Account.objects.filter(pk=other.pk).update(
        merged_into=kept, merged_at=NOON, is_ordering_enabled=False
    )

    answer = sales.post(reverse(CHANGE, args=[other.pk]), {"name": "Another"})

    assert answer.status_code == 403


# ------------------------------------------------------------------ import


def sent(text: str, name: str = "accounts.csv") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, text.encode())}


def test_a_file_with_wrong_rows_is_shown_then_imported_without_them(
    sales: Client,
) -> None:
    page = reverse("bss:import_accounts")

    shown = sales.post(
        page, sent("name,e-mail\nA,a@a.example\nB,b\nC,c\n"), follow=True
    )
    wanted = AccountImport.objects.get()
    one = [wanted.pk]
    nothing_yet = Account.objects.count()
    sales.post(reverse("bss:import_accounts_begin", args=one))
    stepped = sales.post(
        reverse("bss:import_accounts_step", args=one), headers={"HX-Request": "true"}
    )
    done = words(sales.get(stepped["HX-Redirect"]))

    assert nothing_yet == 0
    assert "There are 3 rows. 1 can be imported, 2 have a problem" in words(shown)
    assert "3 B – – b – E-mail: Enter a valid email address." in words(shown)
    assert "1 account is created. 2 rows were left out" in done
    assert [account.name for account in Account.objects.all()] == ["A"]


def test_a_file_that_cannot_be_read_is_told_at_its_field(sales: Client) -> None:
    page = reverse("bss:import_accounts")

    wrong = sales.post(page, sent("colour\nred\n"))
    none = sales.post(page, {})

    assert "The column “colour” is unknown." in words(wrong)
    assert "This field is required." in words(none)
    assert not AccountImport.objects.exists()


def test_an_import_is_given_up(sales: Client) -> None:
    sales.post(reverse("bss:import_accounts"), sent("name\nA\n"))
    one = [AccountImport.objects.get().pk]

    sales.post(reverse("bss:import_accounts_discard", args=one))
    late = sales.post(reverse("bss:import_accounts_begin", args=one), follow=True)

    assert "This import was discarded." in words(late)
    assert not Account.objects.exists()


def test_the_template_is_a_spreadsheet_with_the_headings(sales: Client) -> None:
    answer = sales.get(reverse("bss:import_accounts_template"))

    sheet = read_sheet(name="accounts.xlsx", content=answer.content)
    assert sheet.headings[:3] == ("name", "kind", "reseller")
    assert sheet.rows[0].cells["name"] == "Alpine Ski House"


def test_only_who_may_import_and_merge_does(staff) -> None:
    operations, account = staff("Operations"), an_account()

    listed = words(operations.get(reverse(LIST)))

    assert "Import" not in listed
    assert "Doubles" not in listed
    for page in (
        reverse("bss:import_accounts"),
        reverse("bss:account_doubles"),
        reverse("bss:merge_account", args=[account.pk]),
    ):
        assert operations.get(page).status_code == 403


# ------------------------------------------------------------------ timeline


def test_the_timeline_tells_of_one_kind_or_all_page_by_page(sales: Client) -> None:
    account = an_account(name="Contoso")
    a_synchronized_asset(account=account)
    page = reverse("bss:account_timeline", args=[account.pk])

    everything = words(sales.get(page))
    orders = words(sales.get(page, {"kind": "ORDER"}))
    tab = words(sales.get(reverse(CHANGE, args=[account.pk])))

    assert "dan@distributor.example executed it" in everything
    assert "Invoice INV-000001" in everything
    assert "Invoice INV-000001" not in orders
    assert "Show the whole timeline" in tab


def test_the_timeline_tells_only_of_what_a_person_may_see(staff) -> None:
    account = an_account()
    a_synchronized_asset(account=account)
    page = reverse("bss:account_timeline", args=[account.pk])
    client = staff("Sales")
    Permission.objects.filter(codename="view_invoice").delete()

    shown = words(client.get(page))
    asked = words(client.get(page, {"kind": "INVOICE"}))

    assert "Invoice INV" not in shown
    assert "Invoice INV" not in asked


# ------------------------------------------------------------------ statements


def test_pages_need_as_many_statements_for_many_records_as_for_few(
    sales: Client,
) -> None:
    a_setup()
    account = a_reseller(name="Northwind")
    a_synchronized_asset(account=account)
    an_end_customer(reseller=account)
    pages = {
        "list": reverse(LIST),
        "page": reverse(CHANGE, args=[account.pk]),
        "hierarchy": reverse("bss:account_hierarchy"),
        "in hierarchy": reverse("bss:account_in_hierarchy", args=[account.pk]),
        "timeline": reverse("bss:account_timeline", args=[account.pk]),
        "doubles": reverse("bss:account_doubles"),
    }
    few = {name: statements(sales, address) for name, address in pages.items()}

    for n in range(4):
        lea = an_end_customer(reseller=account)
        a_synchronized_asset(account=lea, code=f"BT-TEST-LEA-{n}")
        a_synchronized_asset(account=account, code=f"BT-TEST-OWN-{n}")

    assert {name: statements(sales, at) for name, at in pages.items()} == few
    assert few == {
        "list": 10,
        "page": 30,
        "hierarchy": 13,
        "in hierarchy": 17,
        "timeline": 14,
        "doubles": 8,
    }
