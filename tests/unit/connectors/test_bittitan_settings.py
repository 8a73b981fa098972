"""What a distributor sets up for BitTitan."""

import pytest

from purveyor.connectors.bittitan.connector import BitTitan
from purveyor.connectors.bittitan.settings import BadSettings, read_settings
from purveyor.domain.provisioning.contract import Capability
from purveyor.kernel.errors import Refused

GIVEN = {
    "address": " https://api.vendor.example ",
    "api_key": "k-4711",
    "workgroup": "North",
}


def test_what_is_empty_has_its_default() -> None:
    settings = read_settings({**GIVEN, "deadline_seconds": "", "cancel": " "})

    assert settings.address == "https://api.vendor.example"
    assert settings.deadline_seconds == 20
    assert settings.sync_options == ()
    assert settings.capabilities == {
        Capability.CANCEL,
        Capability.FIND_BY_CODE,
        Capability.FIND_BY_KEY,
        Capability.FIND_SPENT,
        Capability.LIST,
        Capability.SYNCHRONIZE,
    }
    assert "k-4711" not in repr(settings)


def test_switches_decide_the_capabilities() -> None:
    switches = {
        "cancel": "off",
        "finds_by_key": "off",
        "finds_spent": "off",
        "lists": "off",
        "lists_spent": "on",
    }

    manager = BitTitan.build({**GIVEN, **switches})

    assert manager.capabilities == {
        Capability.FIND_BY_CODE,
        Capability.LIST_SPENT,
        Capability.SYNCHRONIZE,
    }


def test_sync_options_can_be_asked_for() -> None:
    manager = BitTitan.build({**GIVEN, "sync_fields": "email_password"})

    options = manager.account_sync_options()

    assert [(o.name, o.is_secret) for o in options] == [
        ("email", False),
        ("password", True),
    ]


def test_the_portal_link_can_be_another() -> None:
    plain = BitTitan.build(GIVEN)
    other = BitTitan.build({**GIVEN, "portal_url": "https://portal.example"})

    assert plain.portal_url == "https://manage.bittitan.com"
    assert other.portal_url == "https://portal.example"
    assert BitTitan.build(GIVEN).portal_url == "https://manage.bittitan.com"


def test_plain_http_elsewhere_needs_the_operators_word() -> None:
    elsewhere = {**GIVEN, "address": "http://vendor.example"}

    with pytest.raises(Refused):
        BitTitan.build(elsewhere)
    assert BitTitan.build({**elsewhere, "allow_plain_http": "on"}).name == "bittitan"


@pytest.mark.parametrize("name", ["address", "api_key", "workgroup"])
def test_what_is_needed_is_named(name: str) -> None:
    with pytest.raises(BadSettings) as refusal:
        read_settings({**GIVEN, name: " "})

    assert refusal.value.facts == {"field": name}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deadline_seconds", "soon"),
        ("deadline_seconds", "0"),
        ("deadline_seconds", "nan"),
        ("deadline_seconds", "inf"),
        ("portal_url", "javascript:alert(1)"),
        ("portal_url", "https://"),
        ("portal_url", "https://["),
        ("sync_fields", "all"),
        ("cancel", "yes"),
        ("allow_plain_http", "1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as refusal:
        read_settings({**GIVEN, name: value})

    assert refusal.value.facts == {"field": name}


@pytest.mark.parametrize(
    ("name", "value"), [("address", "api.vendor.example"), ("api_key", "k\n4711")]
)
def test_what_cannot_be_sent_is_refused_when_saved(name: str, value: str) -> None:
    with pytest.raises(Refused) as refusal:
        BitTitan.build({**GIVEN, name: value})

    assert "4711" not in refusal.value.message
