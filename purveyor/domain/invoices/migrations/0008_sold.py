"""From here on every charge has its product and its cost, and they never change."""

import django.db.models.deletion
from django.db import migrations, models

from purveyor.domain.invoices import frozen


def thaw(apps, schema_editor):
    """Take the triggers away: they do not know of product and cost."""
    frozen.thaw(schema_editor)


def freeze(apps, schema_editor):
    """Put them back, on the table as it is now."""
    frozen.freeze(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0007_products_and_costs")]

    operations = [
        migrations.RunPython(thaw, migrations.RunPython.noop, elidable=False),
        migrations.AlterField(
            model_name="charge",
            name="product",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.product",
                verbose_name="product",
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="cost_amount",
            field=models.DecimalField(
                decimal_places=2, max_digits=16, verbose_name="cost"
            ),
        ),
        migrations.RemoveIndex(model_name="charge", name="charge_by_time"),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(("state", "DROPPED"), _negated=True),
                fields=[
                    "created_at",
                    "currency",
                    "account",
                    "product",
                    "quantity",
                    "net_amount",
                    "cost_amount",
                ],
                name="charge_sold",
            ),
        ),
        migrations.RunPython(freeze, thaw, elidable=False),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("state__in", ("ISSUED", "PAID"))),
                fields=["issue_date", "currency", "net_amount"],
                name="invoice_issued",
            ),
        ),
    ]
