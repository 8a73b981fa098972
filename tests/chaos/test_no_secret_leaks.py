"""
A coupon code is cash, and whoever has the API key can have more of it made.

After a busy day (faults, retries, mails, a revealed code, an account with a password of
its own) no secret stands in a log of the workers, nor in any column of any table.
"""

import json
import re
from collections.abc import Iterator

import pytest
from django.db import connection

from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import reveal_coupon
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import (
    AccountLink,
    ServiceManagerSetup,
    SyncFields,
)
from purveyor.domain.provisioning.operations.link import ask_to_synchronize
from purveyor.kernel import clock
from tests.chaos import desk
from tests.chaos.books import is_quiet, what_is_wrong
from tests.chaos.conftest import Buyer
from tests.factories.accounts import an_account
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN
from tests.support.stand_in import API_KEY, StandIn, eventually
from tests.support.workers import Crew

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

PATIENCE = 60
PASSWORD = "north-wind-2030-sails"  # what a person types under Sync Options
PURCHASE_FAULTS = (
    "invalid_422",
    "error_500_before",
    "conflict_409",
    "hang_up_after",
    "malformed_201",
    "slow_drip",
    "wrong_quantity_201",
    "error_503_after",
    "unauthorized_401",
)
EVERYTHING_IN = "SELECT * FROM %s"
MAIL_FAULTS = ("smtp_reject_550", "smtp_error_after_data_451")


def rows_in_clear() -> Iterator[tuple[str, str]]:
    """Yield all rows of all tables as text, each with its table's name."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(EVERYTHING_IN % name)
            for row in cursor.fetchall():
                yield table, "\n".join(_as_text(value) for value in row)


def _as_text(value: object) -> str:
    if isinstance(value, memoryview | bytes | bytearray):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, default=str)


def spellings(secret: str) -> set[str]:
    """Return how a secret may be written: upper and lower case, without dashes."""
    bare = secret.replace("-", "")
    return {text for each in (secret, bare) for text in (each, *_cases(each))}


def _cases(text: str) -> tuple[str, str]:
    return text.upper(), text.lower()


def places_of(secrets: list[str], texts: Iterator[tuple[str, str]]) -> list[str]:
    """Return where a secret stands, and how often; never the secret itself."""
    every = {spelling for secret in secrets for spelling in spellings(secret)}
    wanted = re.compile("|".join(map(re.escape, every)))
    hits = [place for place, text in texts if wanted.search(text)]
    return [f"{place}: {hits.count(place)} times" for place in sorted(set(hits))]


def logs_of(crew: Crew) -> Iterator[tuple[str, str]]:
    """Yield the log of each worker, with its name."""
    for worker in crew.workers:
        yield worker.log.name, worker.log.read_text()


def an_account_is_synchronized_with_a_password(vendor: StandIn) -> AccountLink:
    """Ask for it, with the first answer lost, so that the password waits sealed."""
    ServiceManagerSetup.objects.update(sync_fields=SyncFields.EMAIL_PASSWORD)
    vendor.fails("error_500_before", call="make_account", next=1)
    options = {"email": "lea@north.example", "password": PASSWORD}
    return ask_to_synchronize(
        account=an_account(),
        application=an_application(),
        options=options,
        actor=DAN,
        now=clock.now(),
    )


def a_person_settles_the_rest(vendor: StandIn) -> None:
    """Do what is left to do by hand, and wait for it to be done."""
    desk.decide_about_what_is_parked(vendor)
    desk.retry_what_failed()
    assert eventually(is_quiet, seconds=PATIENCE, pause_seconds=0.1)
    desk.send_failed_mails_again()
    assert eventually(is_quiet, seconds=PATIENCE, pause_seconds=0.1)


def test_no_secret_stands_in_a_log_or_in_the_database(
    vendor: StandIn, crew: Crew, buys: Buyer
) -> None:
    for fault in PURCHASE_FAULTS:
        vendor.fails(fault, call="make_coupon")
    for fault in MAIL_FAULTS:
        vendor.fails(fault)
    crew.starts(LOG_LEVEL="DEBUG")
    link = an_account_is_synchronized_with_a_password(vendor)
    licenses = buys.licenses(14)
    assert eventually(is_quiet, seconds=PATIENCE, pause_seconds=0.1), crew.logs()
    halfway = places_of([*vendor.codes(), PASSWORD], rows_in_clear())

    a_person_settles_the_rest(vendor)
    revealed = reveal_coupon(
        asset=Asset.objects.get(pk=licenses[0].pk),
        because="Lea has lost the mail",
        actor=DAN,
        now=clock.now(),
    )

    secrets = [*vendor.codes(), revealed, API_KEY, PASSWORD]
    assert len(secrets) > len(licenses)
    assert AccountLink.objects.get(pk=link.pk).status == LinkStatus.SYNCHRONIZED
    assert what_is_wrong(vendor) == []
    assert halfway == []
    assert places_of(secrets, rows_in_clear()) == []
    assert places_of(secrets, logs_of(crew)) == []


def test_a_secret_in_the_database_would_be_found(vendor: StandIn, buys: Buyer) -> None:
    (asset,) = buys.licenses(1)
    Asset.objects.filter(pk=asset.pk).update(waits_because="the code is bt1111 2222")

    assert places_of(["BT-1111 2222"], rows_in_clear()) == ["assets_asset: 1 times"]
