"""Set up a service manager, and read what it can sell."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from purveyor.domain.catalogue.models import Application
from purveyor.domain.catalogue.operations import (
    TypeFacts,
    put_product_type,
    switch_application,
)
from purveyor.domain.provisioning.contract import (
    ProductTypeDefinition,
    VendorBlocked,
    VendorError,
    VendorUnavailable,
)
from purveyor.domain.provisioning.lifecycle import DEFINITION
from purveyor.domain.provisioning.models import DefinitionReading, ServiceManagerSetup
from purveyor.domain.provisioning.operations.breaker import (
    close_breaker,
    establish_breaker,
)
from purveyor.domain.provisioning.queries import check_lease
from purveyor.domain.provisioning.registry import kind_of, manager_for
from purveyor.domain.provisioning.vault import open_values, seal_values
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import check, log
from purveyor.kernel.work.leases import Lease
from purveyor.kernel.work.models import Lane
from purveyor.kernel.work.tasks import wake

LOG_LINES_MAX = 200


class VendorRefusedSettings(Refused):
    """Settings are saved only after the vendor has accepted them."""

    code = "provisioning.vendor_refused_settings"


class AlreadyReading(Refused):
    """A services definition is read once at a time."""

    code = "provisioning.already_reading"


def set_up(
    *,
    application: Application,
    values: Mapping[str, str],
    policies: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> ServiceManagerSetup:
    """
    Set up a service manager for the first time, from plain values; it is switched on.

    Shape:  `values` are what the connector asks for, `policies` columns of the setup.
    :raises VendorRefusedSettings: with the vendor's own message.
    """
    setup = ServiceManagerSetup(application=application, **policies)
    changed = [*values, *policies]
    save_setup(setup=setup, values=values, changed=changed, actor=actor, now=now)
    return setup


def save_setup(
    *,
    setup: ServiceManagerSetup,
    values: Mapping[str, str],
    changed: Collection[str],
    actor: str,
    now: datetime,
) -> None:
    """
    Save the settings of a service manager once its vendor has accepted them.

    A secret left empty stays as it was. The vendor is asked first (a read of at most
    10 s, with no transaction open): if it refuses, nothing is saved.

    :raises VendorRefusedSettings: with the vendor's own message.
    """
    fields = kind_of(setup.application.connector).settings_fields
    before = open_values(setup.values, setup.secrets_sealed)
    kept = {f.name: before[f.name] for f in fields if f.is_secret and f.name in before}
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    setup.values, setup.secrets_sealed = seal_values({**kept, **given}, fields)
    check_setup(setup)
    _store(setup, changed, actor=actor, now=now)


def check_setup(setup: ServiceManagerSetup) -> None:
    """
    Ask the vendor whether settings are good.

    :raises VendorRefusedSettings: with the vendor's own message.
    """
    try:
        manager_for(setup).check()
    except VendorBlocked as error:
        message = _("%(reason)s Nothing was saved.")
        raise VendorRefusedSettings(message % {"reason": error.message}) from error
    except VendorError as error:
        message = _("%(reason)s Check the address. Nothing was saved.")
        raise VendorRefusedSettings(message % {"reason": error.message}) from error


def complaint_of(*, setup: ServiceManagerSetup) -> str:
    """Return what the vendor says against the settings now; empty if nothing."""
    try:
        manager_for(setup).check()
    except (VendorError, Refused) as error:
        return error.message
    return ""


@transaction.atomic
def _store(
    setup: ServiceManagerSetup, changed: Collection[str], *, actor: str, now: datetime
) -> None:
    is_new = setup.pk is None
    setup.checked_at = now
    check(setup)
    setup.save()
    check_lease()  # a deadline that no lease outlasts is refused with its setting
    log(
        setup,
        "create" if is_new else "edit",
        actor=actor,
        at=now,
        fields=sorted(changed),
    )
    establish_breaker(application=setup.application)
    close_breaker(application=setup.application, actor=actor, now=now)  # it answered
    if is_new:
        switch_application(
            application=setup.application, is_active=True, actor=actor, now=now
        )


@transaction.atomic
def ask_for_definition(
    *, application: Application, actor: str, now: datetime
) -> DefinitionReading:
    """
    Have a worker read what an application can sell.

    :raises AlreadyReading: if it is being read.
    """
    try:
        with transaction.atomic():
            reading = DefinitionReading.objects.create(
                application=application,
                asked_by=actor,
                asked_at=now,
                due_at=now,
                lane=Lane.INTERACTIVE,
            )
    except IntegrityError as error:
        message = _(
            "The services definition is being read already. Wait for it to end."
        )
        raise AlreadyReading(message) from error
    log(reading, "ask", actor=actor, at=now)
    wake()
    return reading


def read_definition(*, lease: Lease, now: datetime) -> None:
    """
    Read a services definition and create the product types in it, with a log.

    A step of the street, run by a worker under a lease; reading twice changes nothing.
    """
    reading = DefinitionReading.objects.select_related("application__setup").get(
        pk=lease.pk
    )
    watch = Stopwatch(now)
    _say(reading, _("Asking the vendor for its services definition."), at=now)
    try:
        types = manager_for(reading.application.setup).services_definition()
    except VendorUnavailable as error:
        _end(reading, lease, "fail", error.message, now=watch.now())
        return
    DefinitionReading.objects.filter(pk=reading.pk).update(total_count=len(types))
    for count, definition in enumerate(types, start=1):
        _put(reading, definition, count, now=watch.now())
    done = _("Done: %(count)s product types.") % {"count": len(types)}
    _end(reading, lease, "finish", done, now=watch.now())


@transaction.atomic
def _put(
    reading: DefinitionReading,
    definition: ProductTypeDefinition,
    count: int,
    *,
    now: datetime,
) -> None:
    facts = TypeFacts(
        external_id=definition.external_id,
        name=definition.name,
        description=definition.description,
        characteristics=[
            (each.external_id, each.name, each.default)
            for each in definition.characteristics
        ],
    )
    put_product_type(
        application=reading.application, facts=facts, actor=reading.asked_by, now=now
    )
    words = ", ".join(each.name for each in definition.characteristics)
    _say(reading, f"{definition.name}: {words}", at=now, done_count=count)


def _say(
    reading: DefinitionReading, line: str, *, at: datetime, **changes: int
) -> None:
    said = [*reading.log_lines, {"at": at.isoformat(), "line": line}][-LOG_LINES_MAX:]
    reading.log_lines = said
    DefinitionReading.objects.filter(pk=reading.pk).update(log_lines=said, **changes)


@transaction.atomic
def _end(
    reading: DefinitionReading, lease: Lease, verb: str, line: str, *, now: datetime
) -> None:
    _say(reading, line, at=now)
    DEFINITION.move(reading, verb, ended_at=now, due_at=None)
    lease.end(due_at=None)
    log(reading, verb, actor=reading.asked_by, at=now, reason=line)
