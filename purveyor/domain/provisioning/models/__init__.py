"""The tables of the vendor's part."""

from purveyor.domain.provisioning.models.attempts import Attempt
from purveyor.domain.provisioning.models.coupons import (
    Candidate,
    CouponEntry,
    CouponObservation,
    Watch,
)
from purveyor.domain.provisioning.models.links import (
    AccountCandidate,
    AccountLink,
    AccountObservation,
)
from purveyor.domain.provisioning.models.runs import RetriedAsset, RetryRun
from purveyor.domain.provisioning.models.setups import (
    Buyers,
    DefinitionReading,
    InvoiceWhen,
    LinkOf,
    ServiceManagerSetup,
    SyncFields,
)
from purveyor.domain.provisioning.models.traffic import Breaker, CallShare

__all__ = (
    "AccountCandidate",
    "AccountLink",
    "AccountObservation",
    "Attempt",
    "Breaker",
    "Buyers",
    "CallShare",
    "Candidate",
    "CouponEntry",
    "CouponObservation",
    "DefinitionReading",
    "InvoiceWhen",
    "LinkOf",
    "RetriedAsset",
    "RetryRun",
    "ServiceManagerSetup",
    "SyncFields",
    "Watch",
)
