from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):

    dependencies = [("orders", "0003_in_depth")]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(Upper("po_code"), name="order_by_po_code"),
        ),
    ]
