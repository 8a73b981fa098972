"""What a distributor sets up before BitTitan can be asked, read from plain text."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from purveyor.domain.provisioning.contract import (
    Capability,
    SettingsField,
    SyncOption,
)
from purveyor.kernel.errors import Refused

DEADLINE_SECONDS = 20.0
DEADLINE_SECONDS_MIN = 0.1
DEADLINE_SECONDS_MAX = 120.0

FIELDS = (
    SettingsField(
        "address", "Address", "The address of BitTitan's API, with https://."
    ),
    SettingsField("api_key", "API key", "The distributor's own key.", is_secret=True),
    SettingsField("workgroup", "Workgroup", "The workgroup that owns the coupons."),
    SettingsField(
        "portal_url",
        "Portal link",
        "The link in the welcome mail. BitTitan's own portal if empty.",
        is_required=False,
    ),
)

SWITCHES = (  # setting, capability, what holds if nothing is set
    ("cancel", Capability.CANCEL, "on"),
    ("finds_by_key", Capability.FIND_BY_KEY, "on"),
    ("finds_spent", Capability.FIND_SPENT, "on"),
    ("lists", Capability.LIST, "on"),
    ("lists_spent", Capability.LIST_SPENT, "off"),
)

ALWAYS = (Capability.SYNCHRONIZE, Capability.FIND_BY_CODE)

SYNC_OPTIONS = {
    "none": (),
    "email_password": (
        SyncOption("email", "Email Address"),
        SyncOption("password", "Password", is_secret=True),
    ),
}


class BadSettings(Refused):
    """A setting without which, or with which, BitTitan cannot be asked."""

    code = "bittitan.bad_settings"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings with their types. The key is a secret, so it is not in the repr."""

    address: str
    api_key: str = field(repr=False)
    workgroup: str
    deadline_seconds: float
    portal_url: str
    allow_plain_http: bool
    capabilities: frozenset[Capability]
    sync_options: tuple[SyncOption, ...]


def read_settings(values: Mapping[str, str]) -> Settings:
    """
    Return the settings; what is empty has its default.

    Shape:  `values` holds the fields above and, from elsewhere, `deadline_seconds`,
            `sync_fields`, the switches, and `allow_plain_http`: the operator's word.
    :raises BadSettings: one is missing, or is not what it must be.
    """
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    for each in FIELDS:
        if each.is_required and each.name not in given:
            raise BadSettings(f"BitTitan needs: {each.label}.", field=each.name)
    return Settings(
        address=given["address"],
        api_key=given["api_key"],
        workgroup=given["workgroup"],
        deadline_seconds=_deadline(given),
        portal_url=_portal(given),
        allow_plain_http=_is_on(given, "allow_plain_http", default="off"),
        capabilities=_capabilities(given),
        sync_options=_sync_options(given),
    )


def _deadline(given: Mapping[str, str]) -> float:
    try:
        seconds = float(given.get("deadline_seconds", DEADLINE_SECONDS))
    except ValueError:
        seconds = math.nan
    if not DEADLINE_SECONDS_MIN <= seconds <= DEADLINE_SECONDS_MAX:
        raise BadSettings(
            f"The deadline must be between {DEADLINE_SECONDS_MIN:g} and "
            f"{DEADLINE_SECONDS_MAX:g} seconds.",
            field="deadline_seconds",
        )
    return seconds


def _portal(given: Mapping[str, str]) -> str:
    url = given.get("portal_url", "")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if url and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise BadSettings(
            "The portal link must begin with https:// and name a host.",
            field="portal_url",
        )
    return url


def _capabilities(given: Mapping[str, str]) -> frozenset[Capability]:
    switched_on = (
        capability
        for name, capability, default in SWITCHES
        if _is_on(given, name, default=default)
    )
    return frozenset({*ALWAYS, *switched_on})


def _is_on(given: Mapping[str, str], name: str, *, default: str) -> bool:
    value = given.get(name, default)
    if value not in {"on", "off"}:
        raise BadSettings(f"Write `on` or `off` for {name}.", field=name)
    return value == "on"


def _sync_options(given: Mapping[str, str]) -> tuple[SyncOption, ...]:
    value = given.get("sync_fields", "none")
    if value not in SYNC_OPTIONS:
        raise BadSettings(
            "Write `none` or `email_password` for the sync options.",
            field="sync_fields",
        )
    return SYNC_OPTIONS[value]
