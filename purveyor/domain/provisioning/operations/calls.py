"""
Write, do: an attempt is written down, then the vendor is called, within one lease.

What follows, the closing, belongs to whoever asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from purveyor.domain.provisioning.contract import VendorError, VendorNotAsked
from purveyor.domain.provisioning.lifecycle import AttemptKind
from purveyor.domain.provisioning.models import Attempt
from purveyor.domain.provisioning.operations.attempts import open_attempt
from purveyor.domain.provisioning.operations.gate import (
    GateClosed,
    gate_of,
)
from purveyor.domain.provisioning.operations.subject import Subject
from purveyor.kernel.clock import Stopwatch

#: A call begins within this part of its lease, and by its deadline ends within it.
BEGINS_WITHIN = 1 / 2


@dataclass(frozen=True, slots=True)
class Deed[T]:
    """A write at a vendor: its kind, how it is done, and what is asked for by it."""

    kind: AttemptKind
    do: Callable[[], T]
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Called[T]:
    """An open attempt, and what the vendor answered: something made, or an error."""

    attempt: Attempt
    made: T | None
    error: VendorError | None


def write_and_do[T](
    *, subject: Subject, lane: str, deed: Deed[T], watch: Stopwatch
) -> Called[T]:
    """
    Write an attempt, which renews the lease, then call the vendor; no transaction open.

    A worker that was held up after writing, for so long that its call could outlast the
    lease, does not call: another one may be looking already.

    :raises GateClosed: if nobody asks this vendor now; then nothing is written.
    :raises LeaseLost: if the record changed hands or state; then nothing is written.
    """
    gate = gate_of(subject.record.application_id)
    with gate.door(lane, now=watch.now()):
        opened_at = watch.now()
        attempt = open_attempt(
            subject=subject, kind=deed.kind, now=opened_at, asked=deed.asked
        )
        try:
            with gate.permit(lane, now=watch.now()):
                spare = settings.PURVEYOR_LEASE_SECONDS * BEGINS_WITHIN
                if watch.now() > opened_at + timedelta(seconds=spare):
                    message = _("The worker was held up; nothing was sent.")
                    raise VendorNotAsked(message)
                return Called(attempt, deed.do(), None)
        except VendorError as error:
            return Called(attempt, None, error)
        except GateClosed:
            message = _("The vendor was not asked; nothing was sent.")
            return Called(attempt, None, VendorNotAsked(message))
