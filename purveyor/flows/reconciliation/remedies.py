"""
What each remedy does, in the transaction of its line. None of them calls a vendor.

The one that does, cancelling, is in `cancelling.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import note_fate, take_facts
from purveyor.domain.provisioning.models import AccountLink, CouponObservation
from purveyor.domain.provisioning.operations.asks import retry_asset
from purveyor.domain.provisioning.operations.by_hand import adopt_observation
from purveyor.domain.provisioning.operations.cancel import ask_to_cancel, end_cancelling
from purveyor.domain.provisioning.operations.link import (
    link_account,
    synchronize_again,
)
from purveyor.flows.reconciliation.importing import Import, import_coupon
from purveyor.flows.reconciliation.lifecycle import Remedy
from purveyor.flows.reconciliation.models import Finding, Known

FLAGGED_FOR = timedelta(days=14)  # then it is found again, if it is still so


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is applied now, locked and checked, by whom and when."""

    finding: Finding
    actor: str
    now: datetime

    @property
    def asset(self) -> Asset:
        """The asset of the line."""
        return _there(self.finding.asset)

    @property
    def coupon(self) -> CouponObservation:
        """The vendor's coupon of the line."""
        return _there(self.finding.observation)

    @property
    def link(self) -> AccountLink:
        """The account link of the line."""
        return _there(self.finding.link)

    @property
    def for_account(self) -> Account:
        """The account that a person chose."""
        return _there(self.finding.for_account)

    @property
    def reason(self) -> str:
        """Why it is done: what a person wrote, else what the plan says."""
        told = self.finding.because or " ".join(self.finding.evidence[:1])
        words = _("Reconciliation %(run)d, line %(line)d: %(reason)s")
        run, position = self.finding.run_id, self.finding.position
        return (words % {"run": run, "line": position, "reason": told})[:300]


def _there[T](record: T | None) -> T:
    if record is None:
        message = "The line lacks a record that its remedy needs."
        raise AssertionError(message)
    return record


def adopt(line: Line) -> str:
    """Connect the coupon with the asset it was made for."""
    adopt_observation(
        asset=line.asset,
        observation=line.coupon,
        because=line.reason,
        actor=line.actor,
        now=line.now,
    )
    return _("Adopted: the asset has its coupon.")


def import_charged(line: Line) -> str:
    """Make an asset of a coupon that was bought elsewhere, and charge for it."""
    return _import(line, is_charged=True)


def import_free(line: Line) -> str:
    """Make an asset of a coupon that was bought elsewhere; nothing is charged."""
    return _import(line, is_charged=False)


def _import(line: Line, *, is_charged: bool) -> str:
    wanted = Import(line.coupon, line.for_account, is_charged, line.reason)
    asset = import_coupon(wanted=wanted, actor=line.actor, now=line.now)
    return _("Imported as %(asset)s.") % {"asset": asset.number}


def know(line: Line) -> str:
    """Leave it as it is: it is not found again while it stays so."""
    _write_known(line, until=None)
    return _("Marked as known.")


def flag(line: Line) -> str:
    """Leave it to the vendor for a while."""
    until = line.now + FLAGGED_FOR
    _write_known(line, until=until)
    words = _("Flagged for the vendor; found again after %(day)s if it is still so.")
    return words % {"day": f"{until:%Y-%m-%d}"}


def _write_known(line: Line, *, until: datetime | None) -> None:
    finding = line.finding
    about = finding.asset or finding.link or finding.observation or finding.seen_account
    Known.objects.update_or_create(
        application=finding.run.application,
        identity=finding.identity,
        defaults={
            "drift": finding.drift,
            "label": str(about)[:200],
            "because": line.reason,
            "known_by": line.actor,
            "known_at": line.now,
            "until": until,
        },
    )


