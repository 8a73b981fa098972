"""An asset says what it was sold for, and what it cost: nothing until it is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assets", "0004_of_account")]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="currency",
            field=models.CharField(
                default="", editable=False, max_length=3, verbose_name="currency"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="asset",
            name="net_amount",
            field=models.DecimalField(
                decimal_places=2,
                default=0,
                editable=False,
                max_digits=16,
                verbose_name="net",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="asset",
            name="cost_amount",
            field=models.DecimalField(
                decimal_places=2,
                default=0,
                editable=False,
                max_digits=16,
                verbose_name="cost",
            ),
            preserve_default=False,
        ),
    ]
