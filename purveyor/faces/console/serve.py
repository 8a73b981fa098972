"""`purveyor serve`: the web server, on this machine only; a proxy stands before it."""

import sys
from importlib import import_module

from django.db import connections

from purveyor.faces.console.ports import web_port
from purveyor.faces.console.readiness import (
    are_files_collected,
    collect_files,
    require_migrated,
)

PROCESSES = 2
THREADS = 2
# The path without its query: what people search for is nobody's business.
ACCESS_LOG = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'


def run() -> int:
    """
    Serve until SIGTERM or SIGINT.

    :raises NotPrepared: if the database is not up to date.
    """
    require_migrated()
    if not are_files_collected():
        collect_files()
    connections.close_all()  # they must not cross the fork
    sys.argv = ["gunicorn", *options(), "purveyor.project.wsgi:application"]
    import_module("gunicorn.app.wsgiapp").run()
    return 0


def options() -> list[str]:
    """Return how the server is started."""
    return [
        f"--bind=127.0.0.1:{web_port()}",
        f"--workers={PROCESSES}",
        f"--threads={THREADS}",
        "--worker-class=gthread",
        "--graceful-timeout=10",
        "--access-logfile=-",
        f"--access-logformat={ACCESS_LOG}",
        "--no-control-socket",
    ]
