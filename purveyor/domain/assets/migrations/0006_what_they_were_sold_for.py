"""Write on each asset that is there what it was sold for, and what it cost."""

from itertools import batched

from django.db import migrations

from purveyor.kernel.money import Money

ASSETS_A_TIME = 1_000
WRITE = """
UPDATE assets_asset SET currency = %s, net_amount = %s, cost_amount = %s WHERE id = %s
"""
FACTS = ("currency", "quantity", "unit_price", "discount_percent", "unit_cost")


def fill(apps, schema_editor):
    """Take over what stands on the order items: they do not change any more."""
    assets = apps.get_model("assets", "Asset").objects.order_by("pk")
    bought = assets.values_list("pk", *(f"order_item__{name}" for name in FACTS))
    with schema_editor.connection.cursor() as cursor:
        for some in batched(bought.iterator(ASSETS_A_TIME), ASSETS_A_TIME):
            cursor.executemany(WRITE, [_values(*each) for each in some])


def _values(asset, currency, quantity, unit_price, discount_percent, unit_cost):
    gross = Money(unit_price * quantity, currency)
    net = gross - gross * (discount_percent / 100)
    cost = Money(unit_cost * quantity, currency)
    return currency, net.amount, cost.amount, asset


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0005_sold_for"),
        ("orders", "0010_of_an_account_and_its_state"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
