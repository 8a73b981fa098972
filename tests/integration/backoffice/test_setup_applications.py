"""Setup > Applications: settings that the vendor checks, and what it sells."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.catalogue.models import (
    Application,
    ProductType,
)
from purveyor.domain.provisioning.models import DefinitionReading, ServiceManagerSetup
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import drain
from tests.support.staff import value_of, words
from tests.support.stand_in import API_KEY, WORKGROUP, StandIn

SETTINGS = "bss:application_settings"


@pytest.fixture
def administrator(staff) -> Client:
    return staff("Administrator")


@pytest.fixture
def application() -> Application:
    """Return BitTitan, registered and without settings."""
    return Application.objects.create(name="BitTitan EU", connector="bittitan")


@pytest.fixture
def visit() -> Callable[[], None]:
    """Return how a worker does all that is due."""

    def work() -> None:
        drain(STREET, now=clock.now())

    return work


def settings_of(vendor: StandIn, **fields: str) -> dict[str, Any]:
    """Return what a browser sends of the settings page."""
    return {
        "open-address": vendor.api_url,
        "secret-api_key": API_KEY,
        "open-workgroup": WORKGROUP,
        "open-portal_url": "",
        "require_prior_sync": "on",
        "allowed_buyers": "ALL",
        "link_of": "RECEIVER",
        "sync_fields": "NONE",
        "is_cancel_allowed": "on",
        "invoice_when": "EXECUTION",
        "finds_by_key": "on",
        "finds_spent": "on",
        "settle_seconds": "300",
        "second_look_seconds": "60",
        "lists": "on",
        "deadline_seconds": "2",
        "calls_at_once": "18",
        "calls_per_second": "100",
        "breaker_failures": "5",
        **fields,
    }


def test_registering_an_application_leads_to_its_settings(
    administrator: Client,
) -> None:
    sent = {"name": "BitTitan", "connector": "bittitan"}

    answer = administrator.post(
        reverse("bss:catalogue_application_add"), sent, follow=True
    )

    application = Application.objects.get()
    page = reverse(SETTINGS, args=[application.pk])
    assert answer.redirect_chain[-1] == (page, 302)
    assert not application.is_active
    assert "Get Services Definition" not in words(answer)


def test_settings_that_the_vendor_accepts_activate_the_application(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])

    answer = administrator.post(page, settings_of(vendor), follow=True)

    application.refresh_from_db()
    assert application.is_active
    assert "The vendor has accepted the settings." in words(answer)
    assert "Get Services Definition" in words(answer)
    assert API_KEY not in answer.content.decode()
    assert API_KEY not in str(list(Entry.objects.values()))


def test_a_wrong_key_is_told_by_the_vendor_and_everything_stays_typed(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    sent = settings_of(
        vendor, **{"secret-api_key": "wrong-key", "settle_seconds": "77"}
    )

    answer = administrator.post(page, sent)

    application.refresh_from_db()
    assert "Check the API key and the workgroup. Nothing was saved." in words(answer)
    assert value_of(answer, "open-address") == vendor.api_url
    assert value_of(answer, "secret-api_key") == "wrong-key"
    assert value_of(answer, "settle_seconds") == "77"
    assert not application.is_active
    assert not ServiceManagerSetup.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"open-address": "http://127.0.0.1:9"},
            "Check the address. Nothing was saved.",
        ),
        ({"open-address": ""}, "This field is required."),
        ({"deadline_seconds": "9999"}, "less than or equal to 300"),
        ({"open-portal_url": "ftp://x"}, "The portal link must begin with https://"),
    ],
)
def test_wrong_settings_are_told_and_not_saved(
    wrong: dict[str, str],
    told: str,
    administrator: Client,
    application: Application,
    vendor: StandIn,
) -> None:
    page = reverse(SETTINGS, args=[application.pk])

    answer = administrator.post(page, settings_of(vendor, **wrong))

    assert told in words(answer)
    assert value_of(answer, "open-workgroup") == WORKGROUP
    assert not ServiceManagerSetup.objects.exists()


def test_an_empty_key_keeps_the_one_that_is_set(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    administrator.post(page, settings_of(vendor))

    again = settings_of(vendor, **{"secret-api_key": "", "settle_seconds": "400"})
    answer = administrator.post(page, again, follow=True)

    assert "The vendor has accepted the settings." in words(answer)
    assert ServiceManagerSetup.objects.get().settle_seconds == 400


def test_a_key_is_in_no_draft_of_the_settings(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    stranger = Client()

    stranger.post(page, settings_of(vendor))

    assert "open-workgroup" in stranger.session["draft"]["fields"]
    assert API_KEY not in str(dict(stranger.session))


def test_typed_settings_survive_an_expired_sign_in(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    administrator.cookies.pop("sessionid")
    administrator.post(page, settings_of(vendor))
    user = {"username": "administrator@aurora.example", "password": "correct horse"}
    administrator.post(reverse("bss:login"), user)

    shown = administrator.get(page)

    assert value_of(shown, "open-workgroup") == WORKGROUP
    assert "Your sign-in had expired, so nothing was saved." in words(shown)
    assert not ServiceManagerSetup.objects.exists()


def test_the_services_definition_is_read_with_a_log(
    administrator: Client,
    application: Application,
    vendor: StandIn,
    visit: Callable[[], None],
) -> None:
    page = reverse(SETTINGS, args=[application.pk])
    administrator.post(page, settings_of(vendor))

    administrator.post(reverse("bss:read_definition", args=[application.pk]))
    waiting = administrator.get(page)
    visit()
    done = words(administrator.get(reverse("bss:definition", args=[application.pk])))

    assert f'hx-get="{reverse("bss:definition", args=[application.pk])}"' in (
        waiting.content.decode()
    )
    assert "No worker is running, so nothing is read." in words(waiting)
    assert "2 of 2 product types. Asked for by administrator@aurora.example" in done
    assert "BitTitan Mailbox License: Expire(days), Validity(days)" in done
    assert set(ProductType.objects.values_list("name", flat=True)) == {
        "BitTitan Mailbox License",
        "BitTitan User Migration Bundle",
    }


def test_asking_twice_reads_once(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    administrator.post(reverse(SETTINGS, args=[application.pk]), settings_of(vendor))
    button = reverse("bss:read_definition", args=[application.pk])

    administrator.post(button)
    answer = administrator.post(button, follow=True)

    assert "is being read already" in words(answer)
    assert DefinitionReading.objects.count() == 1


def test_an_application_is_switched_off_and_on(
    administrator: Client, application: Application, vendor: StandIn
) -> None:
    administrator.post(reverse(SETTINGS, args=[application.pk]), settings_of(vendor))
    button = reverse("bss:switch_application", args=[application.pk])

    off = words(administrator.post(button, follow=True))
    application.refresh_from_db()

    assert "It no longer sells." in off
    assert not application.is_active


def test_operations_see_the_settings_but_do_not_change_them(
    staff, application: Application, vendor: StandIn
) -> None:
    operations = staff("Operations")
    page = reverse(SETTINGS, args=[application.pk])

    assert operations.get(page).status_code == 200
    assert operations.post(page, settings_of(vendor)).status_code == 403
