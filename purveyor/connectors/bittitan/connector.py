"""
BitTitan, as the contract wants a service manager.

It only translates. BitTitan's words stand in `wire.py`; what its answers mean for money
stands in `answers.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from purveyor.connectors.bittitan import answers, settings, wire
from purveyor.domain.provisioning.contract import (
    AccountRequest,
    Capability,
    ProductTypeDefinition,
    ProvisionRequest,
    ServiceManager,
    SettingsField,
    SyncOption,
    VendorAccount,
    VendorAsset,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.kernel.http import Answer, Call, Transport, TransportFailure

CHECK_SECONDS_MAX = 10.0  # a person waits for it
PAGES_MAX = 20_000


def build(values: Mapping[str, str]) -> ServiceManager:
    """
    Return BitTitan for one distributor's settings; see `BitTitan.settings_fields`.

    :raises Refused: a setting is missing or is not what it must be.
    """
    chosen = settings.read_settings(values)
    transport = Transport(
        chosen.address,
        headers=wire.headers(api_key=chosen.api_key, workgroup=chosen.workgroup),
        deadline_seconds=chosen.deadline_seconds,
    )
    kind = _with_portal(chosen.portal_url) if chosen.portal_url else BitTitan
    return kind(
        transport,
        capabilities=chosen.capabilities,
        sync_options=chosen.sync_options,
        secrets=(chosen.api_key,),
    )


class BitTitan:
    """
    Sells BitTitan's licences, which it makes as coupons.

    BitTitan can cancel a coupon. It can neither suspend nor change one.
    """

    name: ClassVar[str] = "bittitan"
    vendor: ClassVar[str] = answers.VENDOR
    portal_url: ClassVar[str] = "https://manage.bittitan.com"
    settings_fields: ClassVar[tuple[SettingsField, ...]] = settings.FIELDS

    def __init__(
        self,
        transport: Transport,
        *,
        capabilities: frozenset[Capability],
        sync_options: tuple[SyncOption, ...] = (),
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.capabilities = capabilities
        self._transport = transport
        self._sync_options = sync_options
        self._secrets = secrets  # never shown, even if BitTitan repeats them

    def check(self) -> None:
        seconds = min(self._transport.deadline_seconds, CHECK_SECONDS_MAX)
        self._read(wire.read_definition(), wire.definition_from, seconds=seconds)

    def services_definition(self) -> tuple[ProductTypeDefinition, ...]:
        return self._read(wire.read_definition(), wire.definition_from)

    def account_sync_options(self) -> tuple[SyncOption, ...]:
        return self._sync_options

    def synchronize_account(self, request: AccountRequest) -> VendorAccount:
        call = wire.make_account(request)
        answer = self._write(call, request.options.get("password", ""))
        try:
            made = wire.account_from(answer.body)
        except wire.Unreadable as nonsense:
            raise answers.unreadable_write(nonsense, path=call.path) from nonsense
        if made.key != request.key:
            raise VendorUnclear(
                "BitTitan answered with an account that has another reference. A "
                "person must look at it.",
                path=call.path,
            )
        return made

    def find_account(
        self, *, key: str = "", email: str = ""
    ) -> tuple[VendorAccount, ...]:
        def call(cursor: str) -> Call:
            return wire.find_accounts(cursor, key=key, email=email)

        if not key and not email:
            raise ValueError("Name a key or an e-mail.")
        found: dict[str, VendorAccount] = {}
        for account, _ in self._rows(call, wire.page_of_accounts):
            is_asked_for = (
                account.key == key
                if key
                else account.email.casefold() == email.casefold()
            )
            self._raise_if_stranger(is_asked_for=is_asked_for, path=wire.ACCOUNTS)
            found[account.external_id] = account
        return tuple(found.values())

    def list_accounts(self) -> Iterator[VendorAccount]:
        for account, _ in self._rows(wire.list_accounts, wire.page_of_accounts):
            yield account

    def provision(self, request: ProvisionRequest) -> VendorAsset:
        call = wire.make_coupon(request)
        answer = self._write(call)
        try:
            made = wire.asset_from(answer.body)
        except wire.Unreadable as nonsense:
            saved = wire.candidate_from(answer.body)
            raise answers.unreadable_write(
                nonsense, path=call.path, candidate=saved
            ) from nonsense
        if not made.fits(request):
            raise answers.misfit(made, request, path=call.path)
        return made

    def find(self, key: str) -> tuple[VendorAsset, ...]:
        def call(cursor: str) -> Call:
            return wire.find_coupons(key, cursor)

        if Capability.FIND_BY_KEY not in self.capabilities:
            raise VendorUnavailable("BitTitan cannot be asked for our reference.")
        found: dict[str, VendorAsset] = {}
        for asset, _ in self._rows(call, wire.page_of_assets):
            self._raise_if_stranger(is_asked_for=asset.key == key, path=wire.COUPONS)
            found[asset.code] = asset  # a row that comes twice is one coupon
        return tuple(found.values())

    def get(self, code: str) -> VendorAsset | None:
        if not wire.is_a_code(code):
            return None
        call = wire.read_coupon(code)
        answer = self._ask(call, code)
        complaint = wire.complaint_from(answer.body)
        if answer.status == 404 and complaint and complaint.code == "unknown_coupon":
            return None
        asset = self._parsed(answer, wire.asset_from, call=call, secrets=(code,))
        self._raise_if_stranger(
            is_asked_for=wire.is_same_code(asset.code, code), path=call.path
        )
        return asset

    def cancel(self, code: str) -> None:
        if Capability.CANCEL not in self.capabilities:
            raise VendorRejected("BitTitan does not let us cancel coupons.")
        if not wire.is_a_code(code):
            raise VendorRejected("This is no coupon code. Nothing was cancelled.")
        self._write(wire.cancel_coupon(code), code)

    def list_assets(
        self, *, cursor: str = ""
    ) -> Iterator[tuple[VendorAsset, str | None]]:
        return self._rows(wire.list_coupons, wire.page_of_assets, cursor=cursor)
