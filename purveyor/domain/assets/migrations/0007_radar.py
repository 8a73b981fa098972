"""The index of coupons by expiry holds what the radar adds up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assets", "0006_what_they_were_sold_for")]

    operations = [
        migrations.RemoveIndex(model_name="asset", name="asset_by_expiry"),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                condition=models.Q(
                    ("state", "ACTIVE"), ("sync_status", "SYNCHRONIZED")
                ),
                fields=[
                    "expires_at",
                    "id",
                    "account",
                    "application",
                    "currency",
                    "quantity",
                    "net_amount",
                    "cost_amount",
                ],
                name="asset_by_expiry",
            ),
        ),
    ]
