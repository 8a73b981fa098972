"""What was there before the attempts named their application is filled in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories.accounts import an_account
from tests.factories.assets import a_pending_asset
from tests.factories.moments import NOON
from tests.factories.provisioning import a_link

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("provisioning", "0001_first")]
AFTER = [("provisioning", "0004_attempts_name_their_application")]


def migrated_to(target: list[tuple[str, str]]) -> Any:
    """Return the tables as they are after migrating there."""
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return executor.loader.project_state(target).apps


@pytest.fixture
def newest_tables_afterwards() -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_attempts_get_the_application_of_their_record(
    newest_tables_afterwards: None,
) -> None:
    asset = a_pending_asset()
    link = a_link(account=an_account())
    attempts = migrated_to(BEFORE).get_model("provisioning", "Attempt").objects
    facts = {"kind": "MAKE", "outcome": "MADE", "started_at": NOON, "ended_at": NOON}
    attempts.create(asset_id=asset.pk, **facts)
    attempts.create(link_id=link.pk, **facts)

    tables = migrated_to(AFTER)

    filled = tables.get_model("provisioning", "Attempt").objects
    expected = {asset.application_id, link.application_id}
    assert set(filled.values_list("application_id", flat=True)) == expected
    breakers = tables.get_model("provisioning", "Breaker").objects
    assert breakers.get().state == "CLOSED"
