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
    """
    Wake a worker once the running transaction is committed; once per transaction.

    The queue is a table of the same database, so the call is written in the same
    transaction and costs no commit of its own. Another queue may wake a moment too
    early: then the sweep finds what is due.
    """
    if not any(_is_woken in hook for hook in connection.run_on_commit):
        transaction.on_commit(_is_woken)
        look.enqueue()


def _is_woken() -> None:
    """Mark, among what waits for the commit, that the transaction wakes a worker."""
