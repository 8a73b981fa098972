"""`purveyor doctor`: is everything as it must be, and if not, what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import mailers
from django.db import DatabaseError, connection
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from purveyor.domain.accounts.queries import NoOrganization, organization
from purveyor.domain.assets.queries import newest_and_oldest_with_coupon
from purveyor.domain.provisioning.operations.setup import complaint_of
from purveyor.domain.provisioning.queries import (
    LeaseTooShort,
    active_setups,
    check_lease,
)
from purveyor.faces.console.readiness import are_files_collected, pending_migrations
from purveyor.flows.reconciliation.queries import overdue_policies
from purveyor.kernel import clock
from purveyor.kernel.sealed import open_sealed, seal
from purveyor.kernel.work.queries import workers_alive

WIDTH = 110


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one thing; `cure` says what to do if it is not well."""

    about: str
    says: str
    cure: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing has to be done."""
        return not self.cure


def run() -> int:
    """Look at everything, print what was found, and return 1 if something is wrong."""
    found: list[Finding] = []
    with Progress(transient=True) as progress:
        bar = progress.add_task("Looking", total=len(CHECKS))
        for check in CHECKS:
            found += check()
            progress.advance(bar)
            if found[-1].about == DATABASE and not found[-1].is_well:
                break  # all others would only say so again
    Console(width=WIDTH).print(_table(found))
    return 0 if all(finding.is_well for finding in found) else 1


def _table(found: list[Finding]) -> Table:
    table = Table(title="Purveyor", title_justify="left", show_lines=True)
    for head in ("", "What", "How it is", "What to do"):
        table.add_column(head, overflow="fold")
    for each in found:
        sign = "[green]✓[/]" if each.is_well else "[red]✗[/]"
        table.add_row(sign, *map(escape, (each.about, each.says, each.cure)))
    return table


DATABASE = "Database"


def _database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
        version = ".".join(str(part) for part in connection.get_database_version())
        yield Finding(DATABASE, f"{connection.display_name} {version} answers.")
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        cure = "Check DATABASE_URL, and that the database server runs."
        yield Finding(DATABASE, reason, cure)


def _tables() -> Iterator[Finding]:
    pending = pending_migrations()
    if pending:
        says = f"{len(pending)} steps behind this version."
        yield Finding("Tables", says, "Make a backup, then run `purveyor prepare`.")
        return
    yield Finding("Tables", "Up to date.")
    for check in CHECKS_OF_RECORDS:
        yield from check()


def _seal_keys() -> Iterator[Finding]:
    count = len(settings.PURVEYOR_SEAL_KEYS)
    try:
        open_sealed(seal("a trial"))
        for asset in newest_and_oldest_with_coupon():
            bool(asset.coupon_code)
        says = f"{count} in the ring; the newest and the oldest coupon code open."
        yield Finding("Seal keys", says)
    except ImproperlyConfigured as error:
        cure = "Put every key that was ever used into PURVEYOR_SEAL_KEYS."
        yield Finding("Seal keys", str(error), cure)


def _profile() -> Iterator[Finding]:
    try:
        yield Finding("Organization", organization().name)
    except NoOrganization as error:
        yield Finding("Organization", "Not filled in.", error.message)


def _workers() -> Iterator[Finding]:
    alive = workers_alive(now=clock.now())
    cure = "" if alive else "Start `purveyor work`: without it nothing is provisioned."
    yield Finding("Workers", f"{alive} alive.", cure)


def _lease() -> Iterator[Finding]:
    try:
        check_lease()
        yield Finding("Lease", f"{settings.PURVEYOR_LEASE_SECONDS:g} s, long enough.")
    except LeaseTooShort as error:
        yield Finding("Lease", "Too short.", error.message)


def _vendors() -> Iterator[Finding]:
    setups = active_setups()
    if not setups:
        cure = "Register a service manager under Setup > Applications."
        yield Finding("Applications", "None is active.", cure)
    for setup in setups:
        try:
            complaint = complaint_of(setup=setup)
        except ImproperlyConfigured as error:  # no key opens its credentials
            complaint = str(error)
        cure = "See Setup > Applications." if complaint else ""
        says = complaint or "Accepts our settings."
        yield Finding(str(setup.application), says, cure)


def _nights() -> Iterator[Finding]:
    overdue = overdue_policies(now=clock.now())
    for policy in overdue:
        since = f"{policy.due_at:%Y-%m-%d %H:%M} UTC"
        cure = (
            "Start `purveyor work`, or see its log; `purveyor reconcile "
            f"{policy.application.connector}` does it now."
        )
        says = f"{policy.application}: the night of {since} is overdue."
        yield Finding("Reconciliation", says, cure)
    if not overdue:
        yield Finding("Reconciliation", "No night is overdue.")


def _files() -> Iterator[Finding]:
    if are_files_collected():
        yield Finding("Styles", "In their place.")
    else:
        yield Finding("Styles", "Not collected.", "Run `purveyor prepare`.")


def _mail() -> Iterator[Finding]:
    mailer = mailers["default"]
    server = f"{getattr(mailer, 'host', '')}:{getattr(mailer, 'port', '')}"
    try:
        mailer.open()
        mailer.close()
        yield Finding("Mail server", f"{server} answers.")
    except OSError as error:  # smtplib's own errors are among them
        cure = "Check PURVEYOR_SMTP_HOST and its companions. Mails wait until then."
        yield Finding("Mail server", f"{server}: {error}", cure)


CHECKS_OF_RECORDS = (_seal_keys, _profile, _workers, _lease, _vendors, _nights)
CHECKS = (_database, _tables, _files, _mail)
