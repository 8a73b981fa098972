"""The journal in sentences: what was and what is, in the words of the pages."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.accounts.models import AccountKind, Organization
from purveyor.domain.accounts.operations import edit_account
from purveyor.faces.backoffice.frame.display import moment
from purveyor.faces.backoffice.frame.fact_words import facts
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.operations import changes_of, keep, log
from tests.factories.accounts import a_reseller, an_account, an_organization
from tests.factories.moments import DAN
from tests.factories.orders import a_submitted_order, an_execution
from tests.support.staff import queries_of, signed_in, words

pytestmark = pytest.mark.both

LIST = "bss:journal_entry_changelist"
INES = "ines@distributor.example"


@pytest.fixture
def auditor() -> Client:
    return signed_in("journal.view_entry", "accounts.view_account", "orders.view_order")


def test_a_change_is_told_with_what_was_and_what_is(
    auditor: Client, now: datetime
) -> None:
    account = an_account(name="Contoso", kind=AccountKind.DIRECT_CUSTOMER)
    account.name, account.kind = "Contoso Ltd", AccountKind.RESELLER
    edit_account(account=account, changed=("name", "kind"), actor=DAN, now=now)

    history = reverse("bss:accounts_account_history", args=[account.pk])
    told = f"{DAN} changed it"
    change = "Name: Contoso → Contoso Ltd · Kind: Direct customer → Reseller"

    for page in (words(auditor.get(history)), words(auditor.get(reverse(LIST)))):
        assert f"{told} {change}" in page


def test_another_record_is_told_in_its_words(now: datetime) -> None:
    north, south = a_reseller(name="North"), a_reseller(name="South")
    lea = an_account(kind=AccountKind.END_CUSTOMER, parent=north)
    lea.parent = south

    changes = changes_of(lea, ("parent", "name"))

    assert changes == {"parent": [str(north), str(south)]}


def test_no_secret_and_no_picture_is_in_a_change(now: datetime) -> None:
    an_organization()
    profile = Organization.objects.get()
    profile.logo, profile.phone = b"\x89PNG", "+49 30 1"

    keep(profile, changed=("logo", "phone"), actor=DAN, at=now)

    assert set(Entry.objects.latest("pk").facts["changes"]) == {"phone"}


def test_states_are_told_in_words_and_records_are_links(auditor: Client) -> None:
    order = a_submitted_order()

    page = auditor.get(reverse(LIST))

    assert "submitted it: Draft → Submitted" in words(page)
    link = reverse("bss:orders_order_change", args=[order.pk])
    assert f'href="{link}"' in page.content.decode()


def test_values_are_told_as_people_write_them() -> None:
    told = facts(
        {
            "total": "1190.00",
            "currency": "EUR",
            "is_active": False,
            "start_date": "2030-01-15",
            "count": 2,
            "reason": "<b>Lea</b> asked",
        }
    )

    assert told == (
        "Total: €1,190.00 · Active: no · Start date: 15 Jan 2030 · How many: 2 · "
        "Reason: &lt;b&gt;Lea&lt;/b&gt; asked"
    )


def test_a_number_in_the_journal_leads_to_its_record() -> None:
    told = facts({"order": "O-000012"})

    address = reverse("bss:orders_order_changelist")
    assert f'href="{address}?q=O-000012"' in told


def test_lines_are_found_by_person_by_record_and_by_kind(
    auditor: Client, now: datetime
) -> None:
    order, account = a_submitted_order(), an_account(name="Contoso")
    log(account, "edit", actor=INES, at=now)

    by_person = words(auditor.get(reverse(LIST), {"who": INES}))
    by_number = words(auditor.get(reverse(LIST), {"q": order.number.lower()}))
    by_kind = words(auditor.get(reverse(LIST), {"kind": "accounts.account"}))
    by_mail = words(auditor.get(reverse(LIST), {"q": INES}))

    assert "Contoso" in by_person
    assert f"Order {order.number}" not in by_person
    assert f"Order {order.number}" in by_number
    assert f"{account.number} Contoso" not in by_number
    assert f"Order {order.number}" not in by_kind
    assert f"{INES} changed it" in by_mail


def test_lines_are_found_by_time(auditor: Client, now: datetime) -> None:
    account = an_account()
    log(account, "edit", actor=INES, at=now - timedelta(days=30))
    log(account, "rename", actor=INES, at=now)
    days = {"at_from": "2030-01-10", "at_to": "2030-01-15"}

    page = words(auditor.get(reverse(LIST), days))

    assert "renamed it" in page
    assert f"{INES} changed it" not in page
    assert moment(now) in page


def test_more_lines_take_no_more_statements(auditor: Client) -> None:
    an_execution()
    before = queries_of(auditor, reverse(LIST))
    for _each in range(3):
        an_execution()

    assert queries_of(auditor, reverse(LIST)) == before
