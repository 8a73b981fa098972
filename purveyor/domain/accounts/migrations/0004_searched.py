from django.db import migrations, models
from django.db.models.functions import Upper

from purveyor.kernel.words import WordIndex


class Migration(migrations.Migration):

    dependencies = [("accounts", "0003_language")]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(Upper("email"), name="account_by_email"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(Upper("email"), name="contact_by_email"),
        ),
        WordIndex("accounts_account", "name"),
        WordIndex("accounts_contact", "first_name"),
        WordIndex("accounts_contact", "last_name"),
    ]
