"""BitTitan's settings, and accounts that it knows."""

from typing import Any

from purveyor.domain.accounts.models import Account
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink, ServiceManagerSetup
from purveyor.domain.provisioning.registry import kind_of
from purveyor.domain.provisioning.vault import seal_values
from tests.factories.catalogue import an_application
from tests.factories.moments import NOON

NOWHERE = "http://127.0.0.1:9"  # nobody listens there


def a_setup(
    *,
    address: str = NOWHERE,
    api_key: str = "test-key",
    workgroup: str = "aurora",
    **fields: Any,
) -> ServiceManagerSetup:
    """Return BitTitan's settings; they point nowhere unless told otherwise."""
    values = {"address": address, "api_key": api_key, "workgroup": workgroup}
    plain, sealed = seal_values(values, kind_of("bittitan").settings_fields)
    known = {"values": plain, "secrets_sealed": sealed, **fields}
    application = an_application()
    found = ServiceManagerSetup.objects.filter(application=application).first()
    if found is not None and address == NOWHERE and not fields:
        return found
    setup, _made = ServiceManagerSetup.objects.update_or_create(
        application=application, defaults=known
    )
    return setup


def a_link(*, account: Account, external_id: str = "") -> AccountLink:
    """Return the link of an account that BitTitan knows."""
    link, _made = AccountLink.objects.get_or_create(
        account=account,
        application=an_application(),
        defaults={
            "status": LinkStatus.SYNCHRONIZED,
            "external_id": external_id or f"bt-{account.number}",
            "synchronized_at": NOON,
        },
    )
    return link
