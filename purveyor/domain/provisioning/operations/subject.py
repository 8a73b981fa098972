"""The record an attempt is about, and what is written on it while it waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import SYNC, AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import NO_DOUBT
from purveyor.domain.provisioning.causes import (
    REASON_MAX,
    Cause,
    Why,
    after_the_due_time,
    why_of,
)
from purveyor.domain.provisioning.contract import VendorNotAsked, VendorUnavailable
from purveyor.domain.provisioning.lifecycle import LINK
from purveyor.domain.provisioning.models import AccountLink, Breaker
from purveyor.kernel.journal.operations import log
from purveyor.kernel.lifecycle import Lifecycle
from purveyor.kernel.work.delays import give_up_at, next_try_at
from purveyor.kernel.work.leases import Lease, LeaseLost

WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Subject:
    """
    An asset or an account link, with the lease under which it is worked on.

    Both carry the same columns of doubt and of waiting. Every way of leaving it gives
    the lease back, and says why the record waits.
    """

    record: Asset | AccountLink
    lease: Lease

    @property
    def lifecycle(self) -> Lifecycle:
        """Where the record stands with the vendor."""
        return SYNC if isinstance(self.record, Asset) else LINK

    @property
    def status(self) -> str:
        """The record's provisioning sync status."""
        return str(getattr(self.record, self.lifecycle.field))

    @property
    def about(self) -> dict[str, Any]:
        """The column by which an attempt points at the record."""
        return {"asset" if isinstance(self.record, Asset) else "link": self.record}

    @property
    def is_in_doubt(self) -> bool:
        """Whether the vendor may have done what it was asked."""
        return self.record.in_doubt_since is not None

    def has_run_out(self, now: datetime) -> bool:
        """
        Return whether the record was tried for as long as it may be tried by itself.

        Never while nobody asks its vendor: that time does not count.
        """
        until = self.record.give_up_at
        if until is None or now < until:
            return False
        silent = Breaker.objects.exclude(Breaker.asking(now))
        return not silent.filter(application=self.record.application_id).exists()

    def move_if_it_can(self, verb: str) -> None:
        """Make a move of the sync status where it starts from the present one."""
        if self.lifecycle.allows(self.record, verb):
            self.lifecycle.move(self.record, verb)

    @transaction.atomic
    def give_up(self, why: Why, *, now: datetime) -> None:
        """End the work as failed, with a reason that a person can act on."""
        before = self.status
        self.move_if_it_can("fail")
        secrets = {} if isinstance(self.record, Asset) else {"options_sealed": ""}
        self._leave(
            **NO_DOUBT,
            **secrets,
            due_at=None,
            give_up_at=None,
            parked_at=None,
            **self._columns(why),
        )
        self._tell("fail", why, now=now, before=before)
        self._go_on_cancelling(now=now)

    def _go_on_cancelling(self, *, now: datetime) -> None:
        """Look again at once at an asset that was to be cancelled meanwhile."""
        if isinstance(self.record, Asset):
            why = Why(Cause.CANCEL_ASKED, _("It is to be cancelled."))
            cancelling = Asset.objects.filter(
                pk=self.record.pk, state=AssetState.CANCELLING
            )
            cancelling.update(due_at=now, **why.columns)

    def wait_for_vendor(self, error: VendorUnavailable, *, now: datetime) -> None:
        """Try to make it again later, or give up once it was tried for long enough."""
        if isinstance(error, VendorNotAsked):  # that was no try
            self._leave(due_at=now, **NO_DOUBT, **self._columns(why_of(error)))
        elif self.has_run_out(now):
            self.give_up(after_the_due_time(why_of(error)), now=now)
        else:
            self.postpone(error, now=now, **NO_DOUBT)

    def postpone(
        self, error: VendorUnavailable, *, now: datetime, **changes: Any
    ) -> None:
        """Look at the record again after the delay that its tries have earned."""
        tries = self.record.tries_count + 1
        wish = error.facts.get("retry_after_seconds")
        due_at = next_try_at(
            tries_count=tries,
            now=now,
            at_least_seconds=float(wish) if isinstance(wish, int | float) else 0,
        )
        why = why_of(error)
        stays_in_doubt = self.is_in_doubt and "in_doubt_since" not in changes
        if stays_in_doubt and why.cause == Cause.UNAVAILABLE:
            why = Why(Cause.LOOK_FAILED, why.text)
        columns = self._columns(why)
        self._leave(due_at=due_at, tries_count=tries, **columns, **changes)

    @transaction.atomic
    def stay_in_doubt(self, why: Why, *, now: datetime) -> None:
        """Write that it may have been done; what comes next is a look, never a make."""
        before = self.status
        self.move_if_it_can("doubt")
        self._leave(
            doubtful_call_ended_at=now,
            absent_since=None,
            due_at=next_try_at(tries_count=1, now=now),
            tries_count=1,
            **self._columns(why),
        )
        self._tell("doubt", why, now=now, before=before)

    @transaction.atomic
    def park(self, why: Why, *, now: datetime) -> None:
        """Set the record aside until a person has looked. A doubt stays."""
        before = self.status
        self.move_if_it_can("doubt")
        self._leave(due_at=None, parked_at=now, **self._columns(why))
        self._tell("park", why, now=now, before=before)

    def stand_still(self, why: Why, *, until: datetime, now: datetime) -> None:
        """Look again at a moment; until then the time to give up moves on with us."""
        self._leave(due_at=until, give_up_at=give_up_at(now=now), **why.columns)

    def look_again(self, why: Why, *, at: datetime, **changes: Any) -> None:
        """Look for it again at a moment; the doubt stays as it is."""
        self._leave(due_at=at, **why.columns, **changes)

    def stand_aside(self) -> None:
        """Give the record back as it is: nobody may ask its vendor now."""
        self.lease.end()

    def rest(self) -> None:
        """Leave a record on which nothing is due, unless it was made due meanwhile."""
        as_read = {"due_at": self.record.due_at, self.lifecycle.field: self.status}
        records = type(self.record)._default_manager
        records.filter(pk=self.record.pk, **as_read).update(due_at=None)
        self.lease.end()

    def _leave(self, **changes: Any) -> None:
        """
        Give the record back with what was learnt.

        :raises LeaseLost: if another worker has it by now; then that one judges.
        """
        if not self.lease.end(**changes):
            message = f"The lease on {self.record} is lost."
            raise LeaseLost(message)

    def _columns(self, why: Why) -> dict[str, str]:
        shown = (
            {} if isinstance(self.record, Asset) else {"reason": why.text[:REASON_MAX]}
        )
        return {**why.columns, **shown}

    def _tell(self, verb: str, why: Why, *, now: datetime, before: str) -> None:
        log(
            self.record,
            verb,
            actor=WORKER,
            at=now,
            before=before,
            after=self.status,
            reason=why.text,
        )
