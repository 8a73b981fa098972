"""What each kind of difference means, what is offered, and what of it is at risk."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purveyor.flows.reconciliation.lifecycle import Drift, Remedy


class Risk(StrEnum):
    """Which money a difference puts at risk."""

    NONE = "none"  #: it was sold, paid and delivered
    OURS = "ours"  #: cost and price of what we sold
    PRICE = "price"  #: only the price: nothing was made
    THEIRS_COST = "theirs_cost"  #: only what the vendor's coupon costs us
    THEIRS = "theirs"  #: cost and price of what the vendor holds
    UNEQUAL = "unequal"  #: of unequal quantities the difference, else all of it


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    What a difference means and how it can be put right.

    Shape: the first remedy offered is chosen at first; none, if a person must decide.
    """

    says: Promise
    offered: tuple[Remedy, ...]
    risk: Risk
    is_decided: bool = True

    @property
    def first(self) -> Remedy | None:
        """The remedy that is chosen unless a person chooses another."""
        return self.offered[0] if self.offered and self.is_decided else None


R = Remedy
ASK = (R.FLAG, R.KNOW)

MEANINGS: Mapping[Drift, Meaning] = {
    Drift.UNHEARD: Meaning(
        _("The vendor made the coupon of this asset, and we did not hear of it."),
        (R.ADOPT, R.KNOW),
        Risk.OURS,
    ),
    Drift.DUPLICATE: Meaning(
        _("A second coupon bears the reference of an asset that has another one."),
        (R.CANCEL, *ASK),
        Risk.THEIRS_COST,
    ),
    Drift.STRANGER: Meaning(
        _("The vendor holds a coupon that no asset knows: bought elsewhere."),
        (R.IMPORT, R.IMPORT_FREE, R.KNOW, R.CANCEL),
        Risk.THEIRS,
        is_decided=False,
    ),
    Drift.MISSING: Meaning(
        _("It is in doubt with us, and no listing since shows it."),
        (R.RETRY, *ASK),
        Risk.PRICE,
    ),
    Drift.DIFFERENT: Meaning(
        _("Asset and coupon do not agree."),
        (R.TAKE_FACTS, *ASK),
        Risk.UNEQUAL,
    ),
    Drift.LIVE: Meaning(
        _("The coupon can be redeemed though the asset is cancelled."),
        (R.CANCEL, *ASK),
        Risk.OURS,
    ),
    Drift.REDEEMED: Meaning(
        _("The vendor says that it was redeemed."), (R.REDEEM, R.KNOW), Risk.NONE
    ),
    Drift.REVOKED: Meaning(
        _("The vendor has taken the coupon back."), (R.REVOKE, *ASK), Risk.OURS
    ),
    Drift.EXPIRED: Meaning(
        _("It was listed until it expired, and is gone since."),
        (R.EXPIRE, R.VANISH, R.KNOW),
        Risk.NONE,
    ),
    Drift.VANISHED: Meaning(
        _("It was listed, and is gone before its time: redeemed, or taken back."),
        (R.VANISH, *ASK),
        Risk.NONE,
    ),
    Drift.LOST: Meaning(
        _("The vendor does not know this coupon, and never showed it."),
        (R.FLAG, R.VANISH, R.KNOW),
        Risk.OURS,
        is_decided=False,
    ),
    Drift.REAPPEARED: Meaning(
        _("It can be redeemed, though we hold it for spent."),
        (R.REVIVE, *ASK),
        Risk.OURS,
    ),
    Drift.LINK_GONE: Meaning(
        _("The vendor does not list the account that is linked."),
        (R.SYNCHRONIZE, *ASK),
        Risk.NONE,
    ),
    Drift.ACCOUNT_STRANGER: Meaning(
        _("The vendor holds an account that none of ours is linked with."),
        (R.LINK, R.KNOW),
        Risk.NONE,
        is_decided=False,
    ),
    Drift.ACCOUNT_DIFFERENT: Meaning(
        _("The linked account bears the reference of another one."),
        ASK,
        Risk.NONE,
        is_decided=False,
    ),
}

#: What a remedy makes of an existing asset, or of the vendor: too many are refused.
CHANGING = frozenset(
    {
        R.ADOPT,
        R.CANCEL,
        R.TAKE_FACTS,
        R.REDEEM,
        R.EXPIRE,
        R.VANISH,
        R.REVOKE,
        R.REVIVE,
        R.RETRY,
        R.SYNCHRONIZE,
        R.PUT_BACK,
    }
)
#: What needs an account that a person chooses.
FOR_ACCOUNT = frozenset({R.IMPORT, R.IMPORT_FREE, R.LINK})
#: What needs a reason of a person.
WITH_REASON = frozenset({R.KNOW, R.FLAG})
#: What can be put back as it was.
UNDOABLE = frozenset({R.TAKE_FACTS, R.EXPIRE, R.VANISH, R.REVIVE, R.KNOW, R.FLAG})
