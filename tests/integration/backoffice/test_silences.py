"""What every page of the BSS says while a vendor is not asked for anything."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.provisioning.models import Breaker
from tests.factories.moments import NOON
from tests.factories.provisioning import a_setup
from tests.factories.troubles import a_silent_vendor
from tests.support.staff import queries_of, signed_in, words


@pytest.fixture
def operator() -> Client:
    return signed_in("assets.view_asset")


def test_every_page_says_that_a_vendor_is_silent(operator: Client) -> None:
    a_silent_vendor()

    page = words(operator.get(reverse("bss:index")))

    assert "BitTitan is not answering since 13:00. Next try 13:00." in page
    assert "What waits for it is not lost. Look at what waits" in page


def test_refused_credentials_lead_to_where_they_are_corrected() -> None:
    settings = reverse(
        "bss:application_settings",
        args=[a_silent_vendor(is_blocked=True).application_id],
    )
    may = ("assets.view_asset", "provisioning.change_servicemanagersetup")
    boss = signed_in(*may, "catalogue.view_application")
    onlooker = signed_in("assets.view_asset", email="anna@distributor.example")

    told = boss.get(reverse("bss:index"))

    assert "BitTitan refuses our credentials since 13:00." in words(told)
    assert settings in told.content.decode()
    assert settings not in onlooker.get(reverse("bss:index")).content.decode()


def test_a_long_silence_is_told_with_its_day(still_clock) -> None:
    a_silent_vendor()
    still_clock.shift(timedelta(days=1))
    operator = signed_in("assets.view_asset")
    overdue = words(operator.get(reverse("bss:index")))
    Breaker.objects.update(due_at=NOON + timedelta(days=1, minutes=5))

    page = words(operator.get(reverse("bss:index")))

    assert "The next try is due. What waits for it is not lost." in overdue
    assert "not answering since 15 Jan 2030, 13:00. Next try 13:05." in page


def test_who_may_not_see_assets_is_not_told() -> None:
    a_silent_vendor()
    stranger = signed_in("accounts.view_account")

    assert "is not answering" not in words(stranger.get(reverse("bss:index")))
    assert "is not answering" not in words(Client().get(reverse("bss:login")))


def test_the_banner_takes_one_statement(operator: Client) -> None:
    stranger = signed_in("accounts.view_account", email="sam@distributor.example")
    index = reverse("bss:index")
    asked = [queries_of(operator, index)]
    a_setup()
    a_silent_vendor()
    asked.append(queries_of(operator, index))

    assert len(set(asked)) == 1
    assert queries_of(stranger, index) < asked[0]
