"""`purveyor prepare`: everything an upgrade needs. Running it again does no harm."""

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from rich.progress import Progress

from purveyor.domain.accounts.operations import establish_roles
from purveyor.domain.notifications.ladder import establish_ladder
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.orders.labels import (
    establish_labels,
)
from purveyor.faces.console.readiness import collect_files
from purveyor.kernel import clock


def migrate() -> None:
    """Bring the tables up to date."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def establish() -> None:
    """Make the roles, texts, ladder and order statuses that come with the product."""
    establish_roles(roles=settings.PURVEYOR_ROLES)
    establish_notifications()
    establish_ladder(now=clock.now())
    establish_labels()


STEPS: tuple[tuple[str, Callable[[], None]], ...] = (
    ("Tables", migrate),
    ("Roles and texts", establish),
    ("Styles and pictures", collect_files),
)


def run() -> int:
    """Do every step, and show how far it is."""
    with Progress() as progress:
        bar = progress.add_task("Preparing", total=len(STEPS))
        for name, step in STEPS:
            progress.update(bar, description=f"{name:<20}")
            step()
            progress.advance(bar)
    print("Ready. Start `purveyor serve` and `purveyor work`.")
    return 0
