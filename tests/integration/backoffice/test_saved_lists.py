"""Lists as people keep them: saved under a name, with chosen columns, shared or not."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lists.models import ListHabit, SavedList
from tests.factories.accounts import a_reseller, an_account
from tests.support.staff import queries_of, signed_in, words

pytestmark = pytest.mark.both

LIST = "bss:accounts_account_changelist"
SAVE = "bss:accounts_account_save"
COLUMNS = "bss:accounts_account_columns"
OPEN_WITH = "bss:accounts_account_open_with"
RESELLERS = "kind__exact=RESELLER"
SEE = "accounts.view_account"
SHARE = "lists.share_savedlist"
INES, TOM = "ines@distributor.example", "tom@distributor.example"


@pytest.fixture
def ines() -> Client:
    return signed_in(SEE, SHARE, email=INES)


@pytest.fixture
def tom() -> Client:
    return signed_in(SEE, email=TOM)


def saves(client: Client, name: str, *, query: str = RESELLERS, **typed: str) -> Any:
    """Save the list of accounts with these filters, and return the answer."""
    sent = {"_form_submitted": "True", "name": name, **typed}
    return client.post(f"{reverse(SAVE)}?{query}", sent)


def test_a_list_is_saved_with_its_filters_and_opened_again(ines: Client) -> None:
    a_reseller(name="Alpine Cloud")
    an_account(name="Contoso")

    answer = saves(ines, "Resellers")
    page = words(ines.get(answer["Location"]))

    assert RESELLERS in answer["Location"]
    assert "Alpine Cloud" in page
    assert "Contoso" not in page
    assert "All Resellers" in words(ines.get(reverse(LIST)))


def test_a_saved_list_keeps_columns_and_order(ines: Client) -> None:
    chosen = {"_form_submitted": "True", "columns": ["number", "name", "phone"]}
    ines.post(reverse(COLUMNS), chosen)
    saves(ines, "By phone", query="o=-1")
    ines.post(reverse(COLUMNS), {**chosen, "columns": ["number", "name"]})
    an_account(name="Contoso", phone="+49 30 1234")

    saved = SavedList.objects.get()
    page = words(ines.get(f"{reverse(LIST)}?view={saved.pk}"))

    assert saved.order == ["-name"]
    assert saved.columns == ["number", "name", "phone"]
    assert "+49 30 1234" in page
    assert "+49 30 1234" not in words(ines.get(f"{reverse(LIST)}?view=0"))


def test_a_list_without_a_name_is_not_saved(ines: Client) -> None:
    answer = saves(ines, "  ")

    assert "This field is required." in words(answer)
    assert not SavedList.objects.exists()


def test_the_same_name_replaces_ones_own_list(ines: Client) -> None:
    saves(ines, "Mine")
    saves(ines, "Mine", query="kind__exact=END_CUSTOMER")

    saved = SavedList.objects.get()
    assert saved.query == "kind__exact=END_CUSTOMER"
    lines = Entry.objects.filter(record_type="lists.savedlist").order_by("pk")
    assert [line.verb for line in lines] == ["create", "edit"]


def test_a_list_opens_with_the_saved_one_until_that_is_taken_back(
    ines: Client,
) -> None:
    saves(ines, "Resellers", is_default="on")
    saved = SavedList.objects.get()

    opened = ines.get(reverse(LIST))
    whole = ines.get(f"{reverse(LIST)}?view=0")
    ines.post(f"{reverse(OPEN_WITH)}?view=0")

    assert opened["Location"] == f"?{RESELLERS}&view={saved.pk}"
    assert whole.status_code == 200
    assert ines.get(reverse(LIST)).status_code == 200


def test_only_what_is_shared_is_seen_by_others(ines: Client, tom: Client) -> None:
    saves(ines, "For all", is_shared="on")
    saves(ines, "For me")

    page = words(tom.get(reverse(LIST)))

    assert "For all" in page
    assert "For me" not in page


def test_sharing_needs_its_permission(tom: Client) -> None:
    saves(tom, "For all", is_shared="on")

    assert not SavedList.objects.get().is_shared


def test_nobody_deletes_the_list_of_another(ines: Client, tom: Client) -> None:
    saves(ines, "For all", is_shared="on")
    shared = SavedList.objects.get()
    address = f"{reverse('bss:accounts_account_drop')}?view={shared.pk}"

    refused = tom.post(address, {"_form_submitted": "True"})
    kept = SavedList.objects.exists()
    ines.post(address, {"_form_submitted": "True"})

    assert refused.status_code == 404
    assert kept
    assert not SavedList.objects.exists()


def test_columns_are_chosen_by_each_person_alone(ines: Client, tom: Client) -> None:
    an_account(phone="+49 30 1234")
    sent = {"_form_submitted": "True", "columns": ["number", "phone"]}

    ines.post(reverse(COLUMNS), sent)

    assert "+49 30 1234" in words(ines.get(reverse(LIST)))
    assert "+49 30 1234" not in words(tom.get(reverse(LIST)))


def test_the_usual_columns_are_no_habit(ines: Client) -> None:
    usual = ["number", "name", "kind_told", "reseller", "currency", "sync_badge"]

    ines.post(reverse(COLUMNS), {"_form_submitted": "True", "columns": usual})

    assert ListHabit.objects.get().columns == []


def test_a_column_that_is_not_there_is_refused(ines: Client) -> None:
    sent = {"_form_submitted": "True", "columns": ["credit_limit"]}

    answer = ines.post(reverse(COLUMNS), sent)

    assert "Select a valid choice" in words(answer)
    assert not ListHabit.objects.exists()


def test_what_one_keeps_of_a_list_takes_two_statements(ines: Client) -> None:
    before = queries_of(ines, reverse(LIST))
    for number in range(5):
        saves(ines, f"List {number}")

    assert queries_of(ines, f"{reverse(LIST)}?view=0") == before
