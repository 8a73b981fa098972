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
    SettingsField,
    SyncOption,
    VendorAccount,
    VendorAsset,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.kernel.http import Answer, Call, Transport, TransportFailure

PORTAL_URL = "https://manage.bittitan.com"
CHECK_SECONDS_MAX = 10.0  # a person waits for it
PAGES_MAX = 20_000


class BitTitan:
    """
    Sells BitTitan's licences, which it makes as coupons.

    BitTitan can cancel a coupon. It can neither suspend nor change one.
    """

    name: ClassVar[str] = "bittitan"
    vendor: ClassVar[str] = answers.VENDOR
    settings_fields: ClassVar[tuple[SettingsField, ...]] = settings.FIELDS

    def __init__(
        self,
        transport: Transport,
        *,
        capabilities: frozenset[Capability],
        sync_options: tuple[SyncOption, ...] = (),
        portal_url: str = PORTAL_URL,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.capabilities = capabilities
        self.portal_url = portal_url
        self._transport = transport
        self._sync_options = sync_options
        self._secrets = secrets  # never shown, even if BitTitan repeats them

    @classmethod
    def build(cls, values: Mapping[str, str]) -> "BitTitan":
        """
        Return BitTitan for one distributor's settings.

        :raises Refused: a setting is missing or is not what it must be.
        """
        chosen = settings.read_settings(values)
        transport = Transport(
            chosen.address,
            headers=wire.headers(api_key=chosen.api_key, workgroup=chosen.workgroup),
            deadline_seconds=chosen.deadline_seconds,
            allow_plain_http=chosen.allow_plain_http,
        )
        return cls(
            transport,
            capabilities=chosen.capabilities,
            sync_options=chosen.sync_options,
            portal_url=chosen.portal_url or PORTAL_URL,
            secrets=(chosen.api_key,),
        )

    def check(self) -> None:
        self._definition(min(self._transport.deadline_seconds, CHECK_SECONDS_MAX))

    def services_definition(self) -> tuple[ProductTypeDefinition, ...]:
        return self._definition(self._transport.deadline_seconds)

    def account_sync_options(self) -> tuple[SyncOption, ...]:
        return self._sync_options

    def synchronize_account(self, request: AccountRequest) -> VendorAccount:
        call = wire.make_account(request)
        answer = self._made(call, request.options.get("password", ""))
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
            _raise_if_stranger(is_asked_for=is_asked_for, path=wire.ACCOUNTS)
            found[account.external_id] = account
        return tuple(found.values())

    def list_accounts(self) -> Iterator[VendorAccount]:
        for account, _ in self._rows(wire.list_accounts, wire.page_of_accounts):
            yield account

    def provision(self, request: ProvisionRequest) -> VendorAsset:
        call = wire.make_coupon(request)
        answer = self._made(call)
        try:
            made = wire.asset_from(answer.body)
        except wire.Unreadable as nonsense:
            saved = wire.candidate_from(answer.body)
            raise answers.unreadable_write(
                nonsense, path=call.path, candidate=saved
            ) from nonsense
        if not made.fits(request) or made.status != "active":
            raise answers.misfit(made, request, path=call.path)
        return made

    def find(self, key: str) -> tuple[VendorAsset, ...]:
        def call(cursor: str) -> Call:
            return wire.find_coupons(key, cursor)

        if Capability.FIND_BY_KEY not in self.capabilities:
            raise VendorUnavailable("BitTitan cannot be asked for our reference.")
        found: dict[str, VendorAsset] = {}
        for asset, _ in self._rows(call, wire.page_of_assets):
            _raise_if_stranger(is_asked_for=asset.key == key, path=wire.COUPONS)
            found[asset.code] = asset  # a row that comes twice is one coupon
        return tuple(found.values())

    def get(self, code: str) -> VendorAsset | None:
        if not wire.is_a_code(code):
            return None
        call = wire.read_coupon(code)
        answer = self._ask(call)
        if answers.says_unknown_coupon(answer):
            return None
        asset = self._parsed(answer, wire.asset_from, path=call.path)
        is_asked_for = wire.is_same_code(asset.code, code)
        _raise_if_stranger(is_asked_for=is_asked_for, path=call.path)
        return asset

    def cancel(self, code: str) -> None:
        if Capability.CANCEL not in self.capabilities:
            raise VendorRejected("BitTitan does not let us cancel coupons.")
        if not wire.is_a_code(code):
            raise VendorRejected("This is no coupon code. Nothing was cancelled.")
        call = wire.cancel_coupon(code)
        answer = self._sent(call)
        if not answer.is_success:
            raise answers.failed_cancel(
                answer, path=call.path, secrets=(*self._secrets, code)
            )

    def list_assets(
        self, *, cursor: str = ""
    ) -> Iterator[tuple[VendorAsset, str | None]]:
        return self._rows(wire.list_coupons, wire.page_of_assets, cursor=cursor)

    def _definition(self, seconds: float) -> tuple[ProductTypeDefinition, ...]:
        call = wire.read_definition()
        answer = self._ask(call, seconds=seconds)
        return self._parsed(answer, wire.definition_from, path=call.path)

    def _rows[T](
        self,
        call_for: Callable[[str], Call],
        page_from: Callable[[object], wire.Page[T]],
        *,
        cursor: str = "",
    ) -> Iterator[tuple[T, str | None]]:
        """Yield the rows of a listing in pages, each with the next page's cursor."""
        seen: set[str] = {cursor}
        for _ in range(PAGES_MAX):
            call = call_for(cursor)
            page = self._parsed(self._ask(call), page_from, path=call.path)
            for row in page.rows:
                yield row, page.next_cursor
            if page.next_cursor is None:
                return
            if page.next_cursor in seen:
                break
            seen.add(cursor := page.next_cursor)
        raise VendorUnavailable("BitTitan's listing does not end.", path=call.path)

    def _sent(self, call: Call) -> Answer:
        """Send a write once; an answer of any status is an answer."""
        try:
            return self._transport.send(call)
        except TransportFailure as failure:
            raise answers.unanswered_write(failure, path=call.path) from failure

    def _made(self, call: Call, *secrets: str) -> Answer:
        answer = self._sent(call)
        if answer.is_success:
            return answer
        raise answers.failed_write(
            answer, path=call.path, secrets=(*self._secrets, *secrets)
        )

    def _ask(self, call: Call, *, seconds: float | None = None) -> Answer:
        """Send a read, repeated if need be; an answer of any status is an answer."""
        try:
            return self._transport.read(call, deadline_seconds=seconds)
        except TransportFailure as failure:
            raise answers.not_reached(failure, path=call.path) from failure

    def _parsed[T](
        self, answer: Answer, parse: Callable[[object], T], *, path: str
    ) -> T:
        if not answer.is_success:
            raise answers.failed_read(answer, path=path, secrets=self._secrets)
        try:
            return parse(answer.body)
        except wire.Unreadable as nonsense:
            raise answers.unreadable_read(nonsense, path=path) from nonsense


def _raise_if_stranger(*, is_asked_for: bool, path: str) -> None:
    """Refuse a look-up that answers with something else: it proves nothing."""
    if not is_asked_for:
        raise VendorUnavailable(
            "BitTitan answered with another record than the one asked for, so its "
            "look-up proves nothing.",
            path=path,
        )
