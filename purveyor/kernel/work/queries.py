"""Whether anybody works."""

from datetime import datetime, timedelta

from purveyor.kernel.work.models import WorkerBeat

ALIVE_FOR = timedelta(seconds=30)


def workers_alive(*, now: datetime) -> int:
    """Return how many workers gave a sign of life within the last half minute."""
    return WorkerBeat.objects.filter(beat_at__gte=now - ALIVE_FOR).count()
