"""
A test database for each worker of a run, all copied from one.

To run the migrations takes longer than hundreds of tests do. So the worker that comes
first runs them, in a database in which nobody tests, and every worker copies that one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection


@contextmanager
def a_copy(worker: str) -> Iterator[None]:
    """
    Let this process use a copy of the migrated database, under the worker's name.

    The copy is dropped at the end. The migrated one stays for the other workers: it
    goes with the folder or the cluster of the run, or the next run makes it anew.
    """
    creation = connection.creation
    connection.settings_dict["NAME"] = migrated()
    with _one_at_a_time():
        creation.clone_test_db(suffix=worker, verbosity=0)
    of_copy = creation.get_test_db_clone_settings(worker)
    connection.close()
    connection.settings_dict.update(of_copy)  # in place: every thread reads it there
    yield
    creation.destroy_test_db(verbosity=0)


def migrated() -> str:
    """Return the name of the database in which the migrations were run, for copies."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    told = settings.DATA_DIR / f"migrated-{run}"  # its workers share this folder
    with _one_at_a_time():
        if not told.exists():
            name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
            connection.close()
            told.write_text(name)
        return told.read_text()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold back the other workers of this run."""
    with (settings.DATA_DIR / "databases.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
