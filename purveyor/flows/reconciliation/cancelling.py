"""
Cancel a coupon at the vendor that no asset of ours needs: write, ask, write.

Asking twice to cancel one coupon costs nothing, so a line that was left in the middle
is asked again. A coupon that the vendor does not know any more may be redeemed: that
is said, and never taken for a success.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.provisioning.contract import (
    Capability,
    ServiceManager,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.domain.provisioning.models import CouponObservation
from purveyor.domain.provisioning.operations.gate import ask
from purveyor.flows.reconciliation.guards import Changed, locked_and_checked
from purveyor.flows.reconciliation.lifecycle import FINDING, FindingState
from purveyor.flows.reconciliation.models import Finding
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sealed import Secret, open_sealed

ACTIVE, CANCELLED = "active", "cancelled"
RESULT_MAX = 500


def cancel_at_vendor(
    *, line: Finding, manager: ServiceManager, lane: str, actor: str, watch: Stopwatch
) -> None:
    """
    Have the coupon of one line cancelled; write what became of it.

    :raises GateClosed: if nobody asks this vendor now.
    :raises VendorUnavailable: nothing was done, or nobody knows; it is asked again.
    """
    if line.state == FindingState.OPEN and not _begin(line, now=watch.now()):
        return
    coupon = CouponObservation.objects.get(findings=line)
    vendor = _Vendor(manager, open_sealed(coupon.coupon_sealed), line, lane, watch)
    refusal = vendor.cancel()
    _end(line, coupon, refusal, actor=actor, now=watch.now())


@dataclass(frozen=True, slots=True)
class _Vendor:
    """Asks a vendor about one coupon, through its gate."""

    manager: ServiceManager
    code: Secret
    line: Finding
    lane: str
    watch: Stopwatch

    def cancel(self) -> str:
        """Have it cancelled; return why not, or an empty text."""
        try:
            self._ask(lambda: self.manager.cancel(self.code.reveal()))
        except VendorRejected as error:
            return error.message
        except VendorUnclear as error:
            return self._what_is_known(error)
        return ""

    def _what_is_known(self, error: VendorUnclear) -> str:
        """Look for the coupon after an unclear answer; return why it is not certain."""
        if Capability.FIND_BY_CODE not in self.manager.capabilities:
            return error.message
        seen = self._ask(lambda: self.manager.get(self.code.reveal()))
        if seen is None:
            return _(
                "The vendor does not know the coupon any more: cancelled, or redeemed. "
                "Ask the vendor."
            )
        if seen.status == ACTIVE:
            raise VendorUnavailable(error.message)  # it is still there: ask again
        if seen.status == CANCELLED:
            return ""
        words = _("The vendor says that the coupon is %(status)s.")
        return words % {"status": seen.status}

    def _ask[T](self, question: Callable[[], T]) -> T:
        return ask(
            question=question,
            application_id=self.line.run.application_id,
            lane=self.lane,
            watch=self.watch,
        )


@transaction.atomic(durable=True)
def _begin(line: Finding, *, now: datetime) -> bool:
    """Write that the vendor is asked; return False if the line is refused instead."""
    try:
        locked_and_checked(line)
    except Changed as refusal:
        FINDING.move(line, "refuse", result=refusal.message[:RESULT_MAX], ended_at=now)
        return False
    FINDING.move(line, "ask")
    return True


@transaction.atomic(durable=True)
def _end(
    line: Finding,
    coupon: CouponObservation,
    refusal: str,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Write what became of it. A late answer of another worker counts as well."""
    if refusal:
        FINDING.move(line, "refuse", result=refusal[:RESULT_MAX], ended_at=now)
        return
    coupon.facts = {**coupon.facts, "status": CANCELLED}
    coupon.is_duplicate = False
    coupon.save(update_fields=["facts", "is_duplicate"])
    words = _("Cancelled at the vendor.")
    FINDING.move(line, "mend", result=words, ended_at=now)
    about = line.asset or coupon
    log(about, "cancel_at_vendor", actor=actor, at=now, coupon=coupon.coupon_mask)
