"""From here on every attempt names its application."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0003_applications_of_attempts")]

    operations = [
        migrations.AlterField(
            model_name="attempt",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.application",
            ),
        )
    ]
