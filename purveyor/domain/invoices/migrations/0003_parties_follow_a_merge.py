"""What was billed follows an account that is merged into another; nothing else moves."""

from django.db import migrations

from purveyor.domain.invoices import frozen


def let_follow(apps, schema_editor):
    """Replace the triggers by those that know of merged accounts."""
    frozen.thaw(schema_editor)  # those of the migration before have the same names
    frozen.freeze(schema_editor, facts=frozen.FACTS_BEFORE_COST)


def hold(apps, schema_editor):
    """Take the new triggers away; the strict ones of before are not put back."""
    frozen.thaw(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0002_what_was_billed_is_frozen"),
        ("accounts", "0008_merged_accounts"),
    ]

    operations = [migrations.RunPython(let_follow, hold, elidable=False)]
