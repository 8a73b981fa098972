"""Which connectors there are, and the service manager of an application."""

from functools import lru_cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.contract import ServiceManager
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.domain.provisioning.vault import open_values
from purveyor.kernel.errors import Refused


class NotSetUp(Refused):
    """The application has no settings yet."""

    code = "provisioning.not_set_up"


def connectors() -> tuple[str, ...]:
    """Return the names of the connectors that can be registered."""
    return tuple(settings.PURVEYOR_CONNECTORS)


def kind_of(connector: str) -> type[ServiceManager]:
    """Return a connector's class; it is loaded by name, nobody imports it."""
    return cast(
        "type[ServiceManager]", import_string(settings.PURVEYOR_CONNECTORS[connector])
    )


def vendor_of(application: Application) -> str:
    """Return the vendor's name, for people."""
    return kind_of(application.connector).vendor


def setup_of(application: Application) -> ServiceManagerSetup:
    """
    Return the settings of an application.

    :raises NotSetUp: if it has none.
    """
    setup = ServiceManagerSetup.objects.filter(application=application).first()
    if setup is None:
        message = (
            f"Fill in the settings of {application.name} under Setup > Applications."
        )
        raise NotSetUp(message)
    return setup


def manager_for(setup: ServiceManagerSetup) -> ServiceManager:
    """Return the service manager of an application; equal settings share one."""
    values = connection_values(setup)
    return _built(setup.application.connector, tuple(sorted(values.items())))


def connection_values(setup: ServiceManagerSetup) -> dict[str, str]:
    """Return all that a connector is built from, in clear: never log it."""
    return {
        **open_values(setup.values, setup.secrets_sealed),
        "deadline_seconds": str(setup.deadline_seconds),
        "sync_fields": setup.sync_fields.lower(),
        "cancel": _switch(is_on=setup.is_cancel_allowed),
        "finds_by_key": _switch(is_on=setup.finds_by_key),
        "finds_spent": _switch(is_on=setup.finds_spent),
        "lists": _switch(is_on=setup.lists),
        "lists_spent": _switch(is_on=setup.lists_spent),
        "allow_plain_http": _switch(is_on=settings.PURVEYOR_ALLOW_PLAIN_HTTP),
    }


def portal_url(application: Application) -> str:
    """Return where a customer redeems what this application sells."""
    return manager_for(setup_of(application)).portal_url


def _switch(*, is_on: bool) -> str:
    return "on" if is_on else "off"


@lru_cache(maxsize=32)
def _built(connector: str, values: tuple[tuple[str, str], ...]) -> ServiceManager:
    return kind_of(connector).build(dict(values))
