"""
A service manager without a vendor's system behind it: a person does it.

The smallest connector, and the one to copy for a new vendor. It calls nobody. What it
cannot know it does not answer: an empty listing would say that everything is gone, so
every question is refused instead.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from purveyor.domain.provisioning.contract import (
    AccountRequest,
    Capability,
    ProductTypeDefinition,
    ProvisionRequest,
    SettingsField,
    SyncOption,
    VendorAccount,
    VendorAsset,
    VendorRejected,
    VendorUnavailable,
)

NOBODY_TO_ASK = "This vendor has no system that can be asked. Look it up by hand."


class Manual:
    """Leaves everything to a person."""

    name: ClassVar[str] = "manual"
    vendor: ClassVar[str] = "By hand"
    settings_fields: ClassVar[tuple[SettingsField, ...]] = ()

    def __init__(self) -> None:
        self.capabilities: frozenset[Capability] = frozenset()
        self.portal_url = ""

    @classmethod
    def build(cls, values: Mapping[str, str]) -> "Manual":
        """Return the connector; whatever is set changes nothing."""
        del values
        return cls()

    def check(self) -> None:
        """Return: there is nothing that could be wrong."""

    def services_definition(self) -> tuple[ProductTypeDefinition, ...]:
        return ()  # staff name the product types themselves

    def account_sync_options(self) -> tuple[SyncOption, ...]:
        return ()

    def synchronize_account(self, request: AccountRequest) -> VendorAccount:
        raise VendorRejected(
            "This vendor has no system to synchronize with. Accounts need no link.",
            key=request.key,
        )

    def find_account(
        self, *, key: str = "", email: str = ""
    ) -> tuple[VendorAccount, ...]:
        raise VendorUnavailable(NOBODY_TO_ASK, key=key, has_email=bool(email))

    def list_accounts(self) -> Iterator[VendorAccount]:
        raise VendorUnavailable(NOBODY_TO_ASK)

    def provision(self, request: ProvisionRequest) -> VendorAsset:
        raise VendorRejected(
            "This vendor is served by hand. Get the code from the vendor, then enter "
            "the code by hand.",
            key=request.key,
        )

    def find(self, key: str) -> tuple[VendorAsset, ...]:
        raise VendorUnavailable(NOBODY_TO_ASK, key=key)

    def get(self, code: str) -> VendorAsset | None:
        raise VendorUnavailable(NOBODY_TO_ASK, has_code=bool(code))

    def cancel(self, code: str) -> None:
        raise VendorRejected(
            "This vendor is served by hand. Cancel at the vendor, then note it here.",
            has_code=bool(code),
        )

    def list_assets(
        self, *, cursor: str = ""
    ) -> Iterator[tuple[VendorAsset, str | None]]:
        raise VendorUnavailable(NOBODY_TO_ASK, cursor=cursor)
