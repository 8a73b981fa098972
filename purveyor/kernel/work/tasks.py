"""Wake-up calls. They say that something is due; what it is stands in the records."""

import threading

from django.db import connection, transaction
from django.tasks import task

WOKEN = threading.Event()  #: there may be something to do for the engine
CALLED = threading.Event()  #: and it may be anywhere, not only where work has ended
WORKS_HERE = threading.Event()  #: this process has an engine of its own


@task(queue_name="wake")
def look() -> None:
    """Have the worker of this process look for work now. Twice does nothing twice."""
    CALLED.set()
    WOKEN.set()


def wake() -> None:
    """
    Wake a worker once the running transaction is committed; once per transaction.

    The queue is a table of the same database, so the call is written in the same
    transaction and costs no commit of its own. Another queue may wake a moment too
    early: then the sweep finds what is due. A worker that leaves work behind wakes
    itself, without a call.
    """
    if any(_is_woken in hook for hook in connection.run_on_commit):
        return
    transaction.on_commit(_is_woken)
    if not WORKS_HERE.is_set():
        look.enqueue()


def _is_woken() -> None:
    """Wake the engine of this process; and mark that the transaction wakes one."""
    if WORKS_HERE.is_set():
        CALLED.set()
        WOKEN.set()
