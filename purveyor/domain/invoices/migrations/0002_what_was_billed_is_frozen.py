"""
The second line of defence: the database itself refuses to change what was billed.

The operations never try. This is for everything else: a shell, a script, a mistake.
A trigger fires only if a statement names one of its columns, so the ordinary moves
(issue, pay, void) cost nothing. SQLite loses the triggers of a table that a later
migration rebuilds; that migration has to call `freeze` again, and a test sees to it. That an issued invoice
cannot become a draft again follows: a draft has no number, and the number is frozen.
"""

from django.db import migrations

REFUSAL = "What was billed is never changed."

INVOICE_FACTS = (
    "number, account_id, bill_to_id, currency, po_code, net_amount, tax_amount, "
    "created_at, issue_date, due_date, seller, buyer"
)
CHARGE_FACTS = (
    "order_item_id, execution_id, occasion, account_id, bill_to_id, description, "
    "quantity, currency, unit_price, discount_percent, net_amount, tax_name, "
    "tax_percent, tax_amount, created_at"
)
BINDING = "('ISSUED', 'PAID')"

# name, event and table, condition
FROZEN = (
    (
        "invoice_issued_is_frozen",
        f"UPDATE OF {INVOICE_FACTS} ON invoices_invoice",
        f"WHEN (OLD.state IN {BINDING})",
    ),
    ("charge_is_frozen", f"UPDATE OF {CHARGE_FACTS} ON invoices_charge", ""),
    (
        "invoice_line_is_frozen",
        "UPDATE OF invoice_id, charge_id, position ON invoices_invoiceline",
        "",
    ),
)
# Django empties the tables of SQLite with DELETE after tests, so only there not.
KEPT = (
    (
        "invoice_issued_is_kept",
        "DELETE ON invoices_invoice",
        f"WHEN (OLD.state IN {BINDING})",
    ),
)
FUNCTION = f"""
    CREATE FUNCTION invoices_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23000'; END $$
"""


def freeze(apps, schema_editor):
    """Put the triggers on the tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)
        body, triggers = "EXECUTE FUNCTION invoices_refuse()", FROZEN + KEPT
    else:
        body, triggers = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END", FROZEN
    for name, event, condition in triggers:
        statement = f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW {condition} {body}"
        schema_editor.execute(statement, params=None)


def thaw(apps, schema_editor):
    """Take the triggers away."""
    on_postgres = schema_editor.connection.vendor == "postgresql"
    for name, event, _condition in FROZEN + (KEPT if on_postgres else ()):
        table = f" ON {event.rpartition(' ')[2]}" if on_postgres else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{table}", params=None)
    if on_postgres:
        schema_editor.execute("DROP FUNCTION IF EXISTS invoices_refuse()", params=None)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_first")]

    operations = [migrations.RunPython(freeze, thaw, elidable=False)]
