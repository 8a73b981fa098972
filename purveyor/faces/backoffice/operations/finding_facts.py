"""A line of a plan as a person reads it: both sides' facts, the unequal ones marked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.faces.backoffice.frame.display import day
from purveyor.flows.reconciliation.lifecycle import Drift
from purveyor.flows.reconciliation.models import Finding

DATES_DIFFER = timedelta(days=1)  # a smaller difference is one of clocks

#: What a page shows: its words, our name of the fact, the vendor's, is it compared.
COUPON_FACTS = (
    (_("Coupon"), "coupon", "coupon", False),
    (_("Product"), "product", "product", True),
    (_("Licenses"), "quantity", "quantity", True),
    (_("Redeem before"), "expires_at", "expires_at", True),
    (_("Vendor's account"), "vendors_account", "vendors_account", True),
    (_("Status"), "state", "status", False),
    (_("Provisioning Sync Status"), "sync_status", "", False),
    (_("Reference"), "", "reference", False),
    (_("Label"), "", "label", False),
    (_("Made"), "", "made_at", False),
)
ACCOUNT_FACTS = (
    (_("Name"), "account", "name", False),
    (_("Number, reference"), "number", "reference", True),
    (_("Vendor's account"), "vendors_account", "vendors_account", True),
    (_("Status"), "status", "", False),
    (_("E-mail"), "", "email", False),
)
#: Facts of a coupon that are shown only if they are unequal, or on demand.
SHOWN_AT_ONCE = {"coupon", "product", "quantity", "expires_at"}
OF_ACCOUNTS = {Drift.LINK_GONE, Drift.ACCOUNT_STRANGER, Drift.ACCOUNT_DIFFERENT}
DATES = {"expires_at", "made_at"}
WORDS: Mapping[str, Mapping[str, Any]] = {
    "state": {str(each): each.label for each in AssetState},
    "sync_status": {str(each): each.label for each in SyncStatus},
    "status": {str(each): each.label for each in LinkStatus},
}


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact as we have it and as the vendor has it."""

    label: str
    ours: str
    theirs: str
    is_unequal: bool
    is_shown: bool  # at once; else on demand


def fact_rows(line: Finding) -> tuple[FactRow, ...]:
    """Return the facts of a line that at least one side has."""
    return tuple(_rows(line))


def _rows(line: Finding) -> Iterator[FactRow]:
    is_of_account = line.drift in OF_ACCOUNTS
    for label, mine, other, is_compared in (
        ACCOUNT_FACTS if is_of_account else COUPON_FACTS
    ):
        ours, theirs = line.ours.get(mine, ""), line.theirs.get(other, "")
        if not (ours or theirs):
            continue
        is_unequal = is_compared and _differ(mine, ours, theirs)
        yield FactRow(
            label=str(label),
            ours=_said(mine, ours),
            theirs=_said(other, theirs),
            is_unequal=is_unequal,
            is_shown=is_of_account or is_unequal or mine in SHOWN_AT_ONCE,
        )


def _differ(name: str, ours: Any, theirs: Any) -> bool:
    if not (ours and theirs):
        return False
    if name in DATES:
        apart = datetime.fromisoformat(ours) - datetime.fromisoformat(theirs)
        return abs(apart) > DATES_DIFFER
    return bool(ours != theirs)


def _said(name: str, value: Any) -> str:
    if name in DATES and value:
        return day(datetime.fromisoformat(value).date())
    return str(WORDS.get(name, {}).get(str(value), value))
