"""Companies that ask for an account: Ole of Donau would like to buy."""

from datetime import datetime
from typing import Any

from purveyor.domain.accounts.models import Registration
from purveyor.domain.accounts.registrations import (
    ask_for_account,
    verify_registration,
)
from purveyor.kernel.sealed import fingerprint
from tests.factories.accounts import an_organization
from tests.factories.moments import NOON

OLE = "ole@donau.example"
FACTS = {
    "name": "Donau GmbH",
    "email": "office@donau.example",
    "tax_number": "DE811569869",
    "line1": "Kai 1",
    "line2": "",
    "postcode": "20457",
    "city": "Hamburg",
    "country": "DE",
    "first_name": "Ole",
    "last_name": "Dahl",
    "person_email": OLE,
}


def asked(now: datetime = NOON, **facts: Any) -> Registration:
    """Return a registration whose e-mail is not confirmed yet."""
    an_organization()
    given = {**FACTS, **facts}
    ask_for_account(facts=given, language="en", accepts_terms=True, now=now)
    return Registration.objects.latest("pk")


def a_registration(now: datetime = NOON, **facts: Any) -> Registration:
    """Return a registration that waits for staff."""
    registration = asked(now, **facts)
    token = f"link of {registration.pk}"
    Registration.objects.filter(pk=registration.pk).update(
        fingerprint=fingerprint(token), sent_at=now
    )
    return verify_registration(token=token, now=now)
