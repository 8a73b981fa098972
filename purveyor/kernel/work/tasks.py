"""Wake-up calls. They say that something is due; what it is stands in the records."""

import threading

from django.db import connection, transaction
from django.tasks import task

WOKEN = threading.Event()


@task(queue_name="wake")
def look() -> None:
    """Have the worker of this process look for work now. Twice does nothing twice."""
    WOKEN.set()


def wake() -> None:
    """Wake a worker once the running transaction is committed; once per transaction."""
    if not any(_send in hook for hook in connection.run_on_commit):
        transaction.on_commit(_send)


def _send() -> None:
    look.enqueue()
