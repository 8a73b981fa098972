"""Signs of life of the workers, and the traces of wake-up calls."""

from datetime import datetime, timedelta

from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from purveyor.kernel.work.models import WorkerBeat
from purveyor.kernel.work.tasks import look

FORGET_AFTER = timedelta(days=1)
PRUNE_AFTER = timedelta(minutes=10)


def beat(*, name: str, started_at: datetime, now: datetime) -> None:
    """Write that a worker lives; forget those not seen for a day."""
    WorkerBeat.objects.update_or_create(
        name=name, defaults={"beat_at": now, "started_at": started_at}
    )
    WorkerBeat.objects.filter(beat_at__lt=now - FORGET_AFTER).delete()


def sign_off(*, name: str) -> None:
    """Write that a worker has stopped."""
    WorkerBeat.objects.filter(name=name).delete()


def prune_calls(*, now: datetime) -> int:
    """
    Delete wake-up calls that were answered, or got stuck; return how many.

    They say nothing that the records do not say. Those that wait stay.
    """
    old = DBTaskResult.objects.filter(
        queue_name=look.queue_name, enqueued_at__lt=now - PRUNE_AFTER
    )
    gone, _by_model = old.exclude(status=TaskResultStatus.READY).delete()
    return gone
