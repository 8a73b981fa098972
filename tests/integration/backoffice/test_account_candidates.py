"""The vendor's accounts that may be ours, on the page of the synchronization."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountCandidate, AccountLink
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import an_account
from tests.factories.moments import NOON
from tests.factories.provisioning import a_link, a_setup
from tests.factories.troubles import a_silent_vendor, an_account_candidate
from tests.support.staff import FROM_SCRIPT, signed_in, words

BECAUSE = "Same tax number"
SENT = {"_form_submitted": "True"}


@pytest.fixture
def sales() -> Client:
    return signed_in("accounts.view_account", "provisioning.synchronize_account")


@pytest.fixture
def found() -> AccountCandidate:
    a_setup()
    return an_account_candidate(account=an_account(), external_id="bt-77")


def page_of(found: AccountCandidate) -> str:
    return reverse("bss:synchronization", args=[found.link.account_id])


def link_of(found: AccountCandidate) -> str:
    steps = [found.link.account_id, found.link.application_id, found.pk]
    return reverse("bss:link_account", args=steps)


def new_of(found: AccountCandidate) -> str:
    steps = [found.link.account_id, found.link.application_id]
    return reverse("bss:make_new_account", args=steps)


def test_the_page_says_why_who_and_what_was_found(
    sales: Client, found: AccountCandidate
) -> None:
    answer = sales.get(page_of(found))

    page = words(answer)
    assert "Why it waits The vendor has an account with this e-mail already." in page
    assert "Who must act Operations" in page
    assert "When As soon as somebody acts" in page
    assert "bt-77 Northwind Inc." in page
    assert "Link this account" in page
    assert "load delay" not in answer.content.decode()


def test_an_account_that_was_found_is_linked(
    sales: Client, found: AccountCandidate
) -> None:
    silent = words(sales.post(link_of(found), SENT, headers=FROM_SCRIPT))
    sales.post(link_of(found), {**SENT, "because": BECAUSE}, headers=FROM_SCRIPT)

    assert "Say why." in silent
    link = AccountLink.objects.get()
    assert (link.status, link.external_id) == (LinkStatus.SYNCHRONIZED, "bt-77")
    assert Entry.objects.get(verb="adopt").facts == {"reason": BECAUSE}


def test_an_account_of_somebody_else_is_not_linked(
    sales: Client, found: AccountCandidate
) -> None:
    a_link(account=an_account(), external_id="bt-77")

    answer = sales.post(link_of(found), {**SENT, "because": BECAUSE})

    assert "is linked with another one by now" in words(answer)


def test_a_new_account_is_made_if_none_is_it(
    sales: Client, found: AccountCandidate
) -> None:
    silent = words(sales.post(new_of(found), SENT, headers=FROM_SCRIPT))
    sales.post(new_of(found), {**SENT, "because": BECAUSE}, headers=FROM_SCRIPT)
    again = words(sales.post(new_of(found), {**SENT, "because": BECAUSE}))

    assert "Say why." in silent
    link = AccountLink.objects.get()
    assert (link.is_new_wanted, link.due_at) == (True, NOON)
    assert not AccountCandidate.objects.exists()
    assert "There is nothing to decide any more." in again


def test_without_permission_what_was_found_is_only_looked_at(
    found: AccountCandidate,
) -> None:
    onlooker = signed_in("accounts.view_account")

    page = onlooker.get(page_of(found))

    assert "bt-77" in words(page)
    assert "Link this account" not in words(page)
    assert "Make a new account" not in words(page)
    for address in (link_of(found), new_of(found)):
        assert onlooker.post(address, SENT).status_code == HTTPStatus.FORBIDDEN


def test_what_has_failed_is_mended_on_this_very_page(
    sales: Client, found: AccountCandidate
) -> None:
    AccountLink.objects.update(
        status=LinkStatus.FAILED,
        parked_at=None,
        cause="rejected:invalid:email",
        waits_because="BitTitan refused the e-mail.",
    )

    page = words(sales.get(page_of(found)))

    assert "Why it waits BitTitan refused the e-mail." in page
    assert "Correct what the vendor names, then synchronize again." in page
    assert "bt-77" not in page


def test_while_the_vendor_is_silent_nothing_pretends_to_be_asked(
    sales: Client, found: AccountCandidate
) -> None:
    AccountLink.objects.update(
        status=LinkStatus.SYNCHRONIZING, parked_at=None, due_at=NOON, cause=""
    )
    a_silent_vendor()

    page = words(sales.get(page_of(found)))

    assert "Why it waits BitTitan is not answering since 13:00." in page
    assert "is being asked" not in page


def test_an_account_that_was_lost_says_why(
    sales: Client, found: AccountCandidate
) -> None:
    AccountLink.objects.update(
        status=LinkStatus.UNSYNCHRONIZED,
        parked_at=None,
        reason="BitTitan does not know the account any more.",
    )

    page = words(sales.get(page_of(found)))

    assert "BitTitan does not know the account any more." in page
