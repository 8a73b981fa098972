"""Signs of life of the workers."""

from datetime import datetime, timedelta

from purveyor.kernel.work.models import WorkerBeat

FORGET_AFTER = timedelta(days=1)


def beat(*, name: str, started_at: datetime, now: datetime) -> None:
    """Write that a worker lives; forget those not seen for a day."""
    WorkerBeat.objects.update_or_create(
        name=name, defaults={"beat_at": now, "started_at": started_at}
    )
    WorkerBeat.objects.filter(beat_at__lt=now - FORGET_AFTER).delete()


def sign_off(*, name: str) -> None:
    """Write that a worker has stopped."""
    WorkerBeat.objects.filter(name=name).delete()
