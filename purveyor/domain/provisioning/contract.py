"""
What a service manager must do, in plain Python.

A connector fulfils `ServiceManager`. It only translates: our words to the vendor's and
the vendor's answers to one of four facts about money. It knows no database, decides no
retry and reads no clock.

The four answers to a *write* are: it returns (made), or it raises `VendorRejected`,
`VendorUnavailable` or `VendorUnclear`. A *read* has two: it returns, or it raises
`VendorUnavailable`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from purveyor.kernel.errors import PurveyorError


class VendorError(PurveyorError):
    """The vendor did not do what it was asked to do, or nobody knows."""

    code = "vendor"


class VendorRejected(VendorError):
    """The vendor understood and said no. Something must change before a retry."""

    code = "vendor.rejected"


class VendorRedeemed(VendorRejected):
    """What should be cancelled was redeemed: the vendor keeps it, and so do we."""

    code = "vendor.redeemed"


class VendorForgotAccount(VendorRejected):
    """The vendor does not know the account: it must be synchronized again."""

    code = "vendor.forgot_account"


class VendorUnavailable(VendorError):
    """
    The vendor did nothing. The same request may be sent again.

    `retry_after_seconds` among the facts is the vendor's own wish, if it told one.
    """

    code = "vendor.unavailable"


class VendorNotAsked(VendorUnavailable):
    """We did not come to asking: nothing was sent. It says nothing of the vendor."""

    code = "vendor.not_asked"


class VendorBlocked(VendorUnavailable):
    """The vendor refuses our credentials. Nothing was done; everything for it waits."""

    code = "vendor.blocked"


class VendorUnclear(VendorError):
    """
    Nobody knows whether the vendor did it. Look before sending it again.

    `candidate` is what an answer named that does not fit the request: it is kept so
    that a person can see it. It never goes into a message or a log.
    """

    code = "vendor.unclear"

    def __init__(
        self,
        message: object,
        *,
        candidate: "VendorAsset | None" = None,
        **facts: object,
    ) -> None:
        super().__init__(message, **facts)
        self.candidate = candidate


class Capability(StrEnum):
    """What a connector can do beyond the minimum."""

    CANCEL = "cancel"  #: can cancel what it made
    FIND_BY_KEY = "find_by_key"  #: finds what it made by our key, at once
    FIND_SPENT = "find_spent"  #: that look-up also finds redeemed and expired ones
    FIND_BY_CODE = "find_by_code"  #: tells what it knows of a code
    LIST = "list"  #: lists what it has made for us
    LIST_SPENT = "list_spent"  #: its listing keeps redeemed and expired ones
    SYNCHRONIZE = "synchronize"  #: wants accounts to be made known before it sells


@dataclass(frozen=True, slots=True)
class SettingsField:
    """One field of a service manager's settings, as Setup > Applications asks."""

    name: str
    label: str
    help_text: str = ""
    is_secret: bool = False
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class SyncOption:
    """One field a service manager asks for before it synchronizes an account."""

    name: str
    label: str
    is_secret: bool = False
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class CharacteristicDefinition:
    """One characteristic of a product type: `expire_days`, `Expire(days)`, 365."""

    external_id: str
    name: str
    default: str


@dataclass(frozen=True, slots=True)
class ProductTypeDefinition:
    """A product type that a service manager says it can sell."""

    external_id: str
    name: str
    description: str
    characteristics: tuple[CharacteristicDefinition, ...]


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """One account to make known at the vendor. `key` is our account number."""

    key: str
    name: str
    email: str
    country: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class VendorAccount:
    """An account as the vendor holds it; `key` is the reference it was given."""

    external_id: str
    key: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class ProvisionRequest:
    """One thing to make at the vendor. `key` is the same on every retry of it."""

    key: str
    external_account_id: str
    external_product_id: str
    quantity: int
    expire_days: int
    validity_days: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class VendorAsset:
    """
    A thing as the vendor holds it. The code is cash, so it is not in the repr.

    Shape: `key` is empty for what was made without a reference; the moments are None if
           the vendor did not name them.
    Units: `quantity` counts licenses, moments are aware and in UTC.
    """

    code: str = field(repr=False)
    key: str
    external_account_id: str
    external_product_id: str
    quantity: int
    made_at: datetime | None
    expires_at: datetime | None
    status: str = "active"
    label: str = ""
    expire_days: int | None = None
    validity_days: int | None = None

    def fits(self, request: ProvisionRequest) -> bool:
        """Return whether key, product, account and quantity are what was asked for."""
        return (self.key, self.external_product_id, self.quantity) == (
            request.key,
            request.external_product_id,
            request.quantity,
        ) and self.external_account_id == request.external_account_id


