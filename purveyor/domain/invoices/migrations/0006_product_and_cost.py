"""A charge says what product was sold, and what it cost: for now where it is known."""

import django.db.models.deletion
from django.db import migrations, models

from purveyor.domain.invoices import frozen


def freeze_as_before(apps, schema_editor):
    """Put the triggers back on a table that has lost its new columns."""
    frozen.freeze(schema_editor, facts=frozen.FACTS_BEFORE_COST)


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0005_storefront"),
        ("invoices", "0005_of_a_payer"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, freeze_as_before),
        migrations.AddField(
            model_name="charge",
            name="product",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="cost_amount",
            field=models.DecimalField(
                decimal_places=2, max_digits=16, null=True, verbose_name="cost"
            ),
        ),
    ]
