"""Operations > Provisioning: weather, one cause and one button, duplicates, banner."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, RunState
from purveyor.domain.provisioning.models import Breaker, RetryRun
from purveyor.domain.provisioning.operations.cancel import ask_to_cancel
from purveyor.domain.provisioning.operations.groups import retry_group
from purveyor.kernel.journal.models import Entry
from tests.factories.assets import (
    a_failed_asset,
    a_pending_asset,
    a_synchronized_asset,
)
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN, NOON
from tests.factories.provisioning import a_setup
from tests.factories.troubles import (
    TWICE,
    a_doubtful_asset,
    a_duplicate,
    a_silent_vendor,
    an_attempt,
    failures,
)
from tests.support.staff import FROM_SCRIPT, queries_of, signed_in, words

PAGE = "bss:provisioning"
CAUSES = "bss:provisioning_causes"
SENT = {"_form_submitted": "True"}
CAUSE = "rejected:invalid:product"


@pytest.fixture
def operator() -> Client:
    return signed_in("assets.view_asset", "assets.retry_asset")


@pytest.fixture
def onlooker() -> Client:
    return signed_in("assets.view_asset", email="anna@distributor.example")


def of_group(page: str, cause: str = CAUSE) -> str:
    """Return the address of what can be done with a group."""
    query = {"application": str(an_application().pk), "cause": cause}
    return f"{reverse(page)}?{urlencode(query)}"


# ------------------------------------------------------------------ weather


def test_a_vendor_that_answers_says_so_with_its_limits(operator: Client) -> None:
    a_setup(calls_at_once=7, calls_per_second=42)

    page = words(operator.get(reverse(PAGE)))

    assert "Weather at BitTitan Answering" in page
    assert "Calls at a time 7" in page
    assert "Calls per second 42" in page
    assert "Nothing was asked of it in the last six hours." in page


def test_the_chart_has_the_same_in_words_and_numbers(operator: Client) -> None:
    asset = a_synchronized_asset()
    an_attempt(asset=asset, outcome=AttemptOutcome.MADE)
    an_attempt(asset=asset, outcome=AttemptOutcome.UNCLEAR)

    answer = operator.get(reverse(PAGE))

    told = "1 made, 0 unavailable, 1 unclear, 0 rejected."
    assert f"Attempts of the last six hours: {told}" in words(answer)
    assert "The same in numbers" in words(answer)
    assert "--bss-chart-unclear" in answer.content.decode()


def test_a_silent_vendor_says_since_when_and_when_it_is_tried(operator: Client) -> None:
    a_setup()
    a_silent_vendor()

    page = words(operator.get(reverse(PAGE)))

    assert "Not answering" in page
    assert "BitTitan is not answering since 13:00." in page
    assert "Next try 15 Jan 2030, 13:00:10" in page
    assert "Failures in a row 5 (after 5 the vendor is left alone for a while)" in page


def test_a_pause_is_told(operator: Client) -> None:
    a_setup()
    until = NOON + timedelta(minutes=5)
    Breaker.objects.update_or_create(
        application=an_application(), defaults={"paused_until": until}
    )

    page = words(operator.get(reverse(PAGE)))

    assert "Asked for a pause" in page
    assert "Left alone until 15 Jan 2030, 13:05" in page


# ------------------------------------------------------------------ one cause


def test_failures_stand_together_by_cause(operator: Client) -> None:
    failures(count=2)

    answer = operator.get(reverse(PAGE))

    page = words(answer)
    assert "2 assets BitTitan: Refused by the vendor invalid, product" in page
    assert "BitTitan refused: unknown product" in page
    assert reverse("bss:retry_group") in answer.content.decode()


def test_nothing_failed_is_told_kindly(operator: Client) -> None:
    page = words(operator.get(reverse(PAGE)))

    assert "Nothing has failed" in page
    assert "Nothing waits Every asset has its coupon." in page
    assert "Duplicates" not in page


def test_a_group_is_tried_again_after_the_dialog_has_said_how(
    operator: Client,
) -> None:
    failures(count=2)

    asked = words(operator.get(of_group("bss:retry_group"), headers=FROM_SCRIPT))
    done = operator.post(of_group("bss:retry_group"), SENT, headers=FROM_SCRIPT)

    assert "One is tried first, then ten, then the rest." in asked
    assert "2 assets" in asked
    assert done["HX-Redirect"] == reverse(PAGE)
    run = RetryRun.objects.get()
    assert (run.group, run.total_count) == (CAUSE, 2)
    assert run.asked_by == "ines@distributor.example"


def test_a_group_that_runs_or_is_gone_is_refused_in_words(operator: Client) -> None:
    failures(count=1)
    operator.post(of_group("bss:retry_group"), SENT)

    again = words(operator.post(of_group("bss:retry_group"), SENT))
    gone = words(operator.post(of_group("bss:retry_group", "not_linked"), SENT))

    assert "These failures are being tried again already." in again
    assert "Nothing has failed for this cause any more." in gone


def test_a_group_is_corrected_and_what_is_empty_stays(operator: Client) -> None:
    one, other = failures(count=2)

    typed = {**SENT, "external_product_id": "BT-RIGHT", "expire_days": "90"}
    answer = operator.post(of_group("bss:mend_group"), typed, follow=True)

    assert "2 assets are corrected." in words(answer)
    for asset in (one, other):
        before = asset.validity_days
        asset.refresh_from_db()
        assert (asset.external_product_id, asset.expire_days) == ("BT-RIGHT", 90)
        assert asset.validity_days == before
        assert asset.sync_status == SyncStatus.FAILED


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Fill in what is to be corrected."),
        ({"expire_days": "0"}, "Days are a whole number from 1 to 3650."),
    ],
    ids=["nothing", "no days"],
)
def test_a_correction_of_nothing_or_nonsense_is_refused(
    operator: Client, typed: dict[str, str], told: str
) -> None:
    failures(count=1)

    assert told in words(operator.post(of_group("bss:mend_group"), {**SENT, **typed}))
    assert not Entry.objects.filter(verb="mend").exists()


def test_a_running_retry_is_shown_looked_at_again_and_stopped(
    operator: Client,
) -> None:
    failed = failures(count=2)
    run = retry_group(
        application=an_application(), group=failed[0].cause, actor=DAN, now=NOON
    )

    shown = operator.get(reverse(CAUSES))
    told = words(operator.post(reverse("bss:stop_run", args=[run.pk]), SENT))
    stopped = operator.get(reverse(CAUSES), {"look": 3})

    assert "0 of 2 made, wave 0. The first one is about to be tried." in words(shown)
    assert f"{reverse(CAUSES)}?look=1" in shown.content.decode()
    assert "Being tried again" in words(shown)
    assert told == ""
    run.refresh_from_db()
    assert run.state == RunState.STOPPED
    assert "hx-trigger" not in stopped.content.decode()
    assert "Show the list anew" in words(stopped)


def test_a_run_that_has_ended_cannot_be_stopped(operator: Client) -> None:
    failed = failures(count=1)
    run = retry_group(
        application=an_application(), group=failed[0].cause, actor=DAN, now=NOON
    )
    stop = reverse("bss:stop_run", args=[run.pk])
    operator.post(stop, SENT)

    assert operator.post(stop, SENT).status_code == HTTPStatus.OK
    assert Entry.objects.filter(verb="stop_run").count() == 1


def test_the_page_looks_for_a_quarter_of_an_hour_at_most(operator: Client) -> None:
    failed = failures(count=1)
    retry_group(
        application=an_application(), group=failed[0].cause, actor=DAN, now=NOON
    )

    last_but_one = operator.get(reverse(CAUSES), {"look": 449}).content.decode()
    last = operator.get(reverse(CAUSES), {"look": 450}).content.decode()

    assert f"{reverse(CAUSES)}?look=450" in last_but_one
    assert "load delay" not in last


@pytest.mark.parametrize("page", ["bss:retry_group", "bss:mend_group"])
def test_without_permission_groups_are_only_looked_at(
    onlooker: Client, page: str
) -> None:
    failures(count=1)

    answer = onlooker.get(reverse(PAGE))

    assert reverse(page) not in answer.content.decode()
    assert "Show" in words(answer)
    assert onlooker.post(of_group(page), SENT).status_code == HTTPStatus.FORBIDDEN
    assert not RetryRun.objects.exists()


# ------------------------------------------------------------------ the list


def test_the_list_is_filtered_to_one_group(operator: Client) -> None:
    (one,), other = failures(count=1), a_failed_asset()
    chosen = {"group": f"{an_application().pk}:{CAUSE}"}

    page = words(operator.get(reverse(PAGE), chosen))

    assert one.number in page
    assert other.number not in page


def test_a_group_that_is_gone_shows_an_empty_list_and_not_everything(
    operator: Client,
) -> None:
    other = a_failed_asset()

    page = words(operator.get(reverse(PAGE), {"group": "1:rejected:gone"}))

    assert other.number not in page
    assert "Nothing fits" in page


def test_what_is_being_cancelled_waits_here_too(operator: Client) -> None:
    asset, other = a_synchronized_asset(), a_pending_asset()
    ask_to_cancel(asset=asset, because="Too many", actor=DAN, now=NOON)

    page = words(operator.get(reverse(PAGE), {"situation": "cancelling"}))

    assert f"{asset.number} {asset.account.name} Being cancelled" in page
    assert other.number not in page


def test_a_person_must_act_on_what_failed_and_what_was_set_aside(
    operator: Client,
) -> None:
    failed, parked, waiting = a_failed_asset(), a_doubtful_asset(), a_pending_asset()

    page = words(operator.get(reverse(PAGE), {"situation": "person"}))

    assert failed.number in page
    assert parked.number in page
    assert waiting.number not in page
    assert "As soon as somebody acts" in page


def test_duplicates_are_shown_masked(operator: Client) -> None:
    asset = a_synchronized_asset()
    a_duplicate(asset=asset)

    answer = operator.get(reverse(PAGE))

    assert "Duplicates 1" in words(answer)
    assert "•••• CASH" in words(answer)
    assert TWICE not in answer.content.decode()


def test_the_page_asks_as_much_for_many_as_for_one(operator: Client) -> None:
    a_silent_vendor()
    a_duplicate(asset=a_synchronized_asset())
    failures(count=1)
    a_doubtful_asset()
    for_one = queries_of(operator, reverse(PAGE))

    for number in range(3):
        failures(count=1, cause=f"rejected:e{number}")
        a_duplicate(asset=a_synchronized_asset(code=f"C-{number}"), code=f"D-{number}")
        a_doubtful_asset()

    assert queries_of(operator, reverse(PAGE)) == for_one
    assert for_one <= 20


# ------------------------------------------------------------------ elsewhere


def test_the_dashboard_counts_what_waits_for_a_person(operator: Client) -> None:
    a_doubtful_asset()

    page = words(operator.get(reverse("bss:index")))

    assert "and 1 waiting for a person" in page
    assert "and 1 being checked with the vendor" in page


def test_the_breaker_is_in_the_history_of_its_application() -> None:
    application = a_silent_vendor().application
    auditor = signed_in("catalogue.view_application")

    page = words(
        auditor.get(reverse("bss:catalogue_application_history", args=[application.pk]))
    )

    assert "asks the vendor no more: it does not answer" in page


def test_no_code_is_on_the_page(operator: Client) -> None:
    asset = a_synchronized_asset(code="BT-OWN-0000-0000-CASH")
    ask_to_cancel(asset=asset, because="Too many", actor=DAN, now=NOON)
    a_duplicate(asset=Asset.objects.get(pk=asset.pk))

    shown = operator.get(reverse(PAGE)).content.decode()

    assert "BT-OWN" not in shown
    assert TWICE not in shown
