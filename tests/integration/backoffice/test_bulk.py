"""Many ticked records: shown first, then done, each refusal beside its record."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.invoices.lifecycle import InvoiceState
from purveyor.domain.invoices.models import Invoice
from purveyor.faces.backoffice.frame import bulk
from purveyor.kernel.journal.models import Entry
from tests.factories.assets import a_failed_asset, a_synchronized_asset
from tests.factories.invoices import a_draft_invoice, an_issued_invoice
from tests.support.staff import signed_in, words

pytestmark = pytest.mark.both

ASSETS = "bss:assets_asset_changelist"
INVOICES = "bss:invoices_invoice_changelist"


@pytest.fixture
def operator() -> Client:
    return signed_in(
        "assets.view_asset",
        "assets.retry_asset",
        "invoices.view_invoice",
        "invoices.issue_invoice",
    )


def ticks(client: Client, page: str, action: str, *records: Any, **typed: str) -> Any:
    """Send the ticked records of a list with what is to be done with them."""
    chosen = [record.pk for record in records]
    sent = {"action": action, "_selected_action": chosen, **typed}
    return client.post(reverse(page), sent)


@pytest.mark.parametrize("page", [ASSETS, "bss:provisioning"])
def test_ticked_assets_are_tried_again_once_it_is_confirmed(
    operator: Client, page: str
) -> None:
    failed = a_failed_asset()

    asked = words(ticks(operator, page, "try_again", failed))
    failed.refresh_from_db()
    before = failed.sync_status
    told = ticks(operator, page, "try_again", failed, _form_submitted="True")

    failed.refresh_from_db()
    assert f"Goes through 1 {failed.number}" in asked
    assert before == SyncStatus.FAILED
    assert failed.sync_status == SyncStatus.PENDING
    assert "1 record: done." in words(told)


def test_what_will_be_refused_is_said_before_and_stops_nothing(
    operator: Client,
) -> None:
    failed, done = a_failed_asset(), a_synchronized_asset(code="BT-1")

    asked = words(ticks(operator, ASSETS, "try_again", failed, done))
    told = ticks(operator, ASSETS, "try_again", failed, done, _form_submitted="True")

    refusals = asked.partition("Will be refused 1")[2].partition("Goes through")[0]
    assert done.number in refusals
    assert failed.number not in refusals
    assert f"Refused 1 {done.number}" in words(told)
    failed.refresh_from_db()
    assert failed.sync_status == SyncStatus.PENDING


def test_showing_what_would_happen_leaves_no_trace(operator: Client) -> None:
    draft = a_draft_invoice()
    lines = Entry.objects.count()

    ticks(operator, INVOICES, "issue_ticked", draft)

    draft.refresh_from_db()
    assert (draft.state, draft.number) == (InvoiceState.DRAFT, None)
    assert Entry.objects.count() == lines


def test_drafts_are_issued_together_without_a_gap(operator: Client) -> None:
    drafts, issued = [a_draft_invoice(), a_draft_invoice()], an_issued_invoice()

    sent: dict[str, str] = {"_form_submitted": "True"}
    told = ticks(operator, INVOICES, "issue_ticked", *drafts, issued, **sent)

    numbers = sorted(
        int(str(number).rpartition("-")[2])
        for (number,) in Invoice.objects.values_list("number")
    )
    assert "2 records: done. 1 record was refused" in words(told)
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_who_may_not_do_it_is_not_offered_it() -> None:
    failed = a_failed_asset()
    auditor = signed_in("assets.view_asset")

    ticks(auditor, ASSETS, "try_again", failed, _form_submitted="True")

    failed.refresh_from_db()
    assert failed.sync_status == SyncStatus.FAILED
    assert "try_again" not in auditor.get(reverse(ASSETS)).content.decode()


def test_too_many_at_once_are_refused(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "RECORDS_MAX", 1)
    failed, other = a_failed_asset(), a_failed_asset()

    answer = ticks(operator, ASSETS, "try_again", failed, other, _form_submitted="True")

    page = words(operator.get(answer["Location"]))
    assert "At most 1 records can be ticked." in page
    failed.refresh_from_db()
    assert failed.sync_status == SyncStatus.FAILED
