"""Write on each charge that is there its product, and what that cost."""

from itertools import batched

from django.db import migrations

from purveyor.kernel.money import Money

CHARGES_A_TIME = 1_000
WRITE = "UPDATE invoices_charge SET product_id = %s, cost_amount = %s WHERE id = %s"
FACTS = ("product", "unit_cost", "quantity", "currency")


def fill(apps, schema_editor):
    """Take over what stands on the order items: they do not change any more."""
    charges = apps.get_model("invoices", "Charge").objects.order_by("pk")
    sold = charges.values_list("pk", *(f"order_item__{name}" for name in FACTS))
    with schema_editor.connection.cursor() as cursor:
        for some in batched(sold.iterator(CHARGES_A_TIME), CHARGES_A_TIME):
            cursor.executemany(WRITE, [_values(*each) for each in some])


def _values(charge, product, unit_cost, quantity, currency):
    return product, Money(unit_cost * quantity, currency).amount, charge


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0006_product_and_cost"),
        ("orders", "0010_of_an_account_and_its_state"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
