"""Write down by what doubles are found, for the accounts that are there."""

from django.db import migrations

from purveyor.domain.accounts.names import name_key

ACCOUNTS_A_TIME = 1_000


def write_keys(apps, schema_editor):
    """Fill in the key of every account's name."""
    accounts = apps.get_model("accounts", "account").objects.only("name", "name_key")
    changed = []
    for account in accounts.iterator(chunk_size=ACCOUNTS_A_TIME):
        account.name_key = name_key(account.name)
        changed.append(account)
        if len(changed) == ACCOUNTS_A_TIME:
            accounts.bulk_update(changed, ["name_key"])
            changed.clear()
    accounts.bulk_update(changed, ["name_key"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_merged_accounts")]

    operations = [migrations.RunPython(write_keys, migrations.RunPython.noop)]
