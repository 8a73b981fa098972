"""Whether the database and the files are as this version needs them."""

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from purveyor.kernel.errors import Refused


class NotPrepared(Refused):
    """The database is older (or newer) than the program."""

    code = "console.not_prepared"


def pending_migrations() -> list[str]:
    """Return the steps by which the database lags behind the program."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label} {migration.name}" for migration, _back in plan]


def require_migrated() -> None:
    """
    Check that the database is up to date.

    :raises NotPrepared: if it is not.
    """
    pending = pending_migrations()
    if pending:
        message = (
            f"The database is {len(pending)} steps behind this version. "
            "Make a backup if it holds anything, then run `purveyor prepare`."
        )
        raise NotPrepared(message, pending=len(pending))


def are_files_collected() -> bool:
    """Return whether styles and pictures lie where the web server looks for them."""
    stamp = _stamp_file()
    return stamp.exists() and stamp.read_text() == _sources()


def collect_files() -> None:
    """Put styles and pictures where the web server looks; nothing if they are there."""
    if are_files_collected():
        return
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    _stamp_file().write_text(_sources())


def _stamp_file() -> Path:
    return Path(settings.STATIC_ROOT) / "collected"


def _sources() -> str:
    """Return a mark of all files that are to be collected: another if one changes."""
    mark = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = storage.get_modified_time(name), storage.size(name)
            mark.update(f"{name} {found}".encode())
    return mark.hexdigest()