def take(line: Line) -> str:
    """Write down for the asset what the vendor's coupon says."""
    theirs, asset = line.coupon.facts, line.asset
    found: dict[str, Any] = {
        "external_product_id": theirs.get("product"),
        "quantity": theirs.get("quantity"),
        "expires_at": _moment(theirs.get("expires_at")),
    }
    facts = {n: v for n, v in found.items() if v and v != getattr(asset, n)}
    take_facts(
        asset=asset, facts=facts, evidence=line.reason, actor=line.actor, now=line.now
    )
    return _("The asset has the vendor's facts now.")


def fate(verb: str) -> Callable[[Line], str]:
    """Return the remedy that writes what became of a coupon."""

    def write(line: Line) -> str:
        note_fate(
            asset=line.asset,
            verb=verb,
            evidence=" ".join(line.finding.evidence)[:500],
            actor=line.actor,
            now=line.now,
        )
        return _("The asset is now: %(state)s.") % {
            "state": line.asset.get_state_display()
        }

    return write


def revoke(line: Line) -> str:
    """Cancel the asset: the vendor has cancelled its coupon already."""
    asset, actor, now = line.asset, line.actor, line.now
    ask_to_cancel(asset=asset, because=line.reason, actor=actor, now=now)
    end_cancelling(asset=asset, reason=line.reason, actor=actor, now=now)
    return _("The asset is cancelled, as its coupon is.")


def retry(line: Line) -> str:
    """Have a worker look for it once more, by its reference."""
    retry_asset(asset=line.asset, actor=line.actor, now=line.now)
    return _("A worker looks for it again.")


def synchronize(line: Line) -> str:
    """Have the account made known at the vendor anew."""
    synchronize_again(
        link=line.link, because=line.reason, actor=line.actor, now=line.now
    )
    return _("The account is being synchronized again.")


def link(line: Line) -> str:
    """Link the vendor's account with one of ours."""
    link_account(
        account=line.for_account,
        application=line.finding.run.application,
        external_id=_there(line.finding.seen_account).external_id,
        because=line.reason,
        actor=line.actor,
        now=line.now,
    )
    return _("Linked with %(account)s.") % {"account": line.for_account.name}


#: By which verb a state that was revived by mistake is reached again.
BACK_TO = {"EXPIRED": "expire", "VANISHED": "vanish"}


def put_back(line: Line) -> str:
    """Undo a line of an earlier plan."""
    done = _there(line.finding.undoes)
    match Remedy(done.remedy):
        case Remedy.KNOW | Remedy.FLAG:
            Known.objects.filter(
                application=line.finding.run.application, identity=done.identity
            ).delete()
        case Remedy.TAKE_FACTS:
            _put_back_facts(line, done.guard["asset"])
        case Remedy.REVIVE:
            fate(BACK_TO[done.guard["asset"]["state"]])(line)
        case _:
            fate("reappear")(line)
    return _("Put back as it was.")


def _put_back_facts(line: Line, before: Mapping[str, Any]) -> None:
    known = {
        "external_product_id": before["external_product_id"],
        "quantity": before["quantity"],
        "expires_at": _moment(before["expires_at"]),
    }
    facts = {n: v for n, v in known.items() if v != getattr(line.asset, n)}
    take_facts(
        asset=line.asset,
        facts=facts,
        evidence=line.reason,
        actor=line.actor,
        now=line.now,
    )


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


REMEDIES: Mapping[Remedy, Callable[[Line], str]] = {
    Remedy.ADOPT: adopt,
    Remedy.IMPORT: import_charged,
    Remedy.IMPORT_FREE: import_free,
    Remedy.KNOW: know,
    Remedy.FLAG: flag,
    Remedy.TAKE_FACTS: take,
    Remedy.REDEEM: fate("redeem"),
    Remedy.EXPIRE: fate("expire"),
    Remedy.VANISH: fate("vanish"),
    Remedy.REVOKE: revoke,
    Remedy.REVIVE: fate("reappear"),
    Remedy.RETRY: retry,
    Remedy.SYNCHRONIZE: synchronize,
    Remedy.LINK: link,
    Remedy.PUT_BACK: put_back,
}
