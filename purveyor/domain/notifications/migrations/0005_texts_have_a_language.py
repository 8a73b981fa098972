from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery

WELCOME = "Welcome BitTitan Integration customer"


def move(apps: Any, _schema_editor: Any) -> None:
    """Give the texts their language, and the mails their record."""
    notification = apps.get_model("notifications", "Notification")
    template = apps.get_model("notifications", "Template")
    for rule in notification.objects.all():
        is_welcome = rule.name == WELCOME
        rule.event = "COUPON_DELIVERED" if is_welcome else "ASSET_EXPIRING"
        rule.audience = "CUSTOMER"
        rule.cc = [rule.copy_to] if rule.copy_to else []
        rule.save()
        template.objects.create(
            notification=rule,
            language="en",
            subject=rule.subject,
            text=rule.text,
            html=rule.html,
        )
    message = apps.get_model("notifications", "Message")
    asset = apps.get_model("assets", "Asset").objects.filter(pk=OuterRef("asset_id"))
    message.objects.update(
        about_id=F("asset_id"),
        about_label=Subquery(asset.values("number")[:1]),
        account_id=Subquery(asset.values("account_id")[:1]),
        order_id=Subquery(asset.values("order_item__order_id")[:1]),
    )
    copied = message.objects.exclude(copied_to="").order_by()
    for address in copied.values_list("copied_to", flat=True).distinct():
        message.objects.filter(copied_to=address).update(copy_to=[address])


class Migration(migrations.Migration):
    """Move what mails say to their texts, and name the record each mail is about."""

    dependencies = [
        ("notifications", "0004_rules"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
