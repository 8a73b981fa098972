"""What staff had written before there were rules and languages stays as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories.moments import NOON
from tests.factories.notifications import a_delivered_asset

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("notifications", "0003_reminders")]
AFTER = [("notifications", "0006_rules_hold")]
NAME = "Welcome BitTitan Integration customer"


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


def test_texts_copies_and_mails_are_kept(newest_tables_afterwards: None) -> None:
    asset = a_delivered_asset()
    old = migrated_to(BEFORE)
    template = old.get_model("notifications", "Template").objects.create(
        name=NAME, subject="S", text="T", html="H", copy_to="desk@aurora.example"
    )
    old.get_model("notifications", "Message").objects.create(
        template=template,
        asset_id=asset.pk,
        coupon_hash=asset.coupon_hash,
        occasion="delivered",
        recipient="mia@north.example",
        copy_to="desk@aurora.example",
        subject="S",
        message_id="<1@localhost>",
        state="SENT",
        created_at=NOON,
        sent_at=NOON,
    )

    tables = migrated_to(AFTER)

    rule = tables.get_model("notifications", "Notification").objects.get()
    texts = tables.get_model("notifications", "Template").objects.get()
    mail = tables.get_model("notifications", "Message").objects.get()
    assert (rule.event, rule.audience) == ("COUPON_DELIVERED", "CUSTOMER")
    assert (rule.cc, rule.is_enabled) == (["desk@aurora.example"], True)
    assert (texts.notification, texts.language) == (rule, "en")
    assert (texts.subject, texts.text, texts.html) == ("S", "T", "H")
    assert (mail.about_type, mail.about_id) == ("assets.asset", asset.pk)
    assert mail.about_label == asset.number
    assert mail.account_id == asset.account_id
    assert mail.order_id == asset.order_item.order_id
    assert (mail.copy_to, mail.language) == (["desk@aurora.example"], "en")
