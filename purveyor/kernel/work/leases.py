"""Claim records that are due, and keep them to oneself for a while."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from purveyor.kernel.errors import PurveyorError
from purveyor.kernel.work.models import Workable


class LeaseLost(PurveyorError):
    """Another worker has taken over the record: stop, and change nothing."""

    code = "work.lease_lost"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one worker to work on one record, until the lease runs out."""

    model: type[Workable]
    pk: int
    token: str

    def renew(self, **changes: Any) -> None:
        """
        Start the lease afresh, by compare and set; changes are written along with it.

        :raises LeaseLost: if another worker has the record by now.
        """
        until = Now() + timedelta(seconds=settings.PURVEYOR_LEASE_SECONDS)
        if self._mine().update(leased_until=until, **changes) != 1:
            message = f"The lease on {self.model._meta.verbose_name} {self.pk} is lost."
            raise LeaseLost(message, pk=self.pk)

    def end(self, **changes: Any) -> bool:
        """Give the record back, with changes; return False if it was no longer ours."""
        free = {"leased_until": None, "lease_token": ""}
        return self._mine().update(**free, **changes) == 1

    def _mine(self) -> models.QuerySet[Workable]:
        return self.model._default_manager.filter(pk=self.pk, lease_token=self.token)


def free() -> Q:
    """Return the condition that nobody works on a record, by the database's clock."""
    return Q(leased_until=None) | Q(leased_until__lte=Now())


@transaction.atomic
def claim(
    model: type[Workable],
    *,
    now: datetime,
    limit: int,
    lane: str | None = None,
    only: Q | None = None,
) -> list[Lease]:
    """
    Return leases on records that are due and free, the longest due first.

    The UPDATE is the lock: of two workers that were woken, each record goes to one. A
    worker that dies loses its claim when the lease ends.
    """
    due = model._default_manager.filter(free(), due_at__lte=now)
    if lane is not None:
        due = due.filter(lane=lane)
    if only is not None:
        due = due.filter(only)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    pks = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    if not pks:
        return []
    token = uuid.uuid4().hex
    until = Now() + timedelta(seconds=settings.PURVEYOR_LEASE_SECONDS)
    mine = model._default_manager.filter(free(), pk__in=pks)
    mine.update(leased_until=until, lease_token=token)
    return [Lease(model, pk, token) for pk in pks]