class ServiceManager(Protocol):
    """Sells one vendor's services. Eleven questions and orders, and no more."""

    name: ClassVar[str]
    vendor: ClassVar[str]
    settings_fields: ClassVar[tuple[SettingsField, ...]]
    capabilities: frozenset[Capability]
    portal_url: str

    @classmethod
    def build(cls, values: Mapping[str, str]) -> "ServiceManager":
        """
        Return the service manager for a distributor's settings.

        Shape:  `values` holds the settings fields and the switches of the application:
                `deadline_seconds`, `sync_fields` (none, email_password), `cancel`,
                `finds_by_key`, `finds_spent`, `lists`, `lists_spent` (on, off).
        :raises Refused: a setting is missing or is not what it must be.
        """

    def check(self) -> None:
        """
        Ask the vendor whether our settings are good; a read.

        :raises VendorBlocked: the vendor refuses our credentials.
        :raises VendorUnavailable: the vendor did not answer, or not sensibly.
        """

    def services_definition(self) -> tuple[ProductTypeDefinition, ...]:
        """
        Return the product types the vendor sells; a read.

        :raises VendorUnavailable: the vendor did not answer, or not sensibly.
        """

    def account_sync_options(self) -> tuple[SyncOption, ...]:
        """Return the fields needed to synchronize an account. Calls nobody."""

    def synchronize_account(self, request: AccountRequest) -> VendorAccount:
        """
        Make an account known at the vendor; a write.

        :raises VendorRejected: the vendor said no; nothing was made.
        :raises VendorUnavailable: nothing was made; the same may be sent again.
        :raises VendorUnclear: it may have been made; call `find_account` first.
        """

    def find_account(
        self, *, key: str = "", email: str = ""
    ) -> tuple[VendorAccount, ...]:
        """
        Return the vendor's accounts with this key, or with this e-mail; a read.

        :raises VendorUnavailable: the vendor did not answer, or not sensibly.
        """

    def list_accounts(self) -> Iterator[VendorAccount]:
        """
        Yield every account the vendor holds for us, read in pages; a read.

        :raises VendorUnavailable: the vendor did not answer, or not sensibly.
        """

    def provision(self, request: ProvisionRequest) -> VendorAsset:
        """
        Make one thing at the vendor; a write.

        :raises VendorRejected: the vendor said no; nothing was made.
        :raises VendorUnavailable: nothing was made; the same request may be retried.
        :raises VendorUnclear: it may have been made; call `find` before any retry.
        """

    def find(self, key: str) -> tuple[VendorAsset, ...]:
        """
        Return all that earlier `provision` calls with this key made; a read.

        Only for a connector with FIND_BY_KEY. More than one means it was bought twice.

        :raises VendorUnavailable: the vendor did not answer, or not sensibly.
        """

    def get(self, code: str) -> VendorAsset | None:
        """
        Return the thing with this code, or None if the vendor does not know it; a read.

        Only for a connector with FIND_BY_CODE.

        :raises VendorUnavailable: the vendor did not answer, or not sensibly.
        """

    def cancel(self, code: str) -> None:
        """
        Cancel a thing at the vendor; a write. Only for a connector with CANCEL.

        :raises VendorRedeemed: it was redeemed; it can no longer be cancelled.
        :raises VendorRejected: the vendor said no for another reason.
        :raises VendorUnavailable: nothing was done; the same may be sent again.
        :raises VendorUnclear: also if the vendor does not know it: it may be redeemed.
        """

    def list_assets(
        self, *, cursor: str = ""
    ) -> Iterator[tuple[VendorAsset, str | None]]:
        """
        Yield all the vendor holds for us, each with the cursor of the next page.

        Only for a connector with LIST. Read in pages, one at a time; a stored cursor
        resumes after the pages already read. None is the cursor of the last page. A
        read.

        :raises VendorUnavailable: the vendor did not answer, or not sensibly.
        """
